/** Completion in YAML of values that a schema describes: defaults and samples. */
import { escapeMarkdown } from '../../results/markdown.ts';
import { ANY, type Declared, type ValueType, wordsOfType } from '../../types/value-type.ts';
import { asKey, escapeSnippet, valueAsYaml } from './as-yaml.ts';
import type { CompletionItem } from './item.ts';
import type { YamlCaret } from './yaml-caret.ts';

/** The type of the input: an object of its variables. */
export function typeOfInput(variables: readonly Declared[]): ValueType {
  return { kind: 'object', properties: variables, others: ANY };
}

/** The type at `path` in a value of the type `type`. */
export function typeAt(type: ValueType, path: readonly (string | number)[]): ValueType {
  let at = type;
  for (const step of path) {
    if (typeof step === 'number') at = at.kind === 'array' ? at.items : ANY;
    else
      at =
        at.kind === 'object'
          ? (at.properties.find(({ name }) => name === step)?.type ?? at.others ?? ANY)
          : ANY;
  }
  return at;
}

/** The properties that the mapping at the caret may still have. */
export function propertyItems(
  type: ValueType,
  path: readonly (string | number)[],
  caret: YamlCaret,
): CompletionItem[] {
  const at = typeAt(type, path);
  if (at.kind !== 'object') return [];
  return at.properties
    .filter(({ name }) => name !== '' && !caret.siblings.includes(name))
    .flatMap(({ name, type, optional, description }, index) => {
      const key = asKey(name, caret);
      if (key === undefined) return [];
      return {
        label: name,
        kind: path.length === 0 ? ('variable' as const) : ('property' as const),
        detail: wordsOfType(type) + (optional ? ', optional' : ''),
        ...(description && { documentation: escapeMarkdown(description) }),
        ...keyEdit(
          key,
          type.kind === 'object' ? 'mapping' : type.kind === 'array' ? 'list' : 'scalar',
          caret,
        ),
        ...(hasChoice(type) && !caret.hasColon && { asksForValue: true as const }),
        sortText: (optional ? '1' : '0') + String(index).padStart(4, '0'),
      };
    });
}

function hasChoice({ kind }: ValueType): boolean {
  return kind === 'boolean' || kind === 'enum';
}

/** A key at the caret, with a placeholder for its value if there is none yet. */
export function keyEdit(
  key: string,
  holds: 'scalar' | 'mapping' | 'list',
  { word, hasColon, isFlow, indent }: YamlCaret,
): Pick<CompletionItem, 'edit' | 'snippet'> {
  if (hasColon) return { edit: { span: word, text: key } };
  if (holds === 'scalar') return { edit: { span: word, text: `${key}: ` } };
  const below = holds === 'mapping' ? `\n${indent}  $0` : `\n${indent}  - $0`;
  const inside = holds === 'mapping' ? ' {$0}' : ' [$0]';
  return {
    edit: { span: word, text: `${escapeSnippet(key)}:${isFlow ? inside : below}` },
    snippet: true,
  };
}

/** The values that a type allows, if it lists them. */
export function valueItems(
  type: ValueType,
  { word, quote }: Pick<YamlCaret, 'word' | 'quote'>,
): CompletionItem[] {
  const values = type.kind === 'boolean' ? [true, false] : type.kind === 'enum' ? type.values : [];
  return values.flatMap((value, index) => {
    const text = valueAsYaml(value, quote);
    if (text === undefined) return [];
    return {
      label: typeof value === 'string' && value !== '' ? value : text || '""',
      kind: 'value' as const,
      edit: { span: word, text },
      sortText: String(index).padStart(4, '0'),
    };
  });
}

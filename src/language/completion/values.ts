/** Completion of values that a schema describes, in YAML: of defaults and of samples. */
import { escapeMarkdown } from '../markdown.ts';
import { ANY, type Declared, type ValueType, wordsOfType } from '../value-type.ts';
import type { CompletionItem } from './item.ts';
import type { YamlCaret } from './yaml-caret.ts';

/** What the input is: an object of its variables. */
export function typeOfInput(variables: readonly Declared[]): ValueType {
  return { kind: 'object', properties: variables, others: ANY };
}

/** The type of what is at `path` in a value of the type `type`. */
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
    .map(({ name, type, optional, description }, index) => {
      const key = asYaml(name);
      const isObject = type.kind === 'object';
      const isArray = type.kind === 'array';
      const below = isObject ? '\n  $0' : isArray ? '\n  - $0' : ' ';
      return {
        label: name,
        kind: path.length === 0 ? ('variable' as const) : ('property' as const),
        detail: wordsOfType(type) + (optional ? ', optional' : ''),
        ...(description && { documentation: escapeMarkdown(description) }),
        edit: {
          span: caret.word,
          text: caret.hasColon ? key : `${escaped(key, isObject || isArray)}:${below}`,
        },
        ...((isObject || isArray) && !caret.hasColon && ({ snippet: true } as const)),
        sortText: (optional ? '1' : '0') + String(index).padStart(4, '0'),
      };
    });
}

/** The values that a type allows, where it names them. */
export function valueItems(type: ValueType, { word }: Pick<YamlCaret, 'word'>): CompletionItem[] {
  const values = type.kind === 'boolean' ? [true, false] : type.kind === 'enum' ? type.values : [];
  return values.map((value, index) => {
    const text = typeof value === 'string' ? asYaml(value) : JSON.stringify(value);
    return {
      label: typeof value === 'string' ? value : text,
      kind: 'value',
      edit: { span: word, text },
      sortText: String(index).padStart(4, '0'),
    };
  });
}

/** In quotes where YAML would read something else. */
function asYaml(text: string): string {
  const isPlain =
    /^[A-Za-z_][\w./-]*(?: [\w./-]+)*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

function escaped(text: string, isSnippet: boolean): string {
  return isSnippet ? text.replace(/[\\$}]/g, '\\$&') : text;
}

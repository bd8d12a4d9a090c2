/** Completes the names that can be read at a caret: variables, properties, block parameters, `@` and outer names. */
import { HELPERS } from '../../../core/helpers.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import type { BodyScope } from '../../names/resolved.ts';
import { codeSpan, escapeMarkdown } from '../../results/markdown.ts';
import { lex } from '../../syntax/lex.ts';
import { ANY, type Declared, type ValueType, wordsOfType } from '../../types/value-type.ts';
import { gapAfterName, type TagCaret } from './caret.ts';
import type { CompletionItem } from './item.ts';

/** The context in which a name is looked up. */
type Container = ValueType | 'input';

/** The names that can be at the caret as a value, or continue the path before it. */
export function nameItems(analysis: Analysis, caret: TagCaret): CompletionItem[] {
  const { word, scope } = caret;
  if (scope === undefined) return [];
  const names = new Names(analysis, caret);
  if (word.data && word.head.length === 0) return names.data(scope);
  if (word.head.length > 0) return names.after(scope);
  return names.all(scope);
}

/** `name` as a segment of a path; undefined if it cannot be written. `isFirst` is true for the first segment. */
export function segmentText(name: string, isFirst: boolean): string | undefined {
  if (isFirst && HELPERS.has(name)) return `this.${name}`;
  const path = isFirst ? name : `this.${name}`;
  const tokens = lex(`{{${path}}}`, 0).tokens;
  const last = tokens.at(-2);
  const isPlain =
    tokens.length === (isFirst ? 3 : 5) && last?.kind === 'ID' && last.text === name && !RESERVED.has(name);
  if (isPlain) return name;
  return name.includes(']') || name.includes('\\') || name === '' ? undefined : `[${name}]`;
}

const RESERVED: ReadonlySet<string> = new Set(['this', '.', '..', 'as', 'else']);

/** Type, description and default of what the front matter declares, as Markdown. */
export function documentationOf(
  { description }: Declared,
  defaultValue?: unknown,
): { documentation?: string } {
  const parts = [
    ...(description ? [escapeMarkdown(description)] : []),
    ...(defaultValue === undefined ? [] : [`Default: ${codeSpan(shortJson(defaultValue))}`]),
  ];
  return parts.length === 0 ? {} : { documentation: parts.join('\n\n') };
}

/** A value on one line, truncated if it is long. */
export function shortJson(value: unknown, most = 100): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    json = undefined; // too large for memory because of aliases, or contains a BigInt
  }
  const text = json ?? String(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

class Names {
  readonly #analysis: Analysis;
  readonly #caret: TagCaret;

  constructor(analysis: Analysis, caret: TagCaret) {
    this.#analysis = analysis;
    this.#caret = caret;
  }

  all(scope: BodyScope): CompletionItem[] {
    const items = [
      ...this.#of(scope.context, scope, '', 'a'),
      ...scope.blockParams.map(({ name, type }) =>
        this.#item({
          name,
          label: name,
          kind: 'variable',
          detail: `${wordsOfType(type)}, block parameter`,
          order: 'b',
        }),
      ),
    ];
    if (scope.outer !== undefined) {
      const detail = scope.context === 'input' ? 'input' : wordsOfType(scope.context);
      items.push(this.#plain('this', 'keyword', detail, 'c'));
    }
    let prefix = '';
    for (let outer = scope.outer; outer !== undefined && prefix.length < MAX_UP; outer = outer.outer) {
      prefix += '../';
      items.push(...this.#of(outer.context, outer, prefix, `d${prefix.length}`));
    }
    return unique([...items, ...this.data(scope)]);
  }

  data(scope: BodyScope): CompletionItem[] {
    const described = scope.data.map(name => ({ name, detail: DATA[name] ?? 'data' }));
    const known = new Set(scope.data);
    const others = this.#analysis.resolved.paths
      .filter(({ path }) => path.data && !this.#isAtCaret(path.segments[0]?.span))
      .map(({ path }) => path.segments[0]?.name ?? '')
      // Names of other blocks would have no meaning here.
      .filter(name => !known.has(name) && !Object.hasOwn(DATA, name) && segmentText(name, false) === name);
    const context = [...new Set(others)].map(name => ({ name, detail: 'the context given by the caller' }));
    return [...described, ...context].map(({ name, detail }) => this.#plain(`@${name}`, 'data', detail, 'e'));
  }

  /** Candidates after the path before the caret. */
  after(scope: BodyScope): CompletionItem[] {
    const { head, data } = this.#caret.word;
    let at: BodyScope | undefined = scope;
    let index = 0;
    for (; !data && head[index] === '..' && at !== undefined; index++) at = at.outer;
    if (at === undefined) return [];
    const isScoped = !data && (head[index] === 'this' || head[index] === '.');
    if (isScoped) index += 1;
    let container: Container = at.context;
    const [first] = head;
    const param = scope.blockParams.find(({ name }) => name === first);
    if (data) {
      container = first === 'root' ? 'input' : ANY;
      index = 1;
    } else if (index === 0 && param !== undefined) {
      container = param.type;
      index = 1;
    }
    const rest = head.slice(index);
    const isContext = rest.length === 0 && !data && param === undefined;
    for (const name of rest) container = this.#inside(container, name);
    if (isContext) return this.#of(container, at, '', 'a', true);
    return unique([...this.#of(container, undefined, '', 'a', true), ...this.#seenAfter()]);
  }

  #inside(container: Container, name: string): ValueType {
    if (container === 'input')
      return this.#analysis.frontMatter.variables.find(variable => variable.name === name)?.type ?? ANY;
    if (container.kind === 'array') return /^\d+$/.test(name) ? container.items : ANY;
    if (container.kind !== 'object') return ANY;
    return container.properties.find(property => property.name === name)?.type ?? container.others ?? ANY;
  }

  /** Names elsewhere that follow the same words as at the caret. */
  #seenAfter(): CompletionItem[] {
    const { head } = this.#caret.word;
    const names = new Set<string>();
    for (const { path, segments } of this.#analysis.resolved.paths) {
      const next = segments[head.length];
      const isSame = next && head.every((name, index) => segments[index]?.name === name);
      if (
        isSame &&
        path.depth === 0 &&
        !this.#isAtCaret(next.span) &&
        next.declared === undefined &&
        !next.missing
      )
        names.add(next.name);
    }
    return [...names].map(name =>
      this.#item({ name, label: name, kind: 'property', detail: 'used elsewhere', order: 'b' }),
    );
  }

  /** The names in `container`, which is the context of `scope`. */
  #of(
    container: Container,
    scope: BodyScope | undefined,
    prefix: string,
    order: string,
    goesOn = false,
  ): CompletionItem[] {
    const { variables, defaults } = this.#analysis.frontMatter;
    const declared =
      container === 'input' ? variables : container.kind === 'object' ? container.properties : [];
    const kind = container === 'input' ? 'variable' : 'property';
    const items = declared.map(each =>
      this.#item({
        name: each.name,
        label: prefix + each.name,
        prefix,
        kind,
        detail: wordsOfType(each.type) + (each.optional ? ', optional' : ''),
        order: `${order}${fits(each.type, this.#caret) ? 0 : 1}`,
        goesOn,
        ...documentationOf(each, container === 'input' ? defaults.get(each.name)?.value : undefined),
      }),
    );
    if (container !== 'input' && ['array', 'string', 'enum'].includes(container.kind))
      items.push(
        this.#item({
          name: 'length',
          label: `${prefix}length`,
          prefix,
          kind,
          detail: 'number',
          order: `${order}z`,
          goesOn,
        }),
      );
    return [...items, ...this.#seenIn(container, scope, prefix, order, goesOn)];
  }

  /** Names that the body reads from a context of unknown type. */
  #seenIn(
    container: Container,
    scope: BodyScope | undefined,
    prefix: string,
    order: string,
    goesOn: boolean,
  ): CompletionItem[] {
    const isOpen =
      container === 'input' ? !this.#analysis.frontMatter.declaresInput : container.kind === 'any';
    if (!isOpen) return [];
    const names = new Set<string>();
    for (const use of this.#analysis.resolved.paths) {
      const [segment] = use.segments;
      if (segment === undefined || this.#isAtCaret(segment.span)) continue;
      const { kind } = use.meaning;
      const isHere =
        container === 'input'
          ? kind === 'variable' && use.meaning.declared === undefined && !use.path.data
          : kind === 'property' && use.scope === scope && use.path.depth === 0;
      if (isHere) names.add(segment.name);
    }
    const kind = container === 'input' ? 'variable' : 'property';
    return [...names].map(name =>
      this.#item({
        name,
        label: prefix + name,
        prefix,
        kind,
        detail: 'used elsewhere',
        order: `${order}y`,
        goesOn,
      }),
    );
  }

  #isAtCaret(span: { start: number; end: number } | undefined): boolean {
    const { name } = this.#caret.word;
    return span !== undefined && span.start <= name.end && name.start <= span.end;
  }

  #item(given: {
    name: string;
    label: string;
    kind: 'variable' | 'property';
    detail: string;
    order: string;
    prefix?: string;
    /** True if the name follows a separator. */
    goesOn?: boolean;
    documentation?: string;
  }): CompletionItem {
    const { name, label, kind, detail, order, prefix = '', goesOn = false, documentation } = given;
    const { word } = this.#caret;
    const written = segmentText(name, prefix === '' && !goesOn);
    const span = goesOn ? word.name : { start: word.start, end: word.name.end };
    return {
      label: written === undefined ? '' : label,
      kind,
      detail,
      ...(documentation !== undefined && { documentation }),
      edit: { span, text: prefix + (written ?? '') + gapAfterName(this.#caret) },
      sortText: order + name,
    };
  }

  #plain(label: string, kind: 'keyword' | 'data', detail: string, order: string): CompletionItem {
    const { word } = this.#caret;
    return {
      label,
      kind,
      detail,
      edit: { span: { start: word.start, end: word.name.end }, text: label + gapAfterName(this.#caret) },
      sortText: order + label,
    };
  }
}

/** Maximum length of a prefix of `../`: nobody reads names from more than eight contexts further out. */
const MAX_UP = 24;

/** Returns true if the argument at the caret can be of this type. */
function fits({ kind }: ValueType, { frame }: TagCaret): boolean {
  if (frame.args.length > 0 || kind === 'any') return true;
  if (frame.callee === 'each') return kind === 'array' || kind === 'object';
  return frame.callee !== 'with' || kind === 'object';
}

const DATA: Readonly<Record<string, string>> = {
  index: 'the item’s number, from 0',
  key: 'the property’s name, or the item’s number',
  first: 'whether this is the first item',
  last: 'whether this is the last item',
  root: 'the input',
};

/** Keeps the first item of each label, and none without a label, which cannot be written. */
function unique(items: readonly CompletionItem[]): CompletionItem[] {
  const seen = new Set<string>(['']);
  return items.filter(({ label }) => {
    if (seen.has(label)) return false;
    seen.add(label);
    return true;
  });
}

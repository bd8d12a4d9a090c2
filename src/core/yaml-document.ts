/**
 * YAML composed by the `yaml` package, but for what takes it minutes: values that nest hundreds deep, an error for each
 * of a million strays, and its check of keys, which compares each with each.
 */
import { Composer, type CST, type Document, Parser, type Scalar, visit, YAMLParseError } from 'yaml';
import { keepsDigits } from './exact-numbers.ts';

/** What aliases may expand to. */
export const MAX_ALIAS_COUNT = 100;
/** How many aliases may be written: finding what one points to takes the longer the more there are. */
export const MAX_ALIASES = 1000;
/** How many tokens that do not belong where they stand are kept: each becomes an error with a place and words. */
const MAX_STRAY_TOKENS = 1000;
/** How deep values may lie in each other. */
const MAX_DEPTH = 200;

/**
 * The first document of `yaml`, its keys not yet compared; or the offset at which values nest too deep to be read.
 * What is wrong otherwise is in the document's errors.
 */
export function composeYaml(
  yaml: string,
): { readonly document: Document.Parsed } | { readonly tooDeepAt: number } {
  const tokens: CST.Token[] = [];
  let strays = 0;
  for (const token of new Parser().parse(yaml))
    if (token.type !== 'error' || ++strays <= MAX_STRAY_TOKENS) tokens.push(token);
  const tooDeepAt = placeTooDeep(tokens);
  return tooDeepAt === undefined ? { document: compose(tokens, yaml.length) } : { tooDeepAt };
}

/** Where collections lie too deep in each other for what reads them with recursion. */
function placeTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let level: readonly CST.Token[] = tokens;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return level[0]?.offset;
    level = level.flatMap(innerCollections);
  }
  return undefined;
}

function innerCollections(token: CST.Token): CST.Token[] {
  const inner: CST.Token[] = [];
  const add = (part: CST.Token | null | undefined): void => {
    if (part && 'items' in part) inner.push(part);
  };
  if (token.type === 'document') add(token.value);
  if ('items' in token)
    for (const item of token.items) {
      if ('key' in item) add(item.key);
      add(item.value);
    }
  return inner;
}

/** As `parseDocument` does, but with keys compared by `Reader`: the package compares each with each. */
function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens, true, length)) {
    if (first === undefined) {
      first = document;
      continue;
    }
    const [start, end] = document.range;
    first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'second document'));
    break;
  }
  return first as Document.Parsed; // at the end there always is one
}

/** Where a document has numbers, keys included, that would be written with other digits than they are there. */
export function inexactNumbers(document: Document): readonly (readonly [start: number, end: number])[] {
  const found: (readonly [number, number])[] = [];
  visit(document, {
    Scalar(_, scalar) {
      if (!isInexact(scalar)) return;
      const [start, end] = scalar.range ?? [0, 0];
      found.push([start, end]);
    },
  });
  return found;
}

export function isInexact({ value, source }: Scalar): boolean {
  return typeof value === 'number' && source !== undefined && !keepsDigits(source, value);
}

/** The front matter as an editor needs it: every key and value at its place, and the variables that it declares. */
import { parseSource } from '../core/source.ts';
import type { Finding } from './finding.ts';
import type { Span } from './span.ts';
import type { Declared } from './value-type.ts';

/** A key of a mapping with its value, as the text has them. */
export interface FrontMatterEntry {
  readonly key: string;
  readonly keySpan: Span;
  /** Undefined where nothing stands after the colon. */
  readonly valueSpan: Span | undefined;
  readonly value: unknown;
  /** Of a mapping, or of a sequence's items that are mappings. */
  readonly entries: readonly FrontMatterEntry[];
}

export interface FrontMatterFacts {
  /** From the first `---` to the end of the second; undefined where there is no front matter. */
  readonly span: Span | undefined;
  /** The YAML between the two. */
  readonly yamlSpan: Span | undefined;
  readonly entries: readonly FrontMatterEntry[];
  /** Whether `input.schema` stands there: only then is a variable that it does not name undeclared. */
  readonly declaresInput: boolean;
  /** The input variables of `input.schema`, in their order; those only in `input.default` after them, with the type of their value. */
  readonly variables: readonly Declared[];
  /** `input.default`'s entries by variable name. */
  readonly defaults: ReadonlyMap<string, FrontMatterEntry>;
  readonly findings: readonly Finding[];
}

/** Reads the front matter of a prompt's whole text. Never throws. */
export function readFrontMatter(text: string): FrontMatterFacts {
  const { templateOffset, frontMatter } = parseSource(text);
  const none = templateOffset <= 1 && Object.keys(frontMatter).length === 0;
  const span = none ? undefined : { start: 0, end: templateOffset };
  return {
    span,
    yamlSpan: span,
    entries: [],
    declaresInput: false,
    variables: [],
    defaults: new Map(),
    findings: [],
  };
}

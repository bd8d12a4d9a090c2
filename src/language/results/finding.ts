/** A problem in a prompt or its samples: a code from one closed union, at its position. */
import { SOURCE_ERROR_CODES, type SourceErrorCode } from '../../core/check/finding.ts';
import type { Span } from './span.ts';

/** `error` only means that the registry does not publish the prompt; `hint` is shown faded. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

export const FINDING_CODES = {
  ...(Object.fromEntries(SOURCE_ERROR_CODES.map(code => [code, 'error'])) as Record<
    SourceErrorCode,
    'error'
  >),
  'undeclared-variable': 'warning',
  'unknown-property': 'warning',
  'unused-variable': 'hint',
  'unknown-option': 'warning',
  /** A named argument that probably does not do what is intended. */
  'doubtful-option': 'warning',
  'no-value': 'warning',
  'foreign-text': 'warning',
  'misplaced-front-matter': 'warning',
  'doubtful-yaml': 'warning',
  'object-as-text': 'warning',
  'front-matter-key': 'warning',
  'front-matter-type': 'warning',
  'json-schema': 'warning',
  'named-schema': 'information',
  'default-mismatch': 'warning',
  'sample-syntax': 'warning',
  'sample-mismatch': 'warning',
  'sample-missing': 'warning',
  'looks-like-a-secret': 'warning',
} as const satisfies Readonly<Record<string, Severity>>;

/** The maximum number of findings of one kind in a text, which could have a million. */
export const MAX_FINDINGS = 200;

export type FindingCode = keyof typeof FINDING_CODES;

export interface Finding {
  readonly code: FindingCode;
  readonly span: Span;
  /** The problem and its fix, for the author; quotes no secret. */
  readonly message: string;
  /** Data for a quick fix, by code: `near` a similar name, `name` the intended name, and the like. */
  readonly data?: Readonly<Record<string, string>>;
}

export function severityOf({ code }: Finding): Severity {
  return FINDING_CODES[code];
}

/** Findings about values in YAML, which have no meaning where the YAML cannot be read. */
const OF_VALUE: ReadonlySet<FindingCode> = new Set([
  'sample-mismatch',
  'default-mismatch',
  'front-matter-type',
  'picoschema',
  'json-schema',
]);

/** Removes findings that only follow from a syntax error at the same place. */
export function withoutConsequences(findings: readonly Finding[]): Finding[] {
  const unread = findings.filter(({ code }) => code === 'front-matter-syntax' || code === 'sample-syntax');
  if (unread.length === 0) return [...findings];
  const starts = new Set(unread.map(({ span }) => span.start));
  return findings.filter(({ code, span }) => !OF_VALUE.has(code) || !starts.has(span.start));
}

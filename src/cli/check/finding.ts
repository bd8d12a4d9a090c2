/** The findings of `promptforge check`, in any format. */
import type { SourceRange } from '../../core/problem.ts';

export interface CheckFinding extends SourceRange {
  /** Absolute. */
  readonly file: string;
  /** An `error` fails the check: a prompt cannot be published, or a sample does not fit its prompt. */
  readonly level: 'error' | 'warning';
  /** In hyphenated words; undefined if only rendering can detect it. */
  readonly code: string | undefined;
  /** The problem and its fix. */
  readonly message: string;
}

export interface CheckReport {
  /** Ordered by file, and by position in a file. */
  readonly findings: readonly CheckFinding[];
  readonly prompts: number;
  readonly wrongPrompts: number;
  /** The number of inputs in samples files. */
  readonly samples: number;
  readonly wrongSamples: number;
  /** True if a file or folder could not be read at all. */
  readonly isIncomplete: boolean;
}

/** The position of findings about a whole file. */
export const WHOLE_FILE: SourceRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };

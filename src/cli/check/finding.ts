/** The findings of `promptforge check`, in any format. */
import type { SourceRange } from '../../core/problem.ts';

export interface CheckFinding extends SourceRange {
  /** Absolute. */
  readonly file: string;
  /** An `error` fails the check: a prompt cannot be published, or a sample does not fit its prompt. */
  readonly level: 'error' | 'warning';
  /** In words with hyphens; undefined if only rendering can tell. */
  readonly code: string | undefined;
  /** The problem and its fix. */
  readonly message: string;
}

export interface CheckReport {
  /** By file, and by place in a file. */
  readonly findings: readonly CheckFinding[];
  readonly prompts: number;
  readonly wrongPrompts: number;
  /** Not files: inputs in them. */
  readonly samples: number;
  readonly wrongSamples: number;
  /** True if a file or folder could not be read at all. */
  readonly isIncomplete: boolean;
}

/** The place of what is wrong with a file as a whole. */
export const WHOLE_FILE: SourceRange = { line: 1, column: 1, endLine: 1, endColumn: 1 };

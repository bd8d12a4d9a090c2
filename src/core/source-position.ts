/** Converts offsets of a source to lines and columns, without YAML, so that evaluating a template needs none. */
import type { SourceIssue } from './problem.ts';

/** A range of offsets as an issue with lines and columns. */
export function issueAt(source: string, start: number, end: number, message: string): SourceIssue {
  const from = positionAt(source, start);
  const to = positionAt(source, Math.max(start, end));
  return { ...from, endLine: to.line, endColumn: to.column, message };
}

/** 1-based line and column of an offset; CRLF, LF and CR each end one line. */
export function positionAt(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

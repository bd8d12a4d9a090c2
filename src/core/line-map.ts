/** Maps lines of a text to a later version, so that comments stay with their line. */
import { diffArrays } from 'diff';
import type { VersionNumber } from './version.ts';

/** Maximum number of changed lines; above it, everything from the first to the last changed line counts as changed. */
const MAX_EDITS = 1000;

/** The change of a line that the later text no longer has. */
export type HowGone = 'changed' | 'removed';

/** Lines count from 1. `near`: its former place, a line of the later text. */
export type MappedLine = { readonly line: number } | { readonly gone: HowGone; readonly near: number };

export interface LineMap {
  /** A line beyond the end counts as the last one. */
  of(line: number): MappedLine;
}

/**
 * Lines as VS Code counts them: one more than there are line breaks. They include neither line endings nor byte order
 * marks, since changing these is not an edit.
 */
export function linesOfText(text: string): string[] {
  return text.replace(/^\uFEFF+/, '').split(/\r\n|\r|\n/);
}

/** The number of lines that `linesOfText` returns. */
export function countLines(text: string): number {
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LF || (code === CR && text.charCodeAt(at + 1) !== LF)) count++;
  }
  return count;
}

const LF = 10;
const CR = 13;

/** Kept lines have the same text on both sides, in the same order. */
export function lineMap(from: readonly string[], to: readonly string[]): LineMap {
  const mapped: MappedLine[] = [];
  const near = (at: number) => Math.min(at + 1, Math.max(to.length, 1));
  let start = 0;
  const shortest = Math.min(from.length, to.length);
  while (start < shortest && from[start] === to[start]) mapped.push({ line: ++start });
  let end = 0;
  while (end < shortest - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++;
  const changes = diffArrays(from.slice(start, from.length - end), to.slice(start, to.length - end), {
    maxEditLength: MAX_EDITS,
  }) ?? [
    { removed: true, added: false, value: { length: from.length - end - start } },
    { removed: false, added: true, value: { length: to.length - end - start } },
  ];
  let at = start;
  /** Lines of `from` that the current change removes, and whether it replaces them. */
  let removed = 0;
  let isReplaced = false;
  const endChange = (next: number) => {
    for (; removed > 0; removed--) mapped.push({ gone: isReplaced ? 'changed' : 'removed', near: near(at) });
    isReplaced = false;
    at = next;
  };
  let next = at;
  for (const { added, removed: isRemoved, value } of changes) {
    if (isRemoved) removed += value.length;
    else if (added) {
      isReplaced = true;
      next += value.length;
    } else {
      endChange(next);
      for (let count = 0; count < value.length; count++) mapped.push({ line: ++at });
      next = at;
    }
  }
  endChange(next);
  for (let line = to.length - end + 1; line <= to.length; line++) mapped.push({ line });
  return {
    of: line => mapped[Math.min(line, mapped.length) - 1] ?? { line: 1 },
  };
}

/** The step from one version to the next. */
export interface LineStep {
  readonly to: VersionNumber;
  readonly map: LineMap;
}

/** A line's position after some versions, and the version that removed it. */
export interface FollowedLine {
  readonly line: number;
  readonly gone: { readonly version: VersionNumber; readonly how: HowGone } | null;
}

/** Follows a line through each step. A removed line is followed as the place where it was. */
export function followLine(from: FollowedLine, steps: readonly LineStep[]): FollowedLine {
  let { line, gone } = from;
  for (const { to, map } of steps) {
    const mapped = map.of(line);
    if ('line' in mapped) line = mapped.line;
    else {
      line = mapped.near;
      gone ??= { version: to, how: mapped.gone };
    }
  }
  return { line, gone };
}

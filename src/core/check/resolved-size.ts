/**
 * Computes the length of a template with its partials in place, counted as often as they are used, only from lengths.
 * Otherwise, a partial of 10 KB that is used 400 times would be read as 4 MB.
 */
import type { TemplateError } from './finding.ts';

/** In UTF-16 code units. Versions published before this limit existed are delivered unchanged. */
export const MAX_RESOLVED_LENGTH = 1024 * 1024;

/** A use of a partial in a template. */
export interface SizedUse<T> {
  readonly partial: T;
  /** 0-based UTF-16 offsets; end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Finds the partials that templates use. Each template is always the same object. */
export interface SizedTemplates<T> {
  length(of: T): number;
  /** In order; without missing partials, which are reported elsewhere. */
  uses(of: T): Iterable<SizedUse<T>>;
}

/** Returns the use in `root` that exceeds the limit; undefined if none does. Partials that use themselves count once. */
export function resolvedTooLarge<T extends object>(
  root: T,
  templates: SizedTemplates<T>,
): TemplateError | undefined {
  const lengths = new Map<T, number>();
  const lengthOf = (template: T): number => {
    const known = lengths.get(template);
    if (known !== undefined) return known;
    lengths.set(template, 0);
    let length = templates.length(template);
    for (const { partial } of templates.uses(template)) length += lengthOf(partial);
    lengths.set(template, length);
    return length;
  };
  let length = templates.length(root);
  lengths.set(root, 0);
  let beyond: SizedUse<T> | undefined;
  for (const use of templates.uses(root)) {
    length += lengthOf(use.partial);
    if (length > MAX_RESOLVED_LENGTH) beyond ??= use;
  }
  if (beyond === undefined) return undefined;
  const { start, end } = beyond;
  return { code: 'too-large', start, end, message: tooLarge(length) };
}

function tooLarge(length: number): string {
  const shown = length > Number.MAX_SAFE_INTEGER ? 'far more' : length.toLocaleString('en-US');
  return `With its partials included, the prompt has ${shown} characters, and at most ${MAX_RESOLVED_LENGTH.toLocaleString('en-US')} can be published. A partial counts each time it is used. From here on the prompt is too large: use fewer or smaller partials.`;
}

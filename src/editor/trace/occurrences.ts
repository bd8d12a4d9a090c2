/** Finds the versions that a log's lines name, with the first and last occurrence of each. */
import { setImmediate } from 'node:timers/promises';
import type { PromptName } from '../../core/name.ts';
import {
  type FoundReference,
  MOST_BEFORE_AT,
  MOST_FROM_AT,
  mayHaveReferences,
  referencesIn,
} from '../../core/references.ts';
import type { VersionNumber } from '../../core/version.ts';
import { timeIn } from './line-time.ts';

export interface LogOccurrence {
  /** From 1. */
  readonly line: number;
  /** RFC 3339, if the line has a time with an offset from UTC. */
  readonly at: string | undefined;
}

export interface TracedVersion {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** The number of lines that name it. */
  readonly lines: number;
  /** By time among lines that have one; if none has, by line order. */
  readonly first: LogOccurrence;
  readonly last: LogOccurrence;
}

/** The maximum number of distinct versions: an application's log has a few. */
export const MOST_VERSIONS = 10_000;
/** In ms: the time after which other work runs. */
const REST_AFTER = 8;
/** UTF-16 code units of a line to examine between two pauses. */
const PIECE = 16 * 1024;

/**
 * The most frequent first; ignores versions beyond `MOST_VERSIONS`. Yields every few milliseconds, so that the thread
 * stays responsive for any text.
 * @throws the signal's reason
 */
export async function trace(log: string, signal?: AbortSignal): Promise<TracedVersion[]> {
  const traced = new Map<string, TracedVersion>();
  let rested = performance.now();
  for (const step of stepsOf(log)) {
    if (performance.now() - rested > REST_AFTER) {
      await setImmediate();
      signal?.throwIfAborted();
      rested = performance.now();
    }
    if (step === undefined) continue;
    const key = `${step.prompt}@${step.version}`;
    const known = traced.get(key);
    if (known === undefined && traced.size >= MOST_VERSIONS) continue;
    traced.set(key, added(known ?? { ...step, lines: 0 }, step.occurrence));
  }
  return [...traced.values()].sort((a, b) => b.lines - a.lines);
}

type Named = Pick<FoundReference, 'prompt' | 'version'> & { readonly occurrence: LogOccurrence };

/** Yields each reference of each line once, and undefined wherever the caller may pause. */
function* stepsOf(log: string): Generator<Named | undefined> {
  let start = 0;
  for (let line = 1; start <= log.length; line += 1) {
    const newline = log.indexOf('\n', start);
    const end = newline < 0 ? log.length : newline;
    const text = log.slice(start, end);
    start = end + 1;
    yield undefined;
    if (!mayHaveReferences(text)) continue;
    const occurrence = { line, at: timeIn(text) };
    const seen = new Set<string>();
    for (const found of referencesInPieces(text)) {
      if (found === undefined) {
        yield undefined;
        continue;
      }
      const { prompt, version } = found;
      const key = `${prompt}@${version}`;
      if (seen.has(key)) continue;
      if (seen.size < MOST_VERSIONS) seen.add(key);
      yield { prompt, version, occurrence };
    }
  }
}

/** Like `referencesIn`, with undefined after each piece. */
function* referencesInPieces(text: string): Generator<FoundReference | undefined> {
  for (let from = 0; from < text.length; from += PIECE) {
    // A reference may cross the boundary of a piece.
    const start = Math.max(0, from - MOST_BEFORE_AT);
    for (const found of referencesIn(text.slice(start, from + PIECE + MOST_FROM_AT))) {
      const at = start + found.at;
      if (at >= from && at < from + PIECE) yield found;
    }
    yield undefined;
  }
}

function added(
  known: Omit<TracedVersion, 'first' | 'last'> & Partial<Pick<TracedVersion, 'first' | 'last'>>,
  found: LogOccurrence,
): TracedVersion {
  const { prompt, version, lines, first = found, last = found } = known;
  return {
    ...{ prompt, version, lines: lines + 1 },
    first: ofBoth(first, found, 'earlier'),
    last: ofBoth(last, found, 'later'),
  };
}

/** A line with a time takes precedence over one without, such as the continuation of a message. */
function ofBoth(known: LogOccurrence, found: LogOccurrence, which: 'earlier' | 'later'): LogOccurrence {
  if (known.at !== undefined && found.at !== undefined)
    return found.at < known.at === (which === 'earlier') ? found : known;
  if (known.at !== undefined) return known;
  return found.at !== undefined || which === 'later' ? found : known;
}

/** A verified part of the log, from any engine. */
import type { ChainHead } from '../../core/event.ts';

/** The time, prompt and version of an event that published a version; the row of any other, in the order of COLUMNS. */
export type RangeEvent = readonly unknown[];

export interface CheckedRange {
  /** The hash that its first event continues. */
  readonly previousHash: string;
  /** Its last event. */
  readonly head: ChainHead;
  /** One for each seq. */
  readonly events: readonly RangeEvent[];
}

/** Checks the events with a seq greater than `after`, up to `until`; returns undefined if they do not match. */
export type RangeChecker = (after: number, until: number) => CheckedRange | undefined;

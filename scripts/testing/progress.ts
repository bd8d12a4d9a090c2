// Reports the progress of a test suite to `npm test` in a file of JSON lines, because standard output belongs to the
// tests, and VS Code's extension host has no other channel.

import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';

export type TestFailure = {
  /** The titles of its suites and its own, joined by spaces. */
  readonly title: string;
  /** The error's message and stack. */
  readonly reason: string;
};

/** One line of the file. */
export type ProgressEvent =
  | { readonly kind: 'start'; readonly total: number }
  | { readonly kind: 'begin'; readonly title: string }
  | { readonly kind: 'step'; readonly title: string }
  | { readonly kind: 'pass' | 'skip'; readonly title: string; readonly milliseconds: number }
  | ({ readonly kind: 'fail' } & TestFailure)
  | { readonly kind: 'end' };

export type Progress = {
  readonly total: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly TestFailure[];
  /** The running test, or the last one. */
  readonly current: string | undefined;
  /** True if the suite has ended. */
  readonly ended: boolean;
  /** The number of events so far, which grows with all progress. */
  readonly events: number;
};

export const NO_PROGRESS: Progress = {
  total: 0,
  passed: 0,
  skipped: 0,
  failures: [],
  current: undefined,
  ended: false,
  events: 0,
};

/** Appends an event to the file that PROMPTFORGE_TEST_PROGRESS names; does nothing if it is not set. */
export function reportProgress(event: ProgressEvent): void {
  const file = process.env['PROMPTFORGE_TEST_PROGRESS'];
  // Synchronous, because Mocha may exit right after its last event.
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(event)}\n`);
}

/** Reads a growing progress file, each time from where it stopped. */
export class ProgressReader {
  readonly #file: string;
  #offset = 0;
  #rest = '';
  #progress = NO_PROGRESS;

  constructor(file: string) {
    this.#file = file;
  }

  /** The progress so far; none if the file does not exist yet. */
  async read(): Promise<Progress> {
    const added = await this.#added();
    const lines = (this.#rest + added).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#progress = advance(this.#progress, JSON.parse(line) as ProgressEvent);
    return this.#progress;
  }

  async #added(): Promise<string> {
    const handle = await open(this.#file).catch(() => undefined);
    if (handle === undefined) return '';
    try {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.max(0, size - this.#offset));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#offset);
      // Only whole lines, so that no character is cut in two.
      const whole = buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
      this.#offset += whole;
      return buffer.toString('utf8', 0, whole);
    } finally {
      await handle.close();
    }
  }
}

/** The state after one more event. */
export function advance(progress: Progress, event: ProgressEvent): Progress {
  const events = progress.events + 1;
  switch (event.kind) {
    case 'start':
      // A suite may run several times, once for each of its tests.
      return { ...progress, events, ended: false, total: progress.total + event.total };
    case 'begin':
      return { ...progress, events, current: event.title };
    case 'step':
      return { ...progress, events };
    case 'pass':
      return { ...progress, events, passed: progress.passed + 1 };
    case 'skip':
      return { ...progress, events, skipped: progress.skipped + 1 };
    case 'fail': {
      const { title, reason } = event;
      return { ...progress, events, failures: [...progress.failures, { title, reason }] };
    }
    case 'end':
      return { ...progress, events, ended: true };
  }
}

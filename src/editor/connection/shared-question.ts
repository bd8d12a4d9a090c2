/** Checks whether a registry responds, with one request for all callers at the same time. */

/** The time for which a response is reused, in milliseconds. */
export const COUNTS_MS = 1_000;

export class SharedQuestion {
  readonly #put: () => Promise<void>;
  readonly #now: () => number;
  #running: Promise<void> | undefined;
  #last: { readonly answer: Promise<void>; readonly at: number } | undefined;

  /**
   * @param put sends the request; resolves when the registry responds, and rejects within seconds if it does not
   * @param now a monotonic clock, in milliseconds
   */
  constructor(put: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#put = put;
    this.#now = now;
  }

  /** Sends the request, unless one is in progress. @throws as `put` */
  ask(): Promise<void> {
    this.#running ??= this.#askNow();
    return this.#running;
  }

  /** Like `ask`, but may reuse a recent response. @throws as `put` */
  answer(): Promise<void> {
    const last = this.#last;
    return last !== undefined && this.#now() - last.at < COUNTS_MS ? last.answer : this.ask();
  }

  /** Drops the recent response, because the registry or its state may have changed. */
  forget(): void {
    this.#last = undefined;
    this.#running = undefined;
  }

  #askNow(): Promise<void> {
    const answer = this.#put();
    const ended = () => {
      if (this.#running !== answer) return;
      this.#running = undefined;
      this.#last = { answer, at: this.#now() };
    };
    answer.then(ended, ended);
    return answer;
  }
}

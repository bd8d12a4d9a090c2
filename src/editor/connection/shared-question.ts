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
   * @param now in milliseconds, of a monotonic clock
   */
  constructor(put: () => Promise<void>, now: () => number = () => performance.now()) {
    this.#put = put;
    this.#now = now;
  }

  /** Asks, unless that is under way. @throws as `put` */
  ask(): Promise<void> {
    this.#running ??= this.#askNow();
    return this.#running;
  }

  /** As `ask`, or what was answered a moment ago. @throws as `put` */
  answer(): Promise<void> {
    const last = this.#last;
    return last !== undefined && this.#now() - last.at < COUNTS_MS ? last.answer : this.ask();
  }

  /** The registry may be another, or another answer be expected. */
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

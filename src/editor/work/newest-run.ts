/** Work of which only the newest run counts, since it sees what is newest. */

/**
 * A run that another one follows is aborted, and ends when the other has: whoever waits finds what is true, whichever
 * run found it out.
 */
export class NewestRun {
  #running: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;

  /** The newest run; undefined when none is under way. */
  get running(): Promise<void> | undefined {
    return this.#running?.done;
  }

  /** @param work aborted when it is no longer the newest: it changes nothing from then on */
  start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running?.controller.abort();
    const controller = new AbortController();
    const done = this.#follow(work, controller.signal);
    this.#running = { controller, done };
    return done;
  }

  /** Aborts what is under way; nobody waits for it any more. */
  stop(): void {
    this.#running?.controller.abort();
    this.#running = undefined;
  }

  async #follow(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await work(signal);
    } finally {
      if (!signal.aborted) this.#running = undefined;
    }
    if (signal.aborted) return this.running;
  }
}

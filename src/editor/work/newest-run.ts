/** Work of which only the newest run counts, because it sees the newest state. */

/**
 * A newer run aborts the previous one, whose promise then resolves with the newer one's, so that callers always see the
 * final state.
 */
export class NewestRun {
  #running: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;

  /** The newest run; undefined if none is in progress. */
  get running(): Promise<void> | undefined {
    return this.#running?.done;
  }

  /** @param work aborted when it is no longer the newest; it must change nothing after that */
  start(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#running?.controller.abort();
    const controller = new AbortController();
    const done = this.#follow(work, controller.signal);
    this.#running = { controller, done };
    return done;
  }

  /** Aborts the run in progress, which nobody waits for anymore. */
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

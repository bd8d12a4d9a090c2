/** Refreshes a window after events of the registry, regardless of how many there are and how long a refresh takes. */

/** Simultaneous events are shown together; this window's own changes are already shown. */
const SETTLE_MS = 250;
/** The minimum interval between refreshes while there are many events, in ms. */
const BETWEEN_MS = 2_000;

export interface EventRefreshesParts {
  /** Shows what is new. Never rejects. */
  readonly refresh: () => Promise<void>;
  /** When the last refresh began, for whatever reason, in milliseconds since 1970. */
  readonly refreshedAt: () => number;
  /** In milliseconds. */
  readonly settle?: number;
  /** In milliseconds. */
  readonly between?: number;
}

export class EventRefreshes {
  readonly #parts: EventRefreshesParts;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isDisposed = false;
  /** The time of the last event, in milliseconds since 1970. */
  #last = 0;
  /** When the last refresh for that reason began, in milliseconds since 1970. */
  #begun = 0;

  constructor(parts: EventRefreshesParts) {
    this.#parts = parts;
  }

  happened(): void {
    this.#last = Date.now();
    this.#plan();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#isDisposed = true;
  }

  /** A refresh in progress is not restarted, or it would never end while events keep coming. Another one follows it. */
  #plan(): void {
    if (this.#isRunning || this.#isDisposed) return;
    const { settle = SETTLE_MS, between = BETWEEN_MS } = this.#parts;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.#run();
      },
      Math.max(settle, this.#begun + between - Date.now()),
    );
  }

  async #run(): Promise<void> {
    const { refresh, refreshedAt } = this.#parts;
    if (refreshedAt() >= this.#last) return;
    this.#begun = Date.now();
    this.#isRunning = true;
    await refresh();
    this.#isRunning = false;
    if (this.#last >= this.#begun) this.#plan();
  }
}

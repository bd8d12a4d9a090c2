/** A resource of which only one is open at a time: opening another one closes it. */

interface Closable {
  close(): Promise<void>;
}

export class OneOpen<Resource extends Closable> {
  #current: { readonly of: string; readonly opened: Promise<Resource> } | undefined;
  /** Everything that was open before. */
  #closed: Promise<void> = Promise.resolve();

  /** The most recently opened item that is still open; undefined if there is none. It may still be opening. */
  get current(): Promise<Resource> | undefined {
    return this.#current?.opened;
  }

  /**
   * The open resource if it is `of` the same, otherwise a new one, once the previous one is closed. Concurrent calls
   * share the result. After a failure, the next call tries again.
   */
  open(of: string, make: () => Promise<Resource>): Promise<Resource> {
    if (this.#current?.of === of) return this.#current.opened;
    const opened = this.close().then(make);
    const current = { of, opened };
    this.#current = current;
    opened.catch(() => {
      if (this.#current === current) this.#current = undefined; // its callers get the error
    });
    return opened;
  }

  close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return this.#closed;
    const before = this.#closed;
    const closing = async () => {
      await before;
      const opened = await current.opened.catch(() => undefined); // it never opened, so there is nothing to close
      await opened?.close();
    };
    const closed = closing();
    this.#closed = closed.catch(() => undefined); // the caller that closes it gets the error
    return closed;
  }
}

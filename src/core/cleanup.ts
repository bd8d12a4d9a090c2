/** Cleans up what was begun, last first. */

/** The part of ECMAScript's `AsyncDisposableStack` that is used here. Node has that class from version 24 on. */
export class Cleanup implements AsyncDisposable {
  #ends: (() => unknown)[] = [];

  /** Calls `end` when it is disposed of. */
  defer(end: () => unknown): void {
    this.#ends.push(end);
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Moves everything to a new object; disposing of this one then does nothing. */
  move(): Cleanup {
    const moved = new Cleanup();
    moved.#ends = this.#ends;
    this.#ends = [];
    return moved;
  }

  /** Disposes of everything, even if one disposal fails. @throws the first failure */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.#ends.splice(0).toReversed())
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  }
}

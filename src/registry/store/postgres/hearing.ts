/**
 * Whether the notifications of commits really reach one connection. Behind a pooler that gives each transaction another
 * connection `LISTEN` succeeds and nothing is ever heard, so only what is missing shows it.
 */

/** So many in a row: a migration raises the revision without a notification. */
const MISSES = 2;

export class Hearing {
  #heard: number;
  #found: number;
  #missed = 0;

  /** @param revision the newest when listening began, of which nobody will tell */
  constructor(revision: number) {
    this.#heard = revision;
    this.#found = revision;
  }

  /** Whether to count on notifications no more. Once so it stays so: now and then one arrives by chance. */
  get deaf(): boolean {
    return this.#missed >= MISSES;
  }

  /** A notification told of this revision. */
  heard(revision: number): void {
    this.#heard = Math.max(revision, this.#heard);
    if (!this.deaf) this.#missed = 0;
  }

  /** The database was asked and is at this revision. */
  found(revision: number): void {
    this.#found = revision;
  }

  /** Since then nothing was heard for as long as a notification could take. */
  silence(): void {
    if (this.#found <= this.#heard) return;
    this.#heard = this.#found;
    this.#missed++;
  }
}

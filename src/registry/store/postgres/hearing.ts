/**
 * Detects whether notifications of commits really reach a connection. Behind a pooler that gives each transaction
 * another connection, `LISTEN` succeeds but nothing arrives, so only missing notifications show it.
 */

/** Missed notifications in a row that count: a migration raises the revision without one. */
const MISSES = 2;

export class Hearing {
  #heard: number;
  #found: number;
  #missed = 0;

  /** @param revision the newest when listening began, for which no notification will come */
  constructor(revision: number) {
    this.#heard = revision;
    this.#found = revision;
  }

  /** True if notifications cannot be relied on. This is final: occasionally one arrives by chance. */
  get deaf(): boolean {
    return this.#missed >= MISSES;
  }

  /** Called for a notification with this revision. */
  heard(revision: number): void {
    this.#heard = Math.max(revision, this.#heard);
    if (!this.deaf) this.#missed = 0;
  }

  /** Called when a query returned this revision. */
  found(revision: number): void {
    this.#found = revision;
  }

  /** Called when nothing arrived since then for as long as a notification could take. */
  silence(): void {
    if (this.#found <= this.#heard) return;
    this.#heard = this.#found;
    this.#missed++;
  }
}

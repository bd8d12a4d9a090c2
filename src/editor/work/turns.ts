/**
 * Work on things by their names, so many at a time. What waits for its turn already is not added again; what is under way
 * has another turn after it, for it may be out of date.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #work: (name: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  readonly #underWay = new Set<string>();

  /** @param work never rejects */
  constructor(atOnce: number, work: (name: string) => Promise<void>) {
    this.#atOnce = atOnce;
    this.#work = work;
  }

  add(name: string): void {
    this.#waiting.add(name);
    this.#next();
  }

  #next(): void {
    for (const name of this.#waiting) {
      if (this.#underWay.size >= this.#atOnce) return;
      if (this.#underWay.has(name)) continue;
      this.#waiting.delete(name);
      this.#underWay.add(name);
      void this.#work(name).finally(() => {
        this.#underWay.delete(name);
        this.#next();
      });
    }
  }
}

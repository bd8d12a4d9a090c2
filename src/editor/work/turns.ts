/**
 * Runs work by name, a limited number at a time. A name that is already waiting is not added again; one that is running
 * gets another turn afterward, because its result may be outdated.
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

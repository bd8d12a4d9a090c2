/** Limits of one evaluation. They count steps, not time, so that every machine stops at the same place. */
import type { Problem } from '../problem.ts';
import type { Node } from '../syntax-tree.ts';
import { MAX_NESTING } from './max-nesting.ts';
import { tooExpensive } from './problems.ts';
import type { Template } from './template.ts';

export interface Limits {
  /** Statements, expressions, iterations and copied properties. */
  readonly steps: number;
  /** UTF-16 code units of output. */
  readonly characters: number;
  /** Called after every 1,024 steps, so that a thread can yield to others. */
  readonly rest?: () => void;
}

/** The same in preview, command and registry. */
export const LIMITS: Limits = { steps: 1_000_000, characters: 4 * 1024 * 1024 };

const STEPS_TO_REST = 1024;

/** Characters converted from lists and objects that count as one step. */
const CHARACTERS_PER_STEP = 8;

/** Counts the work of one evaluation. Its methods throw Problem `too_expensive` above a limit. */
export class Meter {
  readonly #limits: Limits;
  #steps = 0;
  /** The number of steps at which to rest or to stop. */
  #mark: number;
  #characters = 0;
  /** The depth of blocks and partials. */
  nesting = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#mark = Math.min(limits.rest === undefined ? Infinity : STEPS_TO_REST, limits.steps + 1);
  }

  get steps(): number {
    return this.#steps;
  }

  get characters(): number {
    return this.#characters;
  }

  /** The number of characters that may still be written. */
  get room(): number {
    return this.#limits.characters - this.#characters;
  }

  step(template: Template, node: Node, count = 1): void {
    this.#steps += count;
    if (this.#steps >= this.#mark) this.#atMark(template, node);
  }

  #atMark(template: Template, node: Node): void {
    const { steps, rest } = this.#limits;
    if (this.#steps > steps) {
      this.#steps = steps;
      throw tooExpensive('steps', steps, template, node);
    }
    rest?.();
    this.#mark = Math.min(this.#steps + STEPS_TO_REST, steps + 1);
  }

  write(length: number, template: Template, node: Node): void {
    if (this.#characters + length > this.#limits.characters) throw this.tooLong(template, node);
    this.#characters += length;
  }

  tooLong(template: Template, node: Node): Problem {
    return tooExpensive('characters', this.#limits.characters, template, node);
  }

  /** Counts text converted from a list or an object, whether it is written or not. */
  make(length: number, template: Template, node: Node): void {
    this.step(template, node, Math.ceil(length / CHARACTERS_PER_STEP));
  }

  enter(template: Template, node: Node): void {
    if (this.nesting >= MAX_NESTING) throw tooExpensive('nesting', MAX_NESTING, template, node);
    this.nesting += 1;
  }

  leave(): void {
    this.nesting -= 1;
  }
}

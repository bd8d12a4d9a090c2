/** The state of one evaluation. */
import type { LinkedPartial } from '../flatten.ts';
import type { Meter } from './limits.ts';
import { type Template, templateOf } from './template.ts';
import type { Writer } from './writer.ts';

export class Run {
  readonly meter: Meter;
  readonly writer: Writer;
  /** The input with its defaults. */
  readonly root: Readonly<Record<string, unknown>>;
  /** Returns whether it matters that an input is not given; undefined: never. */
  readonly countsAsMissing: ((name: string) => boolean) | undefined;
  /** The number of characters one `{{history}}` represents. */
  readonly historyLength: number;
  /** The input, and its copies with a partial's arguments, each with the names of these arguments. */
  readonly #inputs: WeakMap<object, ReadonlySet<string>>;
  readonly #templates = new Map<LinkedPartial, Template>();

  constructor(of: Pick<Run, 'meter' | 'writer' | 'root' | 'countsAsMissing' | 'historyLength'>) {
    this.meter = of.meter;
    this.writer = of.writer;
    this.root = of.root;
    this.countsAsMissing = of.countsAsMissing;
    this.historyLength = of.historyLength;
    this.#inputs = new WeakMap([[of.root, new Set<string>()]]);
  }

  /** Returns whether `name` in this context is an input: an argument of a partial hides the input of the same name. */
  isOfInput(context: unknown, name: string): boolean {
    if (typeof context !== 'object' || context === null) return false;
    return this.#inputs.get(context)?.has(name) === false;
  }

  /** Records that `copy` is `context` with arguments of these names, if `context` is the input or such a copy of it. */
  addCopy(copy: object, context: unknown, names: readonly string[]): void {
    if (typeof context !== 'object' || context === null) return;
    const hidden = this.#inputs.get(context);
    if (hidden !== undefined) this.#inputs.set(copy, new Set([...hidden, ...names]));
  }

  partial(linked: LinkedPartial): Template {
    const known = this.#templates.get(linked);
    if (known !== undefined) return known;
    const template = templateOf(linked);
    this.#templates.set(linked, template);
    return template;
  }
}

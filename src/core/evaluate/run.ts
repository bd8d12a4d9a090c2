/** What one evaluation holds from its beginning to its end. */
import type { LinkedPartial } from '../flatten.ts';
import type { Meter } from './limits.ts';
import { type Template, templateOf } from './template.ts';
import type { Writer } from './writer.ts';

export class Run {
  readonly meter: Meter;
  readonly writer: Writer;
  /** The input with its defaults. */
  readonly root: Readonly<Record<string, unknown>>;
  /** Whether it matters that an input is not given; undefined: never. */
  readonly countsAsMissing: ((name: string) => boolean) | undefined;
  /** How many characters one `{{history}}` stands for. */
  readonly historyLength: number;
  /** The input, and copies of it with a partial's arguments. */
  readonly #inputs: WeakSet<object>;
  readonly #templates = new Map<LinkedPartial, Template>();

  constructor(of: Pick<Run, 'meter' | 'writer' | 'root' | 'countsAsMissing' | 'historyLength'>) {
    this.meter = of.meter;
    this.writer = of.writer;
    this.root = of.root;
    this.countsAsMissing = of.countsAsMissing;
    this.historyLength = of.historyLength;
    this.#inputs = new WeakSet([of.root]);
  }

  isInput(context: unknown): boolean {
    return typeof context === 'object' && context !== null && this.#inputs.has(context);
  }

  addInput(context: object): void {
    this.#inputs.add(context);
  }

  partial(linked: LinkedPartial): Template {
    const known = this.#templates.get(linked);
    if (known !== undefined) return known;
    const template = templateOf(linked);
    this.#templates.set(linked, template);
    return template;
  }
}

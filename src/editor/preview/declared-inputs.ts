/** The declared inputs of the previewed prompt, for the form: read at every change, sent to the page only if they differ. */
import type { PromptName } from '../../core/name.ts';
import { kindOf } from '../../language/analysis/analysis.ts';
import { readFrontMatter } from '../../language/front-matter/front-matter.ts';
import type { Declared } from '../../language/types/value-type.ts';
import { typeOfValue } from '../../language/types/values.ts';
import type { Input } from './form.ts';

export class DeclaredInputs {
  #shape: string | undefined;
  fields: readonly Declared[] = [];
  defaults: Input = {};

  get isRead(): boolean {
    return this.#shape !== undefined;
  }

  /** Reads the declarations, and returns true if they have changed. */
  read(source: string, prompt: PromptName | undefined): boolean {
    const { variables, defaults } = readFrontMatter(source, kindOf(prompt));
    this.fields = variables;
    this.defaults = Object.fromEntries([...defaults].map(([name, { value }]) => [name, value]));
    const shape = JSON.stringify([
      variables.map(({ name, type, optional, description }) => [name, type, optional, description]),
      this.defaults,
    ]);
    const isNew = this.#shape !== shape;
    this.#shape = shape;
    return isNew;
  }

  /** Declared fields, then undeclared values of the input, which can be seen and changed too. */
  fieldsFor(input: Input): Declared[] {
    const names = new Set(this.fields.map(({ name }) => name));
    const others = Object.entries(input).filter(([name]) => !names.has(name));
    return [
      ...this.fields,
      ...others.map(([name, value]) => ({
        name,
        type: typeOfValue(value),
        optional: true,
        nameSpan: undefined,
        span: undefined,
      })),
    ];
  }
}

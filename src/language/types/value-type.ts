/** The types that the front matter declares for input variables and their contents. */
import type { Span } from '../results/span.ts';

/** A declared variable or property. */
export interface Declared {
  readonly name: string;
  readonly type: ValueType;
  readonly optional: boolean;
  readonly description?: string;
  /** The range of its name; undefined if no text declares it. */
  readonly nameSpan: Span | undefined;
  /** From its name to the end of its type. */
  readonly span: Span | undefined;
}

export type ValueType =
  | { readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'any' }
  | { readonly kind: 'enum'; readonly values: readonly unknown[] }
  | { readonly kind: 'array'; readonly items: ValueType }
  | {
      readonly kind: 'object';
      readonly properties: readonly Declared[];
      /** The type of undeclared properties; undefined if there must be none. */
      readonly others: ValueType | undefined;
    };

export const ANY: ValueType = { kind: 'any' };

/** The declared contents of values of a type, or of the items of a list. */
export function propertiesOf(type: ValueType): readonly Declared[] {
  if (type.kind === 'array') return propertiesOf(type.items);
  if (type.kind !== 'object') return [];
  return type.others === undefined ? type.properties : [...type.properties, ...propertiesOf(type.others)];
}

/** A type as authors write it: `string`, `string[]`, `"high" | "low"`, `{id, takes}`. */
export function wordsOfType(type: ValueType): string {
  switch (type.kind) {
    case 'enum':
      return type.values.map(value => JSON.stringify(value)).join(' | ');
    case 'array':
      return type.items.kind === 'enum' ? `(${wordsOfType(type.items)})[]` : `${wordsOfType(type.items)}[]`;
    case 'object': {
      const names = type.properties.map(({ name, optional }) => (optional ? `${name}?` : name));
      return `{${(type.others === undefined ? names : [...names, '…']).join(', ')}}`;
    }
    default:
      return type.kind;
  }
}

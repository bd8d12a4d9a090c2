/**
 * Reads Picoschema (github.com/google/dotprompt) with places: interprets what Dotprompt's own reader accepts in the
 * same way, and reports what that rejects or probably misinterprets.
 */
import { placeInText } from '../../core/place-in-yaml.ts';
import {
  LIST,
  NO_CHOICE,
  NO_PROPERTIES,
  NO_TYPE,
  NO_VALUE,
  type TypeFault,
  wrongContainer,
  wrongScalar,
} from '../../core/schema/type-faults.ts';
import { splitDescription, validatePropertyName } from '../../core/schema/type-names.ts';
import type { PlacedPair, PlacedValue } from '../../core/yaml-places.ts';
import type { Finding } from '../results/finding.ts';
import type { Span } from '../results/span.ts';
import { ANY, type Declared, type ValueType } from './value-type.ts';

/** The text after the colon. */
export const SCALAR_TYPES = {
  string: 'Text.',
  number: 'A number, whole or not.',
  integer: 'A whole number.',
  boolean: 'true or false.',
  null: 'Nothing. It needs quotes here: "null".',
  any: 'A value of any type.',
} as const satisfies Readonly<Record<string, string>>;

/** The text in parentheses after the name. */
export const CONTAINER_TYPES = {
  array: 'A list; write the type of its items after the colon.',
  object: 'An object; write its properties on the lines below.',
  enum: 'One of the values listed after the colon.',
} as const satisfies Readonly<Record<string, string>>;

/** The key for the type of properties that are not named. */
export const WILDCARD = '(*)';

type ScalarName = keyof typeof SCALAR_TYPES;

export interface SchemaFinding extends Finding {
  readonly code: 'picoschema' | 'json-schema' | 'named-schema' | 'front-matter-type';
}
/** The declaration of one key. */
interface Typed {
  readonly type: ValueType;
  readonly description?: string;
}

/** Receives the errors of a schema. */
export type Find = (finding: SchemaFinding) => void;

export function isScalarName(name: string): name is ScalarName {
  return Object.hasOwn(SCALAR_TYPES, name);
}

/** Reads one schema's values. Values that aliases share are read once. */
export class PicoschemaReader {
  readonly #find: Find;
  readonly #read = new Map<readonly PlacedPair[], ValueType>();

  constructor(find: Find) {
    this.#find = find;
  }

  /** Reads what follows a colon: a type with its description, or properties. If empty, reports an error at `key`. */
  read(schema: PlacedValue, key: Span): ValueType {
    return this.#value(schema, key).type;
  }

  #value(schema: PlacedValue, key: Span): Typed {
    if (schema.kind === 'mapping') return { type: this.properties(schema) };
    if (schema.kind === 'list') return this.#wrong(schema.span, LIST);
    if (schema.kind === 'nothing') return this.#wrong(key, NO_VALUE);
    if (schema.value === null) return this.#wrong(schema.span, NO_VALUE, '"null"');
    if (typeof schema.value !== 'string') return this.#wrong(schema.span, NO_TYPE);
    return this.scalar(schema, schema.value);
  }

  /** `string`, `string, what it is for` @param isWhole whether it is the whole schema */
  scalar(schema: PlacedValue, text: string, isWhole = false): Typed {
    const [name, description] = splitDescription(text);
    if (isScalarName(name)) return { type: { kind: name }, ...(description && { description }) };
    const fault = wrongScalar(text, isWhole);
    const { length } = fault ?? name;
    const place = length === undefined ? schema.span : placeInText(schema, 0, length);
    return fault === undefined ? { type: this.named(place, name) } : this.#told(place, fault);
  }

  /** A schema by name that only the application knows. */
  named(span: Span, name: string): ValueType {
    this.#find({
      code: 'named-schema',
      span,
      message: `The application defines the schema "${name}", so its values are not checked here.`,
    });
    return ANY;
  }

  /** The properties of a mapping, in order. */
  properties({ pairs }: PlacedValue): ValueType & { kind: 'object' } {
    const known = this.#read.get(pairs);
    if (known?.kind === 'object') return known;
    const properties: Declared[] = [];
    /** By name. */
    const keys = new Map<string, string>();
    let others: ValueType | undefined;
    for (const pair of pairs) {
      if (pair.key === WILDCARD) {
        others = this.read(pair.node, pair.keySpan);
        continue;
      }
      const declared = this.#property(pair);
      if (declared === undefined) continue;
      const first = keys.get(declared.name);
      // If the keys are identical, this is already an error in YAML.
      if (first !== undefined && first !== pair.key)
        this.#wrong(pair.keySpan, `"${declared.name}" is declared a second time: remove or rename one.`);
      if (first === undefined) properties.push(declared);
      keys.set(declared.name, pair.key);
    }
    const type = { kind: 'object', properties, others } as const;
    this.#read.set(pairs, type);
    return type;
  }

  #property(pair: PlacedPair): Declared | undefined {
    const { key, keySpan, keyText, node } = pair;
    const open = key.indexOf('(');
    const marked = open < 0 ? key : key.slice(0, open);
    const optional = marked.endsWith('?');
    const name = optional ? marked.slice(0, -1) : marked;
    if (!this.#isName(name, pair)) return undefined;
    const isVerbatim = keyText.end - keyText.start === key.length;
    const nameSpan = isVerbatim ? { start: keyText.start, end: keyText.start + name.length } : keySpan;
    const span = { start: keySpan.start, end: Math.max(keySpan.end, node.span.end) };
    const { type, description } =
      open < 0 ? this.#value(node, keySpan) : this.#contained(pair, key.slice(open + 1), open + 1);
    return { name, type, optional, ...(description && { description }), nameSpan, span };
  }

  #isName(name: string, { key, keySpan }: PlacedPair): boolean {
    const message = validatePropertyName(name, key);
    if (message !== undefined) this.#wrong(keySpan, message);
    return message === undefined;
  }

  /** `name(array, what it is for): …`: `inside` is the text after the opening parenthesis, and begins at `from`. */
  #contained({ key, keySpan, keyText, node }: PlacedPair, inside: string, from: number): Typed {
    const isVerbatim = keyText.end - keyText.start === key.length;
    const place = (length: number): Span =>
      isVerbatim ? { start: keyText.start + from, end: keyText.start + from + length } : keySpan;
    if (!inside.endsWith(')')) {
      this.#wrong(
        keySpan,
        inside.endsWith(')?')
          ? 'Write the "?" before the parenthesis: "name?(…)".'
          : 'The parenthesis is not closed: write "name(type, description):".',
      );
      return { type: ANY };
    }
    const [name, description] = splitDescription(inside.slice(0, -1));
    const described = description ? { description } : {};
    switch (name) {
      case 'array':
        return { type: { kind: 'array', items: this.read(node, keySpan) }, ...described };
      case 'object':
        return { type: this.#object(node, keySpan), ...described };
      case 'enum':
        return { type: this.#enumeration(node, keySpan), ...described };
    }
    const fault = wrongContainer(name, key.slice(0, from - 1));
    return fault === undefined ? { type: ANY } : this.#told(place(name.length), fault);
  }

  #object(node: PlacedValue, key: Span): ValueType {
    if (node.kind === 'mapping') return this.properties(node);
    return this.#wrong(node.kind === 'nothing' ? key : node.span, NO_PROPERTIES).type;
  }

  #enumeration({ kind, items, value, span }: PlacedValue, key: Span): ValueType {
    if (kind === 'list' && items.length > 0) return { kind: 'enum', values: value as unknown[] };
    return this.#wrong(kind === 'nothing' ? key : span, NO_CHOICE).type;
  }

  #told(span: Span, { message, near }: TypeFault): Typed {
    return this.#wrong(span, message, near);
  }

  #wrong(span: Span, message: string, near?: string): Typed {
    this.#find({ code: 'picoschema', span, message, ...(near !== undefined && { data: { near } }) });
    return { type: ANY };
  }
}

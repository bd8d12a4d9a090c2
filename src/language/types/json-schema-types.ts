/** Converts JSON Schema (2020-12) to the types of the language core, as far as possible. */
import { nearest } from '../../core/near.ts';
import type { PlacedPair, PlacedValue } from '../../core/yaml-places.ts';
import { checkKeywords } from './json-schema-keywords.ts';
import { type Find, isScalarName, SCALAR_TYPES } from './picoschema.ts';
import { ANY, type Declared, type ValueType } from './value-type.ts';

const TYPES = [...Object.keys(SCALAR_TYPES), 'object', 'array'];
/** A chain of `$ref` can be as long as the text. */
const MAX_DEPTH = 500;

/** Reads one JSON Schema; follows a `$ref` only within it. */
export class JsonSchemaReader {
  readonly #root: PlacedValue;
  readonly #find: Find;
  /** By the pairs of a schema; undefined while it is being read, so that recursion ends. */
  readonly #read = new Map<readonly PlacedPair[], ValueType | undefined>();

  #depth = 0;

  constructor(root: PlacedValue, find: Find) {
    this.#root = root;
    this.#find = find;
  }

  read(schema: PlacedValue): ValueType {
    if (schema.kind !== 'mapping') {
      if (schema.kind !== 'nothing' && typeof schema.value !== 'boolean')
        this.#wrong(schema, 'A schema belongs here: an object with "type".');
      return ANY;
    }
    if (this.#read.has(schema.pairs)) return this.#read.get(schema.pairs) ?? ANY;
    if (this.#depth > MAX_DEPTH) return ANY;
    this.#read.set(schema.pairs, undefined);
    this.#depth += 1;
    const type = this.#schema(schema);
    this.#depth -= 1;
    this.#read.set(schema.pairs, type);
    return type;
  }

  #schema(schema: PlacedValue): ValueType {
    checkKeywords(schema, (value, message) => this.#wrong(value, message));
    const values = part(schema, 'enum');
    if (values !== undefined) {
      if (values.kind === 'list' && values.items.length > 0)
        return { kind: 'enum', values: values.value as unknown[] };
      this.#wrong(values, '"enum" is a list of the values that are allowed, with at least one.');
      return ANY;
    }
    const constant = part(schema, 'const');
    if (constant !== undefined) return { kind: 'enum', values: [constant.value] };
    const reference = part(schema, '$ref');
    if (reference !== undefined) return this.#referred(reference);
    const name = this.#typeName(schema);
    if (name === 'object' || (name === undefined && part(schema, 'properties') !== undefined))
      return this.#object(schema);
    if (name === 'array') {
      const items = part(schema, 'items');
      return { kind: 'array', items: items === undefined ? ANY : this.read(items) };
    }
    if (name !== undefined && isScalarName(name)) return { kind: name };
    return this.#alternatives(schema);
  }

  /** The `type`, or the only one that is not `null`; undefined if it is ambiguous. */
  #typeName(schema: PlacedValue): string | undefined {
    const type = part(schema, 'type');
    if (type === undefined) return undefined;
    const named = type.kind === 'list' ? type.items : [type];
    for (const item of named) {
      if (typeof item.value === 'string' && TYPES.includes(item.value)) continue;
      const near = typeof item.value === 'string' ? nearest(item.value, TYPES) : undefined;
      const advice = near === undefined ? `Write one of ${TYPES.join(', ')}.` : `Did you mean "${near}"?`;
      this.#wrong(item, `JSON Schema has no such type. ${advice}`, near);
      return undefined;
    }
    const [only, ...others] = named.map(({ value }) => value as string).filter(name => name !== 'null');
    if (only === undefined) return named.length > 0 ? 'null' : undefined;
    return others.length === 0 ? only : undefined;
  }

  /** The schema of an object, whatever its `type`. */
  object(schema: PlacedValue): ValueType & { kind: 'object' } {
    checkKeywords(schema, (value, message) => this.#wrong(value, message));
    return this.#object(schema);
  }

  #object(schema: PlacedValue): ValueType & { kind: 'object' } {
    const required = this.#required(schema);
    const declared = part(schema, 'properties');
    if (declared !== undefined && declared.kind !== 'mapping' && declared.kind !== 'nothing')
      this.#wrong(declared, '"properties" holds a schema for each name.');
    const properties: Declared[] = (declared?.pairs ?? []).map(({ key, keySpan, keyText, node }) => {
      const description = part(node, 'description')?.value;
      return {
        name: key,
        type: this.read(node),
        optional: !required.has(key),
        ...(typeof description === 'string' && { description }),
        nameSpan: keyText,
        span: { start: keySpan.start, end: Math.max(keySpan.end, node.span.end) },
      };
    });
    const names = new Set(properties.map(({ name }) => name));
    for (const [name, item] of required) {
      if (names.has(name)) continue;
      const near = nearest(name, names);
      if (near !== undefined)
        this.#find({
          code: 'json-schema',
          span: item.span,
          message: `"properties" has no "${name}". Did you mean "${near}"?`,
          data: { near },
        });
      properties.push({ name, type: ANY, optional: false, nameSpan: item.span, span: item.span });
    }
    return { kind: 'object', properties, others: this.#others(schema) };
  }

  /** The names in `required`, with their places. */
  #required(schema: PlacedValue): ReadonlyMap<string, PlacedValue> {
    const required = part(schema, 'required');
    if (required === undefined || required.kind === 'nothing') return new Map();
    const names = new Map<string, PlacedValue>();
    if (required.kind !== 'list') this.#wrong(required, '"required" is a list of names.');
    for (const item of required.items)
      if (typeof item.value === 'string') names.set(item.value, item);
      else this.#wrong(item, 'A name belongs here, as text.');
    return names;
  }

  #others(schema: PlacedValue): ValueType | undefined {
    const others = part(schema, 'additionalProperties');
    if (others === undefined || others.value === true) return ANY;
    if (others.value !== false) return this.read(others);
    return part(schema, 'patternProperties') === undefined ? undefined : ANY;
  }

  /** The type of `anyOf`, `oneOf` or `allOf` if there is only one alternative, or one besides `null`. */
  #alternatives(schema: PlacedValue): ValueType {
    for (const word of ['anyOf', 'oneOf', 'allOf']) {
      const list = part(schema, word);
      if (list?.kind !== 'list') continue;
      const types = list.items.map(item => this.read(item));
      const [only, ...others] = types.filter(({ kind }) => kind !== 'null');
      if (only !== undefined && others.length === 0) return only;
    }
    return ANY;
  }

  /** The target of a reference within the same schema, such as `#/$defs/name`. */
  #referred(reference: PlacedValue): ValueType {
    const { value } = reference;
    if (typeof value !== 'string' || !value.startsWith('#')) return ANY;
    let at: PlacedValue | undefined = this.#root;
    for (const step of value.slice(1).split('/').slice(1))
      at = at && part(at, step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return at === undefined ? ANY : this.read(at);
  }

  #wrong({ span }: PlacedValue, message: string, near?: string): void {
    this.#find({ code: 'json-schema', span, message, ...(near !== undefined && { data: { near } }) });
  }
}

/** The value of a key; if there are several, the last, as in YAML. */
export function part({ pairs }: PlacedValue, key: string): PlacedValue | undefined {
  return pairs.findLast(pair => pair.key === key)?.node;
}

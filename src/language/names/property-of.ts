/** The types inside a type: of the items of a list, or of a property by name. */
import type { Name } from '../syntax/nodes.ts';
import { ANY, type Declared, type ValueType } from '../types/value-type.ts';
import type { SegmentUse } from './resolved.ts';

const NUMBER: ValueType = { kind: 'number' };

/** The type of the items of an array, or of the values of an object. */
export function elementOf(type: ValueType): ValueType {
  if (type.kind === 'array') return type.items;
  if (type.kind !== 'object') return ANY;
  const [first, ...others] = type.properties.map(property => property.type);
  if (type.others !== undefined || first === undefined) return type.others ?? ANY;
  return others.every(other => other.kind === first.kind) ? first : ANY;
}

/** The meaning of a segment of a path, in the value that the segments before it lead to. */
export function step(container: ValueType, name: Name): SegmentUse {
  const found = (type: ValueType, declared?: Declared): SegmentUse => ({
    ...name,
    type,
    declared,
    missing: false,
    container,
  });
  switch (container.kind) {
    case 'any':
    case 'null':
      return found(ANY);
    case 'object': {
      const declared = container.properties.find(property => property.name === name.name);
      if (declared) return found(declared.type, declared);
      if (container.others !== undefined) return found(container.others);
      break;
    }
    case 'array':
      if (name.name === 'length') return found(NUMBER);
      if (/^\d+$/.test(name.name)) return found(container.items);
      break;
    case 'string':
    case 'enum':
      if (name.name === 'length') return found(NUMBER);
  }
  return { ...name, type: ANY, declared: undefined, missing: true, container };
}

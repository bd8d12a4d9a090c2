/** Finds keywords of JSON Schema whose value has the wrong type, so that they would silently have no effect. */
import type { PlacedValue } from '../../core/yaml-places.ts';

/** @param wrong called for each wrong keyword, with its value */
export function checkKeywords(
  { pairs }: PlacedValue,
  wrong: (value: PlacedValue, message: string) => void,
): void {
  for (const { key, node } of pairs) {
    if (node.kind === 'nothing' || node.value === null) continue;
    const kind = KINDS.get(key);
    if (kind !== undefined && !kind.fits(node))
      wrong(node, `"${key}" takes ${kind.words}, so it has no effect.`);
    else if (UNCHECKED.has(key))
      wrong(node, `"${key}" is delivered but not checked here: strict renderings ignore it.`);
  }
}

interface Kind {
  readonly words: string;
  fits(value: PlacedValue): boolean;
}

const NUMBER: Kind = { words: 'a number', fits: ({ value }) => typeof value === 'number' };
const POSITIVE: Kind = {
  words: 'a number over 0',
  fits: ({ value }) => typeof value === 'number' && value > 0,
};
const COUNT: Kind = {
  words: 'a whole number, 0 or more',
  fits: ({ value }) => Number.isInteger(value) && Number(value) >= 0,
};
const TEXT: Kind = { words: 'text', fits: ({ value }) => typeof value === 'string' };
const CHOICE: Kind = { words: 'true or false', fits: ({ value }) => typeof value === 'boolean' };
const LIST: Kind = { words: 'a list of schemas', fits: ({ kind }) => kind === 'list' };
const BY_NAME: Kind = {
  words: 'an object, with a value for each name',
  fits: ({ kind }) => kind === 'mapping',
};

/** Excludes keywords that `JsonSchemaReader` reads, and reports itself. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map(key => [key, NUMBER] as const),
  ['multipleOf', POSITIVE],
  ...['Length', 'Items', 'Properties', 'Contains']
    .flatMap(of => [`min${of}`, `max${of}`])
    .map(key => [key, COUNT] as const),
  ['pattern', TEXT],
  ['$ref', TEXT],
  ['uniqueItems', CHOICE],
  ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].map(key => [key, LIST] as const),
  ...['patternProperties', 'dependentRequired', 'dependentSchemas', '$defs', 'definitions'].map(
    key => [key, BY_NAME] as const,
  ),
]);

const UNCHECKED = new Set(['unevaluatedProperties', 'unevaluatedItems', '$dynamicRef']);

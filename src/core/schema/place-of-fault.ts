/** Locates a schema's error in the front matter. */
import { placeInText } from '../place-in-yaml.ts';
import type { PlacedPair, PlacedValue } from '../yaml-places.ts';
import type { SchemaFault, SchemaPath } from './schema-fault.ts';

/** A fault, and where its schema is: the keys and indices from the front matter to it. */
export interface PlacedFault {
  readonly fault: SchemaFault;
  readonly code: 'picoschema' | 'schema-pattern' | 'schema-reference';
  readonly at: SchemaPath;
}

/**
 * @param at the keys from `root` to the schema
 * @returns 0-based UTF-16 offsets; of the last existing key if the path does not exist
 */
export function placeOfFault(
  root: PlacedValue,
  at: SchemaPath,
  { path, isKey, part }: Pick<SchemaFault, 'path' | 'isKey' | 'part'>,
): { readonly start: number; readonly end: number } {
  let pair: PlacedPair | undefined;
  let value: PlacedValue | undefined = root;
  for (const step of [...at, ...path]) {
    const next: PlacedPair | undefined = value?.pairs.findLast(({ key }) => key === String(step));
    pair = next ?? pair;
    value = next?.node ?? value?.items[Number(step)];
  }
  if (pair === undefined) return root.span;
  if (value !== undefined && !isKey && value.kind !== 'nothing')
    return part === undefined ? value.span : placeInText(value, part.start, part.length);
  const { key, keySpan, keyText } = pair;
  if (part === undefined || keyText.end - keyText.start !== key.length) return keySpan;
  return { start: keyText.start + part.start, end: keyText.start + part.start + part.length };
}

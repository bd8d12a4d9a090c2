/** Compares the inputs that callers provide to two versions of a prompt. */
import type { CallerInput, CallerInputs } from './caller-inputs.ts';
import { isAsWide, wordsOfSchema } from './schema-shape.ts';

export interface InputChange {
  readonly name: string;
  /** `required`: it could be left out before. */
  readonly change: 'added' | 'removed' | 'required' | 'type';
  /** True if unchanged applications get an error or a gap in the text, or if what they send is ignored. */
  readonly breaking: boolean;
  /** True if the schema names it; for a removed input, the schema of the old version. */
  readonly declared: boolean;
  /** Its type as authors write it, such as `string`; null if it is not declared. */
  readonly from: string | null;
  readonly to: string | null;
}

/** In order of name; an input that is now required and of another type has two entries. */
export function compareInputs(from: CallerInputs, to: CallerInputs): InputChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names.flatMap(name => changesOf(name, from.get(name), to.get(name)));
}

function changesOf(
  name: string,
  before: CallerInput | undefined,
  after: CallerInput | undefined,
): InputChange[] {
  const { declared = false } = after ?? before ?? {};
  const change = { name, declared, from: typeOf(before), to: typeOf(after) };
  if (before === undefined)
    return after === undefined ? [] : [{ ...change, change: 'added', breaking: after.required }];
  if (after === undefined) return [{ ...change, change: 'removed', breaking: true }];
  const changes: InputChange[] = [];
  if (after.required && !before.required) changes.push({ ...change, change: 'required', breaking: true });
  if (before.shape !== undefined && after.shape !== undefined && before.shape !== after.shape)
    changes.push({ ...change, change: 'type', breaking: !isAsWide(before.shape, after.shape) });
  return changes;
}

function typeOf(input: CallerInput | undefined): string | null {
  return input?.shape === undefined ? null : wordsOfSchema(input.shape);
}

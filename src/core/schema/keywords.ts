/** JSON Schema's keywords for numbers, texts, lists and objects. */
import { isJsonObject, type JsonObject } from './schema-fault.ts';
import type { ReportMisfit, Validation } from './validate.ts';
import { textOfValue } from './values.ts';

export function numberFaults(schema: JsonObject, value: number): readonly string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const faults: string[] = [];
  if (isNumber(minimum) && value < minimum) faults.push(`must be at least ${minimum}`);
  if (isNumber(maximum) && value > maximum) faults.push(`must be at most ${maximum}`);
  if (isNumber(exclusiveMinimum) && value <= exclusiveMinimum)
    faults.push(`must be more than ${exclusiveMinimum}`);
  if (isNumber(exclusiveMaximum) && value >= exclusiveMaximum)
    faults.push(`must be less than ${exclusiveMaximum}`);
  if (isNumber(multipleOf) && multipleOf > 0 && !isMultiple(value, multipleOf))
    faults.push(`must be a multiple of ${multipleOf}`);
  return faults;
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  // 0.3 is a multiple of 0.1, but binary numbers express this only approximately.
  return Math.abs(quotient - Math.round(quotient)) < 1e-9;
}

export function stringFaults(schema: JsonObject, value: string, validation: Validation): readonly string[] {
  const { minLength, maxLength, pattern } = schema;
  const faults: string[] = [];
  if (isNumber(minLength) || isNumber(maxLength)) {
    validation.step(1 + value.length / 8);
    const length = charactersIn(value);
    if (isNumber(minLength) && length < minLength)
      faults.push(`must have at least ${minLength} characters, not ${length}`);
    if (isNumber(maxLength) && length > maxLength)
      faults.push(`must have at most ${maxLength} characters, not ${length}`);
  }
  if (typeof pattern === 'string' && !validation.matches(pattern, value))
    faults.push(pattern.length > 60 ? 'does not match its pattern' : `does not match the pattern ${pattern}`);
  return faults;
}

function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

export function arrayFaults(
  schema: JsonObject,
  value: readonly unknown[],
  pointer: string,
  validation: Validation,
  report: ReportMisfit,
): void {
  const { items, minItems, maxItems, uniqueItems, contains } = schema;
  const wrong = (message: string) => report({ pointer, message });
  if (isNumber(minItems) && value.length < minItems)
    wrong(`must have at least ${minItems} items, not ${value.length}`);
  if (isNumber(maxItems) && value.length > maxItems)
    wrong(`must have at most ${maxItems} items, not ${value.length}`);
  // Before 2020-12, `items` could be a list of schemas.
  const first = Array.isArray(schema['prefixItems'])
    ? (schema['prefixItems'] as readonly unknown[])
    : Array.isArray(items)
      ? (items as readonly unknown[])
      : [];
  const others = Array.isArray(items) ? schema['additionalItems'] : items;
  for (const [index, item] of value.entries())
    validation.check(index < first.length ? first[index] : others, item, `${pointer}/${index}`, report);
  if (uniqueItems === true) {
    const texts = new Set(value.map(item => textOfValue(item, count => validation.step(count))));
    if (texts.size < value.length) wrong('must not have the same item twice');
  }
  if (contains !== undefined) {
    const { minContains, maxContains } = schema;
    const count = value.filter(item => validation.fits(contains, item)).length;
    const least = isNumber(minContains) ? minContains : 1;
    if (count < least || (isNumber(maxContains) && count > maxContains))
      wrong(`has ${count} of the items that its schema asks for`);
  }
}

export function objectFaults(
  schema: JsonObject,
  value: JsonObject,
  pointer: string,
  validation: Validation,
  report: ReportMisfit,
): void {
  const { minProperties, maxProperties } = schema;
  const wrong = (message: string) => report({ pointer, message });
  const count = Object.keys(value).length;
  validation.step(count);
  if (isNumber(minProperties) && count < minProperties)
    wrong(`must have at least ${minProperties} properties`);
  if (isNumber(maxProperties) && count > maxProperties)
    wrong(`must have at most ${maxProperties} properties`);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const name of required)
    if (typeof name === 'string' && !Object.hasOwn(value, name))
      report({ pointer: pointer + step(name), message: 'is missing' });
  propertyFaults(schema, value, new Set(required), pointer, validation, report);
  dependencyFaults(schema, value, pointer, validation, report);
}

/** @param required the names of properties for which null does not count as omitted */
function propertyFaults(
  schema: JsonObject,
  value: JsonObject,
  required: ReadonlySet<unknown>,
  pointer: string,
  validation: Validation,
  report: ReportMisfit,
): void {
  const properties = asObject(schema['properties']);
  const patterns = Object.entries(asObject(schema['patternProperties']));
  const { additionalProperties, propertyNames } = schema;
  for (const [name, own] of Object.entries(value)) {
    const at = pointer + step(name);
    if (propertyNames !== undefined && !validation.fits(propertyNames, name))
      report({ pointer: at, message: 'has a name that its schema does not allow' });
    const isNamed = Object.hasOwn(properties, name);
    // Null means "not given".
    if (own === null && isNamed && !required.has(name)) continue;
    if (isNamed) validation.check(properties[name], own, at, report);
    const matching = patterns.filter(([pattern]) => validation.matches(pattern, name));
    for (const [, inner] of matching) validation.check(inner, own, at, report);
    if (isNamed || matching.length > 0 || additionalProperties === undefined) continue;
    if (additionalProperties === false) report({ pointer: at, message: 'is not declared' });
    else validation.check(additionalProperties, own, at, report);
  }
}

function dependencyFaults(
  schema: JsonObject,
  value: JsonObject,
  pointer: string,
  validation: Validation,
  report: ReportMisfit,
): void {
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'])
    for (const [name, needed] of Object.entries(asObject(schema[keyword]))) {
      validation.step();
      if (!Object.hasOwn(value, name)) continue;
      if (!Array.isArray(needed)) validation.check(needed, value, pointer, report);
      else
        for (const other of needed)
          if (typeof other === 'string' && !Object.hasOwn(value, other))
            report({
              pointer: pointer + step(other),
              message: `is missing, which "${name.slice(0, 40)}" needs`,
            });
    }
}

/** A step of an RFC 6901 pointer. */
function step(name: string): string {
  return `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

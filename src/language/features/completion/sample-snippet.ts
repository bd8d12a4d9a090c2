/** A new sample as a snippet: a place to fill in for each input that it needs. */
import type { Declared, ValueType } from '../../types/value-type.ts';
import { asKey, escapeChoice, escapeSnippet, valueAsYaml } from './as-yaml.ts';

/** Deeper than a sample is written by hand; types may hold themselves. */
const MAX_DEPTH = 8;
/** More places than anybody fills in one after the other. */
const MAX_PLACES = 40;

const PLACES = /\\(.)|\$\d+|\$\{\d+:((?:\\.|[^\\}])*)\}|\$\{\d+\|((?:\\.|[^\\,|])*)(?:\\.|[^\\|])*\|\}/gs;

/** A snippet before anything is filled in. */
export function plainSnippet(snippet: string): string {
  return snippet.replace(PLACES, (_, escaped: string, text = '', choice = '') =>
    escaped === undefined ? `${text}${choice}`.replace(/\\(.)/gs, '$1') : escaped,
  );
}

/** The lines of the snippet, from `name:` on. */
export function sampleSnippet(inputs: readonly Declared[]): string[] {
  let places = 0;
  const place = (text: string): string => {
    places += 1;
    return `\${${places}:${escapeSnippet(text)}}`;
  };
  const name = place('New sample');
  const given = propertiesOf(inputs, 0);
  return [`name: ${name}`, 'input:', ...(given.length === 0 ? ['  $0'] : given.map(line => `  ${line}`))];

  function propertiesOf(properties: readonly Declared[], depth: number): string[] {
    return properties
      .filter(({ optional, name }) => !optional && name !== '')
      .flatMap(({ name, type }) => {
        const key = places < MAX_PLACES ? asKey(name, { quote: undefined }) : undefined;
        if (key === undefined) return [];
        const [first = '', ...others] = linesOf(type, depth + 1);
        return others.length > 0
          ? [`${escapeSnippet(key)}:`, ...others.map(line => `  ${line}`)]
          : [`${escapeSnippet(key)}: ${first}`];
      });
  }

  /** One line to be beside a key, or an empty one and those to be below it. */
  function linesOf(type: ValueType, depth: number): string[] {
    switch (type.kind) {
      case 'number':
      case 'integer':
        return [place('0')];
      case 'boolean':
        return [choice(['true', 'false'])];
      case 'null':
        return ['null'];
      case 'enum':
        // Null is no value for an input that must be given.
        return [
          choice(type.values.flatMap(value => (value === null ? [] : (valueAsYaml(value, undefined) ?? [])))),
        ];
      case 'array': {
        if (depth > MAX_DEPTH || places >= MAX_PLACES) return ['[]'];
        const [first = '', ...others] = linesOf(type.items, depth + 1);
        if (others.length === 0) return ['', `- ${first}`];
        return ['', ...others.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))];
      }
      case 'object': {
        const lines = depth > MAX_DEPTH ? [] : propertiesOf(type.properties, depth);
        return lines.length === 0 ? ['{}'] : ['', ...lines];
      }
      default:
        return [place('text')];
    }
  }

  function choice(values: readonly string[]): string {
    const [first = 'null', ...others] = values;
    if (others.length === 0) return place(first);
    places += 1;
    return `\${${places}|${values.map(escapeChoice).join(',')}|}`;
  }
}

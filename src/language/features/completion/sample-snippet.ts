/** Creates a snippet for a new sample, with a placeholder for each input that it needs. */
import type { Declared, ValueType } from '../../types/value-type.ts';
import { asKey, escapeChoice, escapeSnippet, valueAsYaml } from './as-yaml.ts';

/** More than anybody writes by hand; types may contain themselves. */
const MAX_DEPTH = 8;
/** The maximum number of placeholders: nobody fills in more. */
const MAX_PLACES = 40;

const PLACES = /\\(.)|\$\d+|\$\{\d+:((?:\\.|[^\\}])*)\}|\$\{\d+\|((?:\\.|[^\\,|])*)(?:\\.|[^\\|])*\|\}/gs;

/** The text of a snippet before anything is filled in. */
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

  /** The line to put beside a key, which is empty if lines to put below the key follow. */
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
        // Null is not a value for a required input.
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

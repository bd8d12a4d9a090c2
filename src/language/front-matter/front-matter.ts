/** Reads front matter for an editor: every key and value with its place, and the variables that it declares. */
import { nearest } from '../../core/near.ts';
import { placeOfMisfit } from '../../core/place-in-yaml.ts';
import {
  FRONT_MATTER_TOO_LONG,
  locateFrontMatter,
  MAX_FRONT_MATTER_LENGTH,
  NEVER_CLOSED,
  NO_KEYS,
  type SourceKind,
} from '../../core/source.ts';
import { isOfUnkept } from '../../core/yaml-document.ts';
import { type PlacedPair, type PlacedValue, readYaml } from '../../core/yaml-places.ts';
import { type Finding, MAX_FINDINGS, withoutConsequences } from '../results/finding.ts';
import type { Span } from '../results/span.ts';
import { part } from '../types/json-schema-types.ts';
import { readSchema, type SchemaFacts } from '../types/schema.ts';
import type { Declared } from '../types/value-type.ts';
import { misfits, typeOfValue, wordsOfPath } from '../types/values.ts';
import { checkKeys } from './check-keys.ts';
import { FRONT_MATTER_KEYS } from './front-matter-keys.ts';

/** A key of a mapping with its value, as written. */
export interface FrontMatterEntry {
  readonly key: string;
  readonly keySpan: Span;
  /** Undefined if nothing follows the colon. */
  readonly valueSpan: Span | undefined;
  readonly value: unknown;
  /** The entries of a mapping, or of a sequence's items that are mappings. */
  readonly entries: readonly FrontMatterEntry[];
}

export interface FrontMatterFacts {
  /** From the first `---` to the end of the second; undefined if there is no front matter. */
  readonly span: Span | undefined;
  /** The YAML between the two; undefined if it is too long to be read. */
  readonly yamlSpan: Span | undefined;
  readonly entries: readonly PlacedPair[];
  /** True if `input.schema` exists and has no wildcard: only then are variables that it does not name undeclared. */
  readonly declaresInput: boolean;
  /** The name of the input's schema if only the application knows it: then variables are not checked. */
  readonly inputSchemaName: string | undefined;
  /** The input variables of `input.schema`, in order, then those only in `input.default`, typed by their values. */
  readonly variables: readonly Declared[];
  /** `input.default`'s entries by variable name. */
  readonly defaults: ReadonlyMap<string, PlacedPair>;
  readonly findings: readonly Finding[];
}

/** Reads the front matter of a prompt's whole text, as far as it can be read. Never throws. */
export function readFrontMatter(text: string, kind?: SourceKind): FrontMatterFacts {
  const place = locateFrontMatter(text, kind);
  if (place === undefined) return NONE;
  const { start, yamlStart, yamlEnd, bodyStart } = place;
  const refused = (message: string): FrontMatterFacts => ({
    ...NONE,
    findings: [{ code: 'front-matter-syntax', span: { start, end: start + 3 }, message }],
  });
  if (yamlEnd === undefined) return refused(NEVER_CLOSED);
  if (yamlEnd - yamlStart > MAX_FRONT_MATTER_LENGTH)
    return { ...refused(FRONT_MATTER_TOO_LONG), span: { start, end: bodyStart } };
  const yamlSpan = { start: yamlStart, end: yamlEnd };
  const { root, problems } = readYaml(text.slice(yamlStart, yamlEnd), yamlStart);
  const isReadable = problems.every(({ isDoubtful, message }) => isDoubtful || isOfUnkept(message));
  const hasNoKeys = isReadable && root.kind !== 'mapping' && root.value !== null;
  // As in publishing: without keys, nothing else is checked.
  const told = hasNoKeys ? problems.filter(({ isDoubtful }) => isDoubtful) : problems;
  const findings: Finding[] = told.map(({ isDoubtful, ...problem }) => ({
    code: isDoubtful ? 'doubtful-yaml' : 'front-matter-syntax',
    ...problem,
  }));
  if (root.kind === 'mapping') findings.push(...checkKeys(root.pairs, FRONT_MATTER_KEYS, true));
  else if (hasNoKeys)
    findings.push({
      code: 'front-matter-syntax',
      span: root.span,
      message: NO_KEYS,
    });
  const input = part(root, 'input');
  const output = part(root, 'output');
  const find = (finding: Finding): void => {
    if (findings.length < 2 * MAX_FINDINGS) findings.push(finding);
  };
  const schema = readIfThere(input, 'input', find);
  readIfThere(output, 'output', find);
  const defaults = new Map(defaultsOf(input).map(entry => [entry.key, entry]));
  findings.push(...checkDefaults(defaults, schema));
  return {
    span: { start, end: bodyStart },
    yamlSpan,
    entries: root.pairs,
    declaresInput: schema !== undefined && !schema.isOpen,
    inputSchemaName: schema?.name,
    variables: variablesOf(schema, defaults),
    defaults,
    findings: withoutConsequences(findings).sort((one, other) => one.span.start - other.span.start),
  };
}

const NONE: FrontMatterFacts = {
  span: undefined,
  yamlSpan: undefined,
  entries: [],
  declaresInput: false,
  inputSchemaName: undefined,
  variables: [],
  defaults: new Map(),
  findings: [],
};

function readIfThere(
  mapping: PlacedValue | undefined,
  of: 'input' | 'output',
  find: (finding: Finding) => void,
): SchemaFacts | undefined {
  const schema = mapping && part(mapping, 'schema');
  return schema && readSchema(schema, of, find);
}

function defaultsOf(input: PlacedValue | undefined): readonly PlacedPair[] {
  return (input && part(input, 'default')?.pairs) ?? [];
}

function variablesOf(
  schema: SchemaFacts | undefined,
  defaults: ReadonlyMap<string, PlacedPair>,
): readonly Declared[] {
  const declared = schema?.type.kind === 'object' ? schema.type.properties : [];
  const names = new Set(declared.map(({ name }) => name));
  const others = [...defaults.values()].filter(({ key }) => !names.has(key));
  return [
    ...declared,
    ...others.map(({ key, keySpan, keyText, node }) => ({
      name: key,
      type: typeOfValue(node.value),
      optional: true,
      nameSpan: keyText,
      span: { start: keySpan.start, end: Math.max(keySpan.end, node.span.end) },
    })),
  ];
}

function checkDefaults(
  defaults: ReadonlyMap<string, PlacedPair>,
  schema: SchemaFacts | undefined,
): readonly Finding[] {
  if (schema?.type.kind !== 'object') return [];
  const { properties, others } = schema.type;
  const byName = new Map(properties.map(property => [property.name, property]));
  const findings: Finding[] = [];
  for (const entry of defaults.values()) {
    if (findings.length >= MAX_FINDINGS) break;
    const declared = byName.get(entry.key);
    if (declared === undefined && !schema.isOpen) findings.push(undeclaredDefault(entry, byName.keys()));
    const type = declared?.type ?? (schema.isOpen ? others : undefined);
    // A default of null, or an empty one, counts as none.
    if (type === undefined || entry.value === null) continue;
    for (const misfit of misfits(entry.value, type)) {
      const { path, message, near } = misfit;
      findings.push({
        code: 'default-mismatch',
        span: placeOfMisfit(entry, misfit),
        message: `The default does not fit: ${wordsOfPath([entry.key, ...path])}: ${message}${near === undefined ? '.' : ''}`,
        ...(near !== undefined && { data: { near } }),
      });
    }
  }
  return findings;
}

function undeclaredDefault({ key, keySpan }: PlacedPair, names: Iterable<string>): Finding {
  const near = nearest(key, names);
  const advice = near === undefined ? 'Declare it there, or remove it.' : `Did you mean "${near}"?`;
  return {
    code: 'default-mismatch',
    span: keySpan,
    message: `The schema has no variable "${key}". ${advice}`,
    data: near === undefined ? { name: key } : { name: key, near },
  };
}

/** `<name>.samples.yaml`: named inputs beside a prompt, to try it with. A list of `{name, input}`. */
import { nearest } from '../../core/near.ts';
import { placeOfMisfit } from '../../core/place-in-yaml.ts';
import { type PlacedPair, type PlacedValue, readYaml } from '../../core/yaml-places.ts';
import type { FrontMatterFacts } from '../front-matter/front-matter.ts';
import { type Finding, MAX_FINDINGS } from '../results/finding.ts';
import type { Span } from '../results/span.ts';
import { isObject, misfits, wordsOfPath, wordsOfValue } from '../types/values.ts';

export interface Sample {
  readonly name: string;
  /** The range of the name's value; of the whole sample if it has no name. */
  readonly nameSpan: Span;
  /** Values by variable name, as in JSON. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The entries of `input`. */
  readonly entries: readonly PlacedPair[];
  readonly span: Span;
}

export interface SamplesFacts {
  readonly samples: readonly Sample[];
  readonly findings: readonly Finding[];
}

const KEYS = ['name', 'input'] as const;
/** Reads a samples file's whole text, as far as it can be read. Never throws. */
export function readSamples(text: string): SamplesFacts {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const { root, problems } = readYaml(text.slice(start), start);
  const findings: Finding[] = problems.map(problem => ({ code: 'sample-syntax', ...problem }));
  const find = (span: Span, message: string, near?: string): void => {
    findings.push({ code: 'sample-syntax', span, message, ...(near !== undefined && { data: { near } }) });
  };
  if (root.kind !== 'list' && root.value !== null && problems.length === 0)
    find(
      root.span,
      'Samples are a list: each begins with "- name: …" and has its "input" on the lines below.',
    );
  const samples = root.items.flatMap(item => readSample(item, find));
  const names = new Set<string>();
  for (const { name, nameSpan } of samples) {
    if (names.has(name))
      find(nameSpan, `A sample named "${name}" is already defined above. Rename one of them.`);
    names.add(name);
  }
  findings.sort((one, other) => one.span.start - other.span.start);
  return { samples, findings: findings.slice(0, MAX_FINDINGS) };
}

type Find = (span: Span, message: string, near?: string) => void;

function readSample(item: PlacedValue, find: Find): readonly Sample[] {
  if (item.kind !== 'mapping') {
    find(item.span, 'A sample has a "name" and an "input".');
    return [];
  }
  for (const { key, keySpan } of item.pairs) {
    if ((KEYS as readonly string[]).includes(key)) continue;
    const near = nearest(key, KEYS);
    const shown = key.length > 20 ? 'this' : `"${key}"`;
    const advice = near === undefined ? 'Variables belong inside "input".' : `Did you mean "${near}"?`;
    find(keySpan, `A sample has no ${shown}, only "name" and "input". ${advice}`, near);
  }
  const name = pairOf(item, 'name');
  const input = pairOf(item, 'input');
  const first = item.pairs[0]?.keySpan ?? item.span;
  if (name === undefined) find(first, 'This sample has no name: add "name: …".');
  else if (typeof name.value !== 'string' || name.value === '')
    find(
      name.valueSpan ?? name.keySpan,
      `A name must be text, not ${name.value === '' ? 'empty' : wordsOfValue(name.value)}. Put it in quotes.`,
    );
  if (input === undefined)
    find(name?.valueSpan ?? first, 'This sample has no input: add "input:" with the variables below.');
  else if (input.node.kind !== 'mapping' && input.value !== null)
    find(input.node.span, `An input must be variables with their values, not ${wordsOfValue(input.value)}.`);
  return [
    {
      name: name === undefined || name.value === null ? '' : String(name.value),
      nameSpan: name?.valueSpan ?? first,
      input: isObject(input?.value) ? input.value : {},
      entries: input?.node.kind === 'mapping' ? input.node.pairs : [],
      span: item.span,
    },
  ];
}

function pairOf({ pairs }: PlacedValue, key: string): PlacedPair | undefined {
  return pairs.findLast(pair => pair.key === key);
}

/** The front matter that samples are checked against. */
export type Declarations = Pick<
  FrontMatterFacts,
  'variables' | 'declaresInput' | 'inputSchemaName' | 'defaults'
>;

/**
 * Checks samples against the declarations: values, names, and missing required variables without a default. `usedNames`
 * are the variables that the body reads, declared or not, which samples may always give.
 */
export function checkSamples(
  { samples }: SamplesFacts,
  declarations: Declarations,
  usedNames: ReadonlySet<string> = new Set(),
): Finding[] {
  const { variables, declaresInput, inputSchemaName } = declarations;
  const byName = new Map(variables.map(variable => [variable.name, variable]));
  const names = [...byName.keys(), ...usedNames];
  const needed = variables.filter(({ name, optional }) => !optional && !hasDefault(declarations, name));
  const findings: Finding[] = [];
  for (const sample of samples) {
    if (findings.length >= MAX_FINDINGS) break;
    for (const { name } of needed) if (!isGiven(sample, name)) findings.push(missing(sample, name));
    for (const entry of sample.entries) {
      if (findings.length >= MAX_FINDINGS) break;
      const variable = byName.get(entry.key);
      if (variable === undefined) {
        if (inputSchemaName === undefined && !usedNames.has(entry.key))
          findings.push(...undeclared(entry, names, declaresInput));
      } else if (entry.value !== null)
        findings.push(...misfits(entry.value, variable.type).map(misfit => mismatch(entry, misfit)));
    }
  }
  return findings.slice(0, MAX_FINDINGS);
}

function missing({ nameSpan }: Sample, name: string): Finding {
  return {
    code: 'sample-missing',
    span: nameSpan,
    message: `This sample lacks "${name}", which the prompt needs: add it to the input.`,
    data: { name },
  };
}

function undeclared(
  { key, keySpan }: PlacedPair,
  names: readonly string[],
  declaresInput: boolean,
): Finding[] {
  const near = nearest(key, names);
  // Without a complete declaration, report only names that look mistyped.
  if (near === undefined && !declaresInput) return [];
  const advice = near === undefined ? 'Declare it there, or remove it.' : `Did you mean "${near}"?`;
  return [
    {
      code: 'sample-mismatch',
      span: keySpan,
      message: `The prompt declares no variable "${key}". ${advice}`,
      data: near === undefined ? { name: key } : { name: key, near },
    },
  ];
}

function mismatch(entry: PlacedPair, misfit: ReturnType<typeof misfits>[number]): Finding {
  const { path, message, near } = misfit;
  return {
    code: 'sample-mismatch',
    span: placeOfMisfit(entry, misfit),
    message: `${wordsOfPath([entry.key, ...path])}: ${message}${near === undefined ? '.' : ''}`,
    ...(near !== undefined && { data: { near } }),
  };
}

function isGiven({ input }: Sample, name: string): boolean {
  return Object.hasOwn(input, name) && input[name] !== null && input[name] !== undefined;
}

function hasDefault({ defaults }: Declarations, name: string): boolean {
  const value = defaults.get(name)?.value;
  return value !== undefined && value !== null;
}

/** The hover for a variable or a property: its type, description, default, sample and uses. */
import { lineStarts } from '../../../core/template-position.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { codeSpan, escapeMarkdown } from '../../results/markdown.ts';
import { readSamples } from '../../samples/samples.ts';
import { type Declared, wordsOfType } from '../../types/value-type.ts';
import { isObject } from '../../types/values.ts';
import { shortJson } from '../completion/names.ts';

/** Above this number, lines are counted instead of listed. */
const MAX_LINES = 8;
const MAX_TYPE = 200;

/** The sections of the hover for a declaration, from top to bottom. */
export function declaredMarkdown(what: 'variable' | 'property', declared: Declared): string[] {
  const { name, type, optional, description } = declared;
  const words = wordsOfType(type);
  const shown = words.length > MAX_TYPE ? `${words.slice(0, MAX_TYPE - 1)}…` : words;
  return [
    `**${codeSpan(name)}**: ${codeSpan(shown)} (${optional ? `${what}, optional` : what})`,
    ...(description ? [escapeMarkdown(description)] : []),
  ];
}

/** The hover for an input variable, declared or not; includes the first sample's value if a library is given. */
export function variableMarkdown(
  prompt: LibraryPrompt,
  name: string,
  declared: Declared | undefined,
  library?: Library,
): string {
  const { frontMatter } = prompt.analysis;
  const undeclared = frontMatter.declaresInput
    ? 'The front matter declares no such variable.'
    : 'Not declared in the front matter.';
  const parts =
    declared === undefined
      ? [`**${codeSpan(name)}** (variable)`, undeclared]
      : declaredMarkdown('variable', declared);
  const standard = frontMatter.defaults.get(name)?.value;
  if (standard !== undefined && standard !== null) parts.push(`Default: ${codeSpan(shortJson(standard))}`);
  const sample = library && sampleValue(prompt, [name], library);
  if (sample !== undefined) parts.push(sample);
  parts.push(uses(prompt, name));
  return parts.join('\n\n');
}

/** The value of the prompt's first sample at `path`, as Markdown. */
export function sampleValue(
  prompt: LibraryPrompt,
  path: readonly string[],
  library: Library,
): string | undefined {
  const samples = prompt.name === undefined ? undefined : library.samples(prompt.name);
  const [first] = samples === undefined ? [] : readSamples(samples.text).samples;
  let value: unknown = first?.input;
  for (const step of path) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  if (first === undefined || value === undefined) return undefined;
  const name = first.name === '' ? 'the first sample' : `the sample “${escapeMarkdown(first.name)}”`;
  return `In ${name}: ${codeSpan(shortJson(value))}`;
}

/** The number of times the body reads a variable, and on which lines. */
function uses({ analysis }: LibraryPrompt, name: string): string {
  const offsets = analysis.resolved.paths.flatMap(({ segments }) =>
    segments
      .filter(segment => segment.container === 'input' && segment.name === name)
      .map(({ span }) => span.start),
  );
  if (offsets.length === 0) return 'Not used in the body.';
  const starts = lineStarts(analysis.text);
  const lines = [...new Set(offsets.map(offset => lineOf(starts, offset)))];
  const shown = lines.slice(0, MAX_LINES).join(', ') + (lines.length > MAX_LINES ? ', …' : '');
  const times = offsets.length === 1 ? 'Used once' : `Used ${offsets.length} times`;
  return `${times}: ${lines.length === 1 ? 'line' : 'lines'} ${shown}`;
}

/** The 1-based line of an offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

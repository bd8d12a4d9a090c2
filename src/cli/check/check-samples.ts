/** Checks samples against their prompt: like the editor, then by a strict rendering of each, like the registry. */
import { placeOfMisfit } from '../../core/place-in-yaml.ts';
import { Problem } from '../../core/problem.ts';
import { type RenderRequest, render } from '../../core/render.ts';
import { issueAt } from '../../core/source-position.ts';
import type { LibraryPrompt } from '../../language/analysis/library.ts';
import { diagnoseSamples } from '../../language/features/diagnostics/diagnose-samples.ts';
import { type Finding, severityOf } from '../../language/results/finding.ts';
import type { Span } from '../../language/results/span.ts';
import { readSamples, type Sample } from '../../language/samples/samples.ts';
import { wordsOfPath } from '../../language/types/values.ts';
import type { LinkedFile } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { readSource } from '../../workspace/source-file.ts';
import type { CheckFinding } from './finding.ts';

export interface CheckedSamples {
  readonly findings: readonly CheckFinding[];
  readonly samples: number;
  readonly wrong: number;
}

/** The prompt that samples are for, as far as it could be read. */
export interface PromptOfSamples {
  readonly analyzed: LibraryPrompt | undefined;
  /** Undefined for a prompt that cannot be published, which is not rendered. */
  readonly linked: LinkedFile | undefined;
}

/** @throws WorkspaceError `unreadable`; Problem `too_large`, `invalid_source` if it is not UTF-8 */
export async function checkSamplesFile(
  file: string,
  shown: string,
  { analyzed, linked }: PromptOfSamples,
): Promise<CheckedSamples> {
  const text = await readSamplesFile(file, shown);
  const found: PlacedFinding[] = diagnoseSamples(text, analyzed).map(finding => ({
    ...finding,
    level: levelOf(finding),
  }));
  const { samples } = readSamples(text);
  if (linked !== undefined)
    for (const sample of samples)
      if (!found.some(finding => isIn(sample, finding))) found.push(...(await renderSample(sample, linked)));
  const errors = found.filter(({ level }) => level === 'error');
  return {
    findings: found.map(({ span, code, level, message }) => ({
      ...issueAt(text, span.start, span.end, message),
      ...{ file, level, code },
    })),
    samples: samples.length,
    wrong: samples.filter(sample => errors.some(finding => isIn(sample, finding))).length,
  };
}

async function readSamplesFile(file: string, shown: string): Promise<string> {
  try {
    return (await readSource(file, shown, nodeFileSystem)) ?? '';
  } catch (error) {
    if (!Problem.is(error, 'too_large')) throw error;
    throw new Problem('too_large', `${shown}: Samples have at most 1 MiB. Remove some.`);
  }
}

interface PlacedFinding {
  readonly span: Span;
  readonly code: string;
  readonly level: CheckFinding['level'];
  readonly message: string;
}

/** In the editor, samples never prevent publishing; in this command they count as errors. */
function levelOf(finding: Finding): CheckFinding['level'] {
  return finding.code.startsWith('sample-') || severityOf(finding) === 'error' ? 'error' : 'warning';
}

function isIn({ span: sample }: Sample, { span, level }: PlacedFinding): boolean {
  return level === 'error' && span.start >= sample.start && span.start <= sample.end;
}

async function renderSample(sample: Sample, linked: LinkedFile): Promise<PlacedFinding[]> {
  const { source, kind, partials, label } = linked;
  const request: RenderRequest = { source, kind, partials, label, input: sample.input };
  try {
    await render({ ...request, strict: true });
    return [];
  } catch (error) {
    if (!Problem.is(error)) throw error;
    if (!Problem.is(error, 'missing_input')) return misfitsOf(error, sample, label);
  }
  // Undeclared values may be missing, because only strict rendering by applications would fail.
  try {
    await render(request);
    return [];
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return misfitsOf(error, sample, label);
  }
}

function misfitsOf(problem: Problem, sample: Sample, label: string): PlacedFinding[] {
  const { fields = [] } = problem.details;
  const own = problem.message.startsWith(`${label}: `)
    ? problem.message.slice(label.length + 2)
    : problem.message;
  if (!Problem.is(problem, 'invalid_input') || fields.length === 0) {
    const code = Problem.is(problem, 'missing_input') ? 'sample-missing' : 'sample-render';
    return [
      { span: sample.nameSpan, code, level: 'error', message: `This sample cannot be rendered. ${own}` },
    ];
  }
  return fields.map(({ pointer, message }) => {
    const [name = '', ...path] = stepsOf(pointer);
    const entry = sample.entries.findLast(({ key }) => key === name);
    const span = entry === undefined ? sample.nameSpan : placeOfMisfit(entry, { path, problem: 'wrong' });
    const words = name === '' ? 'The input' : `"${wordsOfPath([String(name), ...path])}"`;
    return { span, code: 'sample-mismatch', level: 'error', message: `${words} ${message}.` };
  });
}

/** The path of a JSON pointer (RFC 6901) below `/input`. */
function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(2)
    .map(step => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')));
}

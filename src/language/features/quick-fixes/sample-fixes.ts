/** The fix for a finding in a samples file. */
import { Problem } from '../../../core/problem.ts';
import type { LibraryPrompt, LibrarySamples } from '../../analysis/library.ts';
import type { TextEdit } from '../../results/edit.ts';
import type { Finding } from '../../results/finding.ts';
import { readSamples } from '../../samples/samples.ts';
import { withSample } from '../../samples/write-sample.ts';
import type { ValueType } from '../../types/value-type.ts';
import { editing, type QuickFix } from './quick-fix.ts';
import { changeToNear } from './quick-fixes.ts';

/** Like `quickFixes`, for a finding of `diagnoseSamples`. Never throws. */
export function sampleFixes(
  samples: LibrarySamples,
  prompt: LibraryPrompt | undefined,
  finding: Finding,
): QuickFix[] {
  switch (finding.code) {
    case 'sample-missing':
      return addValue(samples, prompt, finding);
    case 'sample-mismatch':
    case 'sample-syntax':
      return changeToNear(samples.uri, finding);
    default:
      return [];
  }
}

function addValue(
  { uri, text }: LibrarySamples,
  prompt: LibraryPrompt | undefined,
  { span, data }: Finding,
): QuickFix[] {
  const name = data?.['name'];
  const declared = prompt?.analysis.frontMatter.variables.find(variable => variable.name === name);
  const sample = readSamples(text).samples.find(({ nameSpan }) => nameSpan.start === span.start);
  if (name === undefined || declared === undefined || sample === undefined) return [];
  try {
    const changed = withSample(text, sample.name, { ...sample.input, [name]: blankOf(declared.type, 0) });
    return [editing(uri, `Add "${name}"`, [difference(text, changed)], true)];
  } catch (error) {
    if (Problem.is(error)) return []; // the file has to be corrected elsewhere first
    throw error;
  }
}

/** More than anybody writes by hand; types may contain themselves. */
const MAX_DEPTH = 8;

/** A placeholder value of this type, for the author to overwrite. */
function blankOf(type: ValueType, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  switch (type.kind) {
    case 'string':
    case 'any':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'enum':
      return type.values[0];
    case 'array':
      return [];
    case 'object':
      return Object.fromEntries(
        type.properties
          .filter(({ optional }) => !optional)
          .map(property => [property.name, blankOf(property.type, depth + 1)]),
      );
  }
}

function difference(before: string, after: string): TextEdit {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let common = 0;
  while (common < most - start && before.at(-1 - common) === after.at(-1 - common)) common += 1;
  return { span: { start, end: before.length - common }, text: after.slice(start, after.length - common) };
}

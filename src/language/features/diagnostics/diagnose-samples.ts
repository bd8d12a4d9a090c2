/** Finds all errors and possible errors in a samples file. */
import type { LibraryPrompt } from '../../analysis/library.ts';
import { type Finding, withoutConsequences } from '../../results/finding.ts';
import { checkSamples, readSamples } from '../../samples/samples.ts';
import { invalidText, secrets } from './text.ts';

/** The findings sorted by position. Never throws. `prompt` is the one that the samples are for. */
export function diagnoseSamples(text: string, prompt: LibraryPrompt | undefined): Finding[] {
  const facts = readSamples(text);
  const misfits =
    prompt === undefined ? [] : checkSamples(facts, prompt.analysis.frontMatter, namesUsed(prompt));
  return [
    ...withoutConsequences([...facts.findings, ...misfits]),
    ...invalidText(text),
    ...secrets(text),
  ].sort((one, other) => one.span.start - other.span.start);
}

function namesUsed({ analysis }: LibraryPrompt): ReadonlySet<string> {
  return new Set(
    analysis.resolved.paths.flatMap(({ meaning }) => (meaning.kind === 'variable' ? [meaning.name] : [])),
  );
}

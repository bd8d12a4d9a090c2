/**
 * Checks that a rename preserves meaning: reads the library again with the edits applied, and compares the occurrences
 * of the new name with those of the old one. This detects a captured name, whatever captures it.
 */
import { Problem } from '../../../core/problem.ts';
import { Library, type LibraryPrompt } from '../../analysis/library.ts';
import { type Occurrence, occurrencesOf, relatedPrompts } from '../../analysis/occurrences.ts';
import { type PromptSymbol, samplesAt } from '../../analysis/symbol-at.ts';
import { applyEdits, type TextEdit } from '../../results/edit.ts';
import type { Location } from '../../results/location.ts';
import { readSamples } from '../../samples/samples.ts';
import { templateErrors } from '../diagnostics/template.ts';

interface Renaming {
  readonly symbol: PromptSymbol & { readonly kind: 'name' };
  readonly newName: string;
  readonly places: readonly Occurrence[];
  readonly edits: ReadonlyMap<string, readonly TextEdit[]>;
  readonly library: Library;
}

/** @throws Problem `invalid_request` that says what the new name would refer to */
export function checkMeaningKept({ symbol, newName, places, edits, library }: Renaming): void {
  const after = edited(symbol, newName, edits, library);
  const moved = mover(edits);
  const prompt = after.at(symbol.prompt.uri) as LibraryPrompt;
  const occurrences = occurrencesOf(newName, prompt, after);
  const here = occurrences.at(moved(symbol));
  const expected = new Set(places.map(place => keyOf(moved(place))));
  const found = here === undefined ? [] : occurrences.closed(here);
  const other = found.find(place => !expected.has(keyOf(place)) || place.unknownIn !== undefined);
  if (other !== undefined)
    refuse(`"${newName}" already has a meaning in ${nameAt(other, after)}, and both would become one.`);
  checkStillRead(edits, library, after);
  if (found.length === expected.size) return;
  const kept = new Set(found.map(keyOf));
  const lost = places.find(place => !kept.has(keyOf(moved(place))));
  refuse(
    `In ${nameAt(lost ?? symbol, after)}, "${newName}" would mean something else than "${symbol.name}" does now.`,
  );
}

/** Checks for new errors in YAML, a schema or Handlebars: duplicate keys, names that make it another kind of schema. */
function checkStillRead(edits: Renaming['edits'], library: Library, after: Library): void {
  for (const uri of edits.keys()) {
    const [before, now] = [wrongIn(uri, library), wrongIn(uri, after)];
    const added = now.messages.find(message => !before.messages.includes(message));
    if (now.count > before.count)
      refuse(`In ${nameAt({ uri }, after)}: ${added ?? 'the text would be wrong.'}`);
  }
}

/** The number of errors of a file, and their messages; for an unreadable body, only the first message. */
function wrongIn(
  uri: string,
  library: Library,
): { readonly count: number; readonly messages: readonly string[] } {
  const prompt = library.at(uri);
  if (prompt === undefined) {
    const { findings } = readSamples(samplesAt(uri, library)?.text ?? '');
    return { count: findings.length, messages: findings.map(({ message }) => message) };
  }
  const { frontMatter, body } = prompt.analysis;
  const errors = templateErrors(prompt.analysis);
  const findings = [...frontMatter.findings, ...errors];
  return {
    count: frontMatter.findings.length + Math.max(body.unreadable.length, errors.length),
    messages: findings.map(({ message }) => message),
  };
}

function refuse(message: string): never {
  throw new Problem('invalid_request', `${message} Choose another name.`);
}

function keyOf({ uri, span }: Location): string {
  return `${span.start} ${span.end} ${uri}`;
}

function nameAt({ uri }: Pick<Location, 'uri'>, library: Library): string {
  const name = library.at(uri)?.name;
  if (name !== undefined) return `"${name}"`;
  const samples = samplesAt(uri, library);
  return samples === undefined ? 'a file' : `the samples of "${samples.name}"`;
}

/** Maps a place to its position after the edits, one of which may be its own. */
function mover(edits: Renaming['edits']): (place: Location) => Location {
  const shifts = new Map(
    [...edits].map(([uri, some]) => {
      const inOrder = [...some].sort((one, other) => one.span.start - other.span.start);
      const grown = [0];
      for (const { span, text } of inOrder)
        grown.push((grown.at(-1) as number) + text.length - (span.end - span.start));
      return [uri, { starts: inOrder.map(({ span }) => span.start), grown }];
    }),
  );
  return ({ uri, span }) => {
    const { starts, grown } = shifts.get(uri) ?? { starts: [], grown: [0] };
    const by = (offset: number): number => grown[countBelow(starts, offset)] as number;
    return { uri, span: { start: span.start + by(span.start), end: span.end + by(span.end) } };
  };
}

/** Counts the numbers of a sorted list that are below a limit. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The library after the edits, in which prompts that neither name concerns have no text. */
function edited(
  symbol: Renaming['symbol'],
  newName: string,
  edits: Renaming['edits'],
  library: Library,
): Library {
  const concerned = new Set<LibraryPrompt>();
  for (const name of [symbol.name, newName])
    for (const prompt of relatedPrompts(name, symbol.prompt, library).prompts) concerned.add(prompt);
  const after = new Library();
  for (const prompt of library.prompts()) {
    const { uri, name, analysis } = prompt;
    const text = concerned.has(prompt) ? applyEdits(analysis.text, edits.get(uri) ?? []) : '';
    after.setPrompt(uri, name, text, library.isListed(prompt));
    const samples = name === undefined ? undefined : library.samples(name);
    if (samples && concerned.has(prompt))
      after.setSamples(samples.uri, samples.name, applyEdits(samples.text, edits.get(samples.uri) ?? []));
  }
  return after;
}

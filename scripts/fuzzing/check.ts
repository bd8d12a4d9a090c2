/**
 * Checks that hold for the language core on any input: it throws nothing unexpected, every range lies in the text,
 * analyzing an edit gives the same result as analyzing the whole text, every text that cannot be published has an
 * error, and no step takes long.
 */
import assert from 'node:assert/strict';
import { parsePromptName, promptOfFile } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseSource } from '../../src/core/source.ts';
import { sourceIssues } from '../../src/core/template.ts';
import { type Analysis, analyze } from '../../src/language/analysis/analysis.ts';
import { Library, type LibraryPrompt } from '../../src/language/analysis/library.ts';
import { complete } from '../../src/language/features/completion/complete.ts';
import { completeSamples } from '../../src/language/features/completion/samples.ts';
import { definition, definitionInSamples } from '../../src/language/features/definition.ts';
import { diagnose } from '../../src/language/features/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../../src/language/features/diagnostics/diagnose-samples.ts';
import { folding } from '../../src/language/features/folding.ts';
import { format } from '../../src/language/features/format/format.ts';
import { hover } from '../../src/language/features/hover/hover.ts';
import { linkedEditing } from '../../src/language/features/linked-editing.ts';
import { quickFixes } from '../../src/language/features/quick-fixes/quick-fixes.ts';
import { sampleFixes } from '../../src/language/features/quick-fixes/sample-fixes.ts';
import { references, referencesInSamples } from '../../src/language/features/references.ts';
import { prepareRename, rename } from '../../src/language/features/rename/rename.ts';
import { selectionRanges } from '../../src/language/features/selection-ranges.ts';
import { semanticTokens } from '../../src/language/features/semantic-tokens.ts';
import { symbols } from '../../src/language/features/symbols.ts';
import type { WorkspaceChange } from '../../src/language/results/edit.ts';
import { applyEdits, type TextEdit } from '../../src/language/results/edit.ts';
import { severityOf } from '../../src/language/results/finding.ts';
import { readSamples } from '../../src/language/samples/samples.ts';
import { withSample } from '../../src/language/samples/write-sample.ts';
import { MAX_PLACES } from '../../src/language/syntax/token-cursor.ts';
import { patience } from '../host/patience.ts';
import { demoFiles, type FuzzInput } from './inputs.ts';
import { isSameGraph } from './same-graph.ts';

/** The limit for one step on one input: processor time, because the machine may be busy. */
const MAX_MILLISECONDS = patience(2000);
const URI = 'support/fuzz.prompt';
/** The number of findings whose fixes are checked, because an input may have hundreds. */
const MAX_FIXED = 12;
const SAMPLES_URI = 'support/fuzz.samples.yaml';
const NAME = parsePromptName('support/fuzz');

/** Runs all features of the language core on one input. */
export class CoreCheck {
  readonly #library = new Library();

  constructor() {
    for (const [path, text] of demoFiles('.prompt')) this.#library.setPrompt(path, promptOfFile(path), text);
  }

  /** @throws Error that names the step that failed */
  run({ text, samples, edits, carets }: FuzzInput): void {
    this.#library.setPrompt(URI, NAME, text);
    this.#library.setSamples(SAMPLES_URI, NAME, samples);
    const prompt = timed('analyze', () => this.#library.at(URI) as LibraryPrompt);
    checkPlaces('analyze', prompt.analysis, text.length);
    this.#features(prompt, carets);
    this.#samples(prompt, samples, carets);
    let { analysis } = prompt;
    for (const { at, removed, inserted } of edits) {
      const start = Math.floor((at / 1000) * analysis.text.length);
      const edited = analysis.text.slice(0, start) + inserted + analysis.text.slice(start + removed);
      analysis = timed('analyze again', () => analyze(edited, NAME, analysis));
      const whole = analyze(edited, NAME);
      assert.ok(
        sameFacts(analysis, whole),
        `after an edit the analysis is another: ${JSON.stringify(edited.slice(0, 2000))}`,
      );
    }
  }

  #features(prompt: LibraryPrompt, carets: readonly number[]): void {
    const { analysis } = prompt;
    const { text } = analysis;
    const library = this.#library;
    const placed = <T>(step: string, run: () => T): T => {
      const result = timed(step, run);
      checkPlaces(step, result, text.length);
      return result;
    };
    const findings = placed('diagnose', () => diagnose(prompt, library));
    const parsed = parseSource(text);
    const refused = sourceIssues(text, parsed).length > 0 || !text.isWellFormed();
    if (refused)
      assert.ok(
        findings.some(finding => severityOf(finding) === 'error'),
        'publishing refuses it, and no finding is an error',
      );
    for (const finding of findings.slice(0, MAX_FIXED))
      for (const { change } of timed('quick fixes', () => quickFixes(prompt, finding, library)))
        this.#change('quick fixes', change);
    placed('symbols', () => symbols(analysis));
    placed('folding', () => folding(analysis));
    placed('semantic tokens', () => semanticTokens(analysis));
    const edits = placed('format', () => format(analysis, { tabSize: 2, insertSpaces: true }));
    checkEdits('format', text, edits);
    for (const caret of carets) {
      const offset = Math.floor((caret / 1000) * text.length);
      placed('completion', () => complete(prompt, offset, library));
      placed('hover', () => hover(prompt, offset, library));
      placed('selection ranges', () => selectionRanges(analysis, offset));
      placed('linked editing', () => linkedEditing(analysis, offset));
      this.#locations(
        'definition',
        timed('definition', () => definition(prompt, offset, library)),
      );
      this.#locations(
        'references',
        timed('references', () => references(prompt, offset, library, true)),
      );
      expectedly('prepare rename', () => prepareRename(prompt, offset, library));
      const change = expectedly('rename', () => rename(prompt, offset, 'renamed', library));
      if (change) this.#change('rename', change);
    }
  }

  #samples(prompt: LibraryPrompt, text: string, carets: readonly number[]): void {
    const samples = this.#library.samples(NAME);
    if (samples === undefined) return;
    const { findings } = timed('read samples', () => readSamples(text));
    checkPlaces('read samples', findings, text.length);
    const found = timed('diagnose samples', () => diagnoseSamples(text, prompt));
    checkPlaces('diagnose samples', found, text.length);
    for (const finding of found.slice(0, MAX_FIXED))
      for (const { change } of timed('sample fixes', () => sampleFixes(samples, prompt, finding)))
        this.#change('sample fixes', change);
    expectedly('with sample', () => withSample(text, 'new', { name: 'x', items: [1, { a: null }] }));
    for (const caret of carets) {
      const offset = Math.floor((caret / 1000) * text.length);
      const items = timed('complete samples', () => completeSamples(samples, prompt, offset));
      checkPlaces('complete samples', items, text.length);
      this.#locations('definition in samples', definitionInSamples(samples, offset, this.#library));
      this.#locations('references in samples', referencesInSamples(samples, offset, this.#library, true));
    }
  }

  #lengthOf(uri: string): number {
    const text =
      uri === SAMPLES_URI ? this.#library.samples(NAME)?.text : this.#library.at(uri)?.analysis.text;
    assert.ok(text !== undefined, `there is no ${uri}`);
    return text.length;
  }

  #locations(step: string, locations: readonly { uri: string; span: object }[]): void {
    for (const { uri, span } of locations) checkPlaces(step, span, this.#lengthOf(uri));
  }

  #change(step: string, { edits }: WorkspaceChange): void {
    for (const [uri, textEdits] of edits) {
      const length = this.#lengthOf(uri);
      checkPlaces(step, textEdits, length);
      checkEdits(step, ' '.repeat(length), textEdits);
    }
  }
}

/** Runs a step that may throw a `Problem`, and returns undefined if it does. */
function expectedly<T>(step: string, run: () => T): T | undefined {
  return timed(step, () => {
    try {
      return run();
    } catch (error) {
      if (Problem.is(error)) return undefined; // A message for the user, not a failure.
      throw error;
    }
  });
}

function timed<T>(step: string, run: () => T): T {
  const once = (): [result: T, milliseconds: number] => {
    const start = process.threadCpuUsage();
    try {
      const result = run();
      const { user, system } = process.threadCpuUsage(start);
      return [result, (user + system) / 1000];
    } catch (cause) {
      throw new Error(`${step}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  };
  const [result, milliseconds] = once();
  if (milliseconds <= MAX_MILLISECONDS) return result;
  // The first run includes compilation, so a step must be slow three times.
  const least = Math.min(milliseconds, once()[1], once()[1]);
  assert.ok(least <= MAX_MILLISECONDS, `${step} takes ${Math.round(least)} ms`);
  return result;
}

function sameFacts(one: Analysis, other: Analysis): boolean {
  // Only MAX_PLACES places are kept, and they may differ.
  const many = Math.max(one.body.unreadable.length, other.body.unreadable.length) >= MAX_PLACES;
  const facts = ({ body, frontMatter, resolved }: Analysis) => ({
    tree: body.body,
    unreadable: many ? [] : body.unreadable,
    frontMatter,
    resolved,
  });
  return isSameGraph(facts(one), facts(other));
}

/** Checks that every `start` and `end` in a value lies in the text. */
function checkPlaces(step: string, value: unknown, length: number): void {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if ('start' in next && 'end' in next && typeof next.start === 'number' && typeof next.end === 'number')
      assert.ok(
        0 <= next.start && next.start <= next.end && next.end <= length,
        `${step}: the place ${next.start}–${next.end} is not in a text of ${length}`,
      );
    if (next instanceof Map || next instanceof Set) for (const item of next.values()) waiting.push(item);
    else for (const item of Object.values(next)) waiting.push(item);
  }
}

function checkEdits(step: string, text: string, edits: readonly TextEdit[]): void {
  const sorted = edits.toSorted((one, other) => one.span.start - other.span.start);
  for (const [index, { span }] of sorted.entries()) {
    const next = sorted[index + 1];
    assert.ok(next === undefined || span.end <= next.span.start, `${step}: two edits overlap`);
  }
  applyEdits(text, edits);
}

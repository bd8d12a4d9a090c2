/** What holds of completion and hover in any text, at any place: the demo's prompts, cut and mixed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkTemplate } from '../../src/core/check/check-template.ts';
import { parsePromptName, promptOfFile } from '../../src/core/name.ts';
import { Library, type LibraryPrompt } from '../../src/language/analysis/library.ts';
import { complete } from '../../src/language/features/completion/complete.ts';
import type { CompletionItem } from '../../src/language/features/completion/item.ts';
import { completeSamples } from '../../src/language/features/completion/samples.ts';
import { hover } from '../../src/language/features/hover/hover.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import { runs } from '../runs.ts';

const DEMO = join(import.meta.dirname, '../../demo/prompts');
const files = readdirSync(DEMO, { recursive: true, encoding: 'utf8' }).map(file =>
  file.replaceAll('\\', '/'),
);
const sources = new Map(
  files
    .filter(file => file.endsWith('.prompt'))
    .map(file => [promptOfFile(file), readFileSync(join(DEMO, file), 'utf8')]),
);
const samples = files
  .filter(file => file.endsWith('.samples.yaml'))
  .map(file => readFileSync(join(DEMO, file), 'utf8'));

const NAME = parsePromptName('support/under-test');

function demoLibrary(): Library {
  const library = new Library();
  for (const [name, source] of sources) library.setPrompt(name, name, source);
  return library;
}

/** `text` as one more prompt of the library. */
function promptIn(library: Library, text: string): LibraryPrompt {
  library.setPrompt('under-test', NAME, text);
  return library.at('under-test') as LibraryPrompt;
}

const scraps = [
  '{{',
  '}}',
  '{{#',
  '{{/',
  '{{>',
  '(',
  ')',
  '"',
  "'",
  '|',
  ' as |',
  '@',
  '../',
  '.',
  '[',
  ']',
  '=',
  '\n',
  '---\n',
  '\r\n',
  '  ',
  ':',
  '- ',
  '&a',
  '*a',
  '\uD800',
  '\0',
  '{{!--',
  '{{{{raw}}}}',
  '{{else}}',
  '~',
];

/** From 0 to below 1, each as likely: doubles would be near 0 nearly always. */
const share = fc.integer({ min: 0, max: 9999 }).map(share => share / 10_000);

/** A demo prompt with a piece cut out and a scrap put in its place, and a caret near there. */
const mutated = fc
  .record({
    source: fc.constantFrom(...sources.values()),
    at: share,
    cut: fc.nat(12),
    scrap: fc.oneof(fc.constantFrom(...scraps), fc.constant('')),
    near: fc.integer({ min: -3, max: 6 }),
  })
  .map(({ source, at, cut, scrap, near }) => {
    const start = Math.floor(at * source.length);
    const text = source.slice(0, start) + scrap + source.slice(start + cut);
    return { text, offset: Math.min(Math.max(0, start + near), text.length) };
  });

function checkItems(items: readonly CompletionItem[], text: string, offset: number): void {
  for (const { label, edit } of items) {
    assert.ok(label !== '', 'a label');
    assert.ok(
      edit.span.start <= offset && offset <= edit.span.end && edit.span.end <= text.length,
      'around the caret',
    );
    assert.doesNotMatch(text.slice(edit.span.start, edit.span.end), /[\r\n]/);
  }
}

describe('completion and hover at any position', () => {
  it('never throw, and edit only the line of the caret', () => {
    const library = demoLibrary();
    fc.assert(
      fc.property(mutated, ({ text, offset }) => {
        const prompt = promptIn(library, text);
        checkItems(complete(prompt, offset, library), text, offset);
        const found = hover(prompt, offset, library);
        if (found !== undefined)
          assert.ok(found.span.start <= offset && offset <= found.span.end && found.markdown !== '');
      }),
      { numRuns: runs(1500, 400) },
    );
  });
  it('never throw in the demo prompts', () => {
    const library = demoLibrary();
    for (const [name, source] of sources) {
      const prompt = library.prompt(name) as LibraryPrompt;
      for (let offset = 0; offset <= source.length; offset += 7) {
        checkItems(complete(prompt, offset, library), source, offset);
        hover(prompt, offset, library);
      }
    }
  });
  it('never throw in samples', () => {
    const prompt = demoLibrary().prompt(parsePromptName('support/triage'));
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        share,
        fc.nat(9),
        fc.constantFrom(...scraps),
        (source, at, cut, scrap) => {
          const start = Math.floor(at * source.length);
          const text = source.slice(0, start) + scrap + source.slice(start + cut);
          checkItems(completeSamples({ text }, prompt, start), text, start);
        },
      ),
      { numRuns: 500 },
    );
  });
  it('offer in a valid tag only items that keep it valid', () => {
    const library = demoLibrary();
    let accepted = 0;
    fc.assert(
      fc.property(tags, ({ before, tag, after, offset }) => {
        const body = before + tag + after;
        const prompt = promptIn(library, FRONT + body);
        const caret = FRONT.length + before.length + offset;
        for (const item of complete(prompt, caret, library)) {
          if (!['variable', 'property', 'helper', 'partial', 'data', 'block'].includes(item.kind)) continue;
          const text = applyEdits(prompt.analysis.text, [
            { ...item.edit, text: item.snippet ? plain(item.edit.text) : item.edit.text },
          ]);
          // A block's other end is another tag.
          const findings = checkTemplate(text.slice(FRONT.length)).filter(
            ({ code }) => code === 'template-syntax',
          );
          accepted += 1;
          assert.deepEqual(findings, [], `${JSON.stringify(item.label)} gave ${text.slice(FRONT.length)}`);
        }
      }),
      { numRuns: runs(400, 150) },
    );
    assert.ok(accepted > runs(1000, 375), `${accepted} were accepted`);
  });
});

const FRONT =
  '---\ninput:\n  schema:\n    items(array):\n      id: string\n      odd name: string\n    user:\n      name: string\n    true: string\n    json: string\n    "12": string\n    else: string\n---\n';

/** A snippet with its placeholders filled in. */
function plain(snippet: string): string {
  return snippet
    .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d/g, '')
    .replace(/\\([$}\\])/g, '$1');
}

/** Sound tags in sound bodies, with a caret somewhere inside the tag's words. */
const tags = fc
  .record({
    around: fc.constantFrom(
      ['', ''],
      ['a ', ' b'],
      ['{{#each items}}', '{{/each}}'],
      ['{{#each items as |it|}}\n', '\n{{/each}}'],
      ['{{#if user}}x{{else}}', '{{/if}}'],
      ['{{#with user}}', '{{/with}}'],
    ),
    tag: fc.constantFrom(
      '{{user}}',
      '{{user.name}}',
      '{{{user}}}',
      '{{json user}}',
      '{{json user indent=2}}',
      '{{lookup user "name"}}',
      '{{#if user}}y{{/if}}',
      '{{#if (lookup user "a")}}y{{/if}}',
      '{{> header}}',
      '{{> header user=user}}',
      '{{~user~}}',
      '{{@root.user}}',
      '{{#each items as |a b|}}z{{/each}}',
      '{{^user}}n{{/user}}',
      '{{this.user}}',
    ),
    place: share,
  })
  .map(({ around: [before, after], tag, place }) => {
    const end = tag.indexOf('}}');
    return {
      before: before as string,
      after: after as string,
      tag,
      offset: 2 + Math.floor(place * (end - 1)),
    };
  });

/** What VS Code folds by, and what it takes for a word. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { REPOSITORY } from './tokenize.ts';

interface Configuration {
  readonly folding: { readonly markers: { readonly start: string; readonly end: string } };
  readonly wordPattern: { readonly pattern: string; readonly flags: string };
}

const { folding, wordPattern } = JSON.parse(
  readFileSync(`${REPOSITORY}syntaxes/dotprompt.language-configuration.json`, 'utf8'),
) as Configuration;
const start = new RegExp(folding.markers.start);
const end = new RegExp(folding.markers.end);

describe('language configuration', () => {
  it('folds from a line that opens a block to the one that closes it', () => {
    for (const line of [
      '{{#if a}}',
      '  {{~#each lines as |line|}}',
      '{{#> layout}}',
      '{{!-- #region Rules --}}',
    ])
      assert.match(line, start);
    for (const line of ['{{/if}}', '  {{~/each~}}', '{{!-- #endregion --}}']) assert.match(line, end);
  });

  it('does not fold at a block on one line, a value or a comment', () => {
    for (const line of ['{{#if a}}b{{/if}}', '{{name}}', '{{!-- a note --}}', 'text', '# heading', '---']) {
      assert.doesNotMatch(line, start);
      assert.doesNotMatch(line, end);
    }
  });

  it('leaves no rest of a block line, which VS Code would print into the minimap as a heading', () => {
    assert.equal('{{#if customer}} then'.match(start)?.[0], '{{#if customer}} then');
  });

  it('takes a variable, with its @, and a word of any language for a word', () => {
    const words = '{{@index}} {{customer.firstName}} Gebühr für 2'.match(
      new RegExp(wordPattern.pattern, `${wordPattern.flags}g`),
    );
    assert.deepEqual(words, ['@index', 'customer', 'firstName', 'Gebühr', 'für', '2']);
  });
});

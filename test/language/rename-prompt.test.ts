/** A prompt's file gets another name: whoever calls it, and whatever it calls, goes on meaning the same. */
import assert from 'node:assert/strict';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { LibraryPrompt } from '../../src/language/analysis/library.ts';
import { renamePrompt } from '../../src/language/features/rename/rename-prompt.ts';
import { changed, type Files, libraryOf } from './workspace.ts';

function renamed(files: Files, from: string, to: string): Files {
  const library = libraryOf(files);
  const prompt = library.prompt(parsePromptName(from)) as LibraryPrompt;
  return changed(files, renamePrompt(prompt, parsePromptName(to), library));
}

function refused(files: Files, from: string, to: string, message: RegExp): void {
  assert.throws(
    () => renamed(files, from, to),
    (error: unknown) => Problem.is(error, 'invalid_request') && message.test(error.message),
  );
}

describe('renaming a prompt', () => {
  it('renames its file and samples, and changes no other prompt', () => {
    const files = { 'a.prompt': '{{x}}', 'a.samples.yaml': '- input: {}', 'b.prompt': 'a {{a}}' };
    assert.deepEqual(renamed(files, 'a', 'c/d'), {
      'c/d.prompt': '{{x}}',
      'c/d.samples.yaml': '- input: {}',
      'b.prompt': 'a {{a}}',
    });
  });

  it('never changes open published versions, or counts their calls', () => {
    const files = { 'a/explain.prompt': '{{> header}}', 'b/triage.prompt': 'Text' };
    const library = libraryOf(files);
    const version = (name: string, text: string) =>
      library.setPrompt(`promptforge:/${name}@2`, parsePromptName(name), text, false);
    version('a/explain', '{{> header}}{{> ../b/triage}}');
    version('a/_header', 'Only the registry has it.');
    const prompt = library.prompt(parsePromptName('b/triage')) as LibraryPrompt;
    const change = renamePrompt(prompt, parsePromptName('b/sorting'), library);
    assert.deepEqual(changed(files, change), {
      'a/explain.prompt': '{{> header}}',
      'b/sorting.prompt': 'Text',
    });
    assert.equal(change.edits.size, 0);
  });

  it('may change only its case, if nothing else is in the way', () => {
    const files = { 'a/order.prompt': '{{> item}}', 'a/order.samples.yaml': '', 'a/_item.prompt': 'x' };
    assert.deepEqual(Object.keys(renamed(files, 'a/order', 'a/Order')), [
      'a/Order.prompt',
      'a/Order.samples.yaml',
      'a/_item.prompt',
    ]);
    assert.equal(renamed(files, 'a/_item', 'a/_lineItem')['a/order.prompt'], '{{> lineItem}}');
    assert.equal(renamed(files, 'a/_item', 'a/_Item')['a/order.prompt'], '{{> Item}}');
    refused(files, 'a/_item', 'a/Order', /differs only by case from the prompt "a\/order"/);
    refused(files, 'a/_item', 'A/_item', /differs only by case/);
    refused(files, 'a/_item', 'A/_other', /folder "A" differs only by case from "a"/);
  });

  it('keeps its own calls valid when it moves to another folder', () => {
    const files = {
      'support/triage.prompt': '{{> style}}{{> "tone"}}{{> deep/rules}}',
      'support/_style.prompt': 'nearest',
      '_tone.prompt': '',
      'support/deep/_rules.prompt': '',
      'billing/_other.prompt': '',
    };
    assert.equal(
      renamed(files, 'support/triage', 'billing/triage')['billing/triage.prompt'],
      '{{> support/style}}{{> "tone"}}{{> support/deep/rules}}',
    );
  });

  it('does not change a call to a missing partial', () => {
    const files = { 'x/a.prompt': '{{> none}}' };
    assert.deepEqual(renamed(files, 'x/a', 'y/a'), { 'y/a.prompt': '{{> none}}' });
  });

  it('is refused if a call would resolve to another partial in the new folder', () => {
    const files = { 'x/a.prompt': '{{> style}}', '_style.prompt': '', 'y/_style.prompt': '' };
    refused(files, 'x/a', 'y/a', /would mean|no longer/);
  });

  it('updates the calls of a partial in all prompts', () => {
    const files = { 'a.prompt': '{{> p}}', 'x/b.prompt': '{{> p}}', '_p.prompt': '' };
    assert.deepEqual(renamed(files, '_p', 'parts/_q'), {
      'a.prompt': '{{> parts/q}}',
      'x/b.prompt': '{{> parts/q}}',
      'parts/_q.prompt': '',
    });
  });

  it('may turn a partial into a prompt only if nothing includes it', () => {
    const files = { 'a.prompt': '{{> p}}', '_p.prompt': '', '_q.prompt': 'x' };
    refused(files, '_p', 'p', /"a" includes this partial/);
    assert.equal(renamed(files, '_q', 'q')['q.prompt'], 'x');
  });

  it('is refused for a name that is taken, and does nothing for the same name', () => {
    const files = { 'a.prompt': '', 'b.prompt': '' };
    refused(files, 'a', 'b', /already/);
    const library = libraryOf(files);
    const prompt = library.prompt('a' as PromptName) as LibraryPrompt;
    assert.deepEqual(renamePrompt(prompt, 'a' as PromptName, library), { edits: new Map() });
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fileOfPrompt,
  folderOf,
  foldersAbove,
  isPartial,
  isPromptName,
  NAME_PATTERN,
  parsePromptName,
  partialCandidates,
  promptOfFile,
  sharedFolder,
  validatePromptName,
} from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';

describe('a prompt name', () => {
  for (const name of [
    'a',
    'support/triage',
    '_header',
    'a/b/c/d/e/f/g/h',
    '0/1',
    'v1.2/x-y_z',
    'orderSummary',
    '_lineItem',
    'Support/TRIAGE',
    'toString',
    'x'.repeat(200),
  ]) {
    it(`may be ${name.slice(0, 20)}`, () => assert.equal(parsePromptName(name), name));
  }
  const refused: [string, RegExp][] = [
    ['', /empty/],
    ['/a', /begin or end/],
    ['a/', /begin or end/],
    ['a//b', /begin or end/],
    ['a/../b', /"\.\."/],
    ['../a', /"\.\."/],
    ['.', /"\."/],
    ['a/-/b', /"-"/],
    ['-a', /not allowed/],
    ['.hidden', /not allowed/],
    ['a b', /not allowed/],
    ['ä', /not allowed: use A–Z, a–z, 0–9/],
    ['\u212a', /not allowed/],
    ['Ｏrder', /not allowed/],
    ['a\\b', /not allowed/],
    ['a\nb', /not allowed/],
    ['con', /device/],
    ['Con', /device/],
    ['x/NUL.Txt', /device/],
    ['x/nul.txt', /device/],
    ['com1', /device/],
    ['a.', /end with/],
    ['a/b/c/d/e/f/g/h/i', /8 segments/],
    ['x'.repeat(201), /200/],
  ];
  for (const [name, why] of refused) {
    it(`is refused with a reason: ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.throws(
        () => parsePromptName(name),
        (e: unknown) => Problem.is(e, 'invalid_name') && why.test(e.message),
      );
    });
  }

  it('never puts a control character into its message', () => {
    const why = validatePromptName('a\u001b[31m\nforged') ?? '';
    assert.ok([...why].every(character => character >= ' '));
  });

  it('matches the JSON Schema pattern whenever it is valid', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9_./-]{1,30}$/),
        text => !isPromptName(text) || NAME_PATTERN.test(text),
      ),
    );
  });

  it('converts to its file and back', () => {
    const name = parsePromptName('support/triage');
    assert.equal(fileOfPrompt(name), 'support/triage.prompt');
    assert.equal(promptOfFile('support/triage.prompt'), name);
    assert.throws(
      () => promptOfFile('support/triage.txt'),
      (e: unknown) => Problem.is(e, 'invalid_name'),
    );
    assert.equal(folderOf(name), 'support');
    assert.equal(folderOf(parsePromptName('x')), '');
  });

  it('has parent folders, the outermost first', () => {
    assert.deepEqual(foldersAbove(parsePromptName('a/b/c')), ['a', 'a/b']);
    assert.deepEqual(foldersAbove(parsePromptName('a')), []);
  });

  it('has folders in common with another', () => {
    const shared = (one: string, other: string) => sharedFolder(parsePromptName(one), parsePromptName(other));
    assert.equal(shared('a/b/c', 'a/b/_d'), 'a/b');
    assert.equal(shared('a/b/c', 'a/B/_d'), 'a');
    assert.equal(shared('a/b/c', 'x/b/_d'), '');
    assert.equal(shared('a', 'a/b'), '');
  });

  it('is a partial when its last segment begins with "_"', () => {
    assert.ok(isPartial(parsePromptName('a/_b')));
    assert.ok(!isPartial(parsePromptName('_a/b')));
  });
});

describe('a partial', () => {
  it('is looked up beside the prompt, then in each parent folder', () => {
    assert.deepEqual(partialCandidates(parsePromptName('a/b/c'), 'header'), [
      'a/b/_header',
      'a/_header',
      '_header',
    ]);
    assert.deepEqual(partialCandidates(parsePromptName('a/c'), 'shared/header'), [
      'a/shared/_header',
      'shared/_header',
    ]);
  });
  it('whose name leads out of the root is never found', () => {
    assert.deepEqual(partialCandidates(parsePromptName('a/b'), '../../etc/passwd'), []);
  });
});

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { changedMarks, type FileMark, fileMarks } from '../../src/editor/explorer/file-marks.ts';
import type { ListedPrompt } from '../../src/editor/explorer/listed-prompt.ts';
import { fileMarkOf, markOf } from '../../src/editor/explorer/state-words.ts';
import { countsOf, GROUPS, groupOf, groupsOf } from '../../src/editor/working-copy/groups.ts';
import { runs } from '../runs.ts';
import { aListed, aSummary } from './data.ts';

const STATES = ['clean', 'modified', 'behind', 'conflict', 'new', 'deleted', 'archived'] as const;

const archived = { ...aSummary('a', 3), archived: true };
const outdated = {
  ...aSummary('a', 3),
  outdatedPartials: [{ prompt: '_header', used: 1, newest: 2 }],
} as unknown as NonNullable<ListedPrompt['summary']>;

const anyListed: fc.Arbitrary<ListedPrompt> = fc.record({
  name: fc.stringMatching(/^[a-c]{1,3}$/),
  state: fc.option(fc.constantFrom(...STATES), { nil: undefined }),
  summary: fc.option(fc.constantFrom(aSummary('a', 3), archived, outdated), { nil: undefined }),
  base: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  hasFile: fc.boolean(),
  isEdited: fc.boolean(),
  trouble: fc.option(fc.constant('a.prompt: It is not UTF-8.'), { nil: undefined }),
}) as never;

describe('the groups of a working copy', () => {
  const groupOfState = (state: ListedPrompt['state'], more: Partial<ListedPrompt> = {}) =>
    groupOf({ ...aListed('a', state, aSummary('a', 3)), base: 3, ...more });

  it('are changes to publish, versions to pull, and conflicts', () => {
    assert.deepEqual(
      STATES.map(state => [state, groupOfState(state)]),
      [
        ['clean', undefined],
        ['modified', 'changes'],
        ['behind', 'incoming'],
        ['conflict', 'conflicts'],
        ['new', 'changes'],
        ['deleted', 'changes'],
        ['archived', undefined],
      ],
    );
  });

  it('list a prompt without a file here as one to pull, unless it is archived', () => {
    assert.equal(groupOfState(undefined), 'incoming');
    assert.equal(groupOfState(undefined, { summary: archived }), undefined);
    assert.equal(groupOfState('deleted', { summary: archived }), undefined);
  });

  it('list a file deleted here and changed in the registry as a conflict', () => {
    assert.equal(groupOfState('deleted', { base: 2 }), 'conflicts');
  });

  it('list a renamed file once, unless the registry has something newer under the old name', () => {
    assert.equal(groupOfState('deleted', { renamedTo: 'b' as never }), undefined);
    assert.equal(groupOfState('deleted', { renamedTo: 'b' as never, base: 2 }), 'conflicts');
    const from = { ...aListed('b', 'new'), renamedFrom: { prompt: 'a' as never, base: 3 } };
    assert.equal(groupOf(from), 'changes');
    assert.deepEqual([markOf(from)?.badge, markOf(from)?.word], ['R', 'renamed from a']);
    const to = { ...aListed('a', 'deleted', aSummary('a', 3)), base: 3, renamedTo: 'b' as never };
    assert.deepEqual([markOf(to)?.badge, markOf(to)?.word], ['R', 'renamed to b']);
  });

  it('explain a conflict in the words of its mark', () => {
    const deleted = { ...aListed('a', 'deleted', aSummary('a', 3)), base: 2 };
    assert.match(markOf(deleted)?.meaning ?? '', /Restore the file or keep it deleted/);
    assert.doesNotMatch(markOf({ ...deleted, base: 3 })?.meaning ?? '', /Restore the file or/);
  });

  it('keep edits of an archived prompt visible', () => {
    assert.equal(groupOfState('archived', { summary: archived, isEdited: true }), 'changes');
  });

  it('omit a file that cannot be a prompt', () => {
    assert.equal(groupOfState(undefined, { trouble: 'a.prompt: It is not UTF-8.' }), undefined);
  });

  it('contain each prompt once, in order, with matching counts', () => {
    fc.assert(
      fc.property(fc.array(anyListed, { maxLength: 30 }), prompts => {
        const groups = groupsOf(prompts);
        const counts = countsOf(prompts);
        const all = GROUPS.flatMap(group => groups[group]);
        assert.equal(new Set(all).size, all.length);
        for (const group of GROUPS) {
          assert.equal(groups[group].length, counts[group]);
          const names = groups[group].map(({ name }) => name as string);
          assert.deepEqual(names, names.toSorted());
        }
        assert.equal(all.length, prompts.filter(each => groupOf(each) !== undefined).length);
      }),
      { numRuns: runs(1000, 100) },
    );
  });
});

describe('file marks', () => {
  const marksOf = (listed: readonly ListedPrompt[], troubles: Parameters<typeof fileMarks>[1] = []) =>
    fileMarks(
      listed,
      troubles,
      relative => `/prompts/${relative}`,
      absolute => absolute,
    );

  it('are keyed by the path of the file, without unchanged files', () => {
    const marks = marksOf([aListed('support/triage', 'modified'), aListed('b', 'clean')]);
    assert.deepEqual([...marks.keys()], ['/prompts/support/triage.prompt']);
    assert.equal(marks.get('/prompts/support/triage.prompt')?.badge, 'M');
  });

  it('show older partials unless something is more urgent', () => {
    assert.equal(markOf(aListed('a', 'clean', outdated))?.word, 'older partials');
    assert.equal(markOf(aListed('a', 'modified', outdated))?.word, 'modified');
    assert.equal(markOf(aListed('a', undefined, outdated)), undefined);
  });

  it('are shown on a file that cannot be a prompt, with the reason', () => {
    const message = 'prompts/a b.prompt: The segment "a b" is not allowed.';
    const mark = marksOf([], [{ path: '/prompts/a b.prompt', message }]).get('/prompts/a b.prompt');
    assert.deepEqual([mark?.word, mark?.meaning], ['invalid', message]);
    assert.equal(markOf({ ...aListed('a', 'modified'), trouble: message })?.word, 'invalid');
  });

  it('are set where a file would be that only the registry has', () => {
    const [missing] = marksOf([aListed('a', undefined, aSummary('a', 3))]).values();
    assert.deepEqual([missing?.badge, missing?.reachesFolders], ['↓', false]);
    assert.equal(fileMarkOf(aListed('a', undefined, archived)), undefined);
  });

  it('propagate to folders for local changes, but not for registry changes', () => {
    const reaches = (state: ListedPrompt['state']) =>
      [...marksOf([aListed('a', state, aSummary('a', 3))]).values()][0]?.reachesFolders;
    assert.deepEqual(
      STATES.map(state => reaches(state)),
      [undefined, true, false, true, true, false, false],
    );
  });

  it('have at most two characters', () => {
    fc.assert(
      fc.property(anyListed, listed => {
        assert.ok((fileMarkOf(listed)?.badge.length ?? 1) <= 2);
      }),
    );
  });

  it('are up to date after refreshing only those that changed', () => {
    fc.assert(
      fc.property(fc.array(anyListed), fc.array(anyListed), (one, other) => {
        const [before, after] = [marksOf(one), marksOf(other)];
        const shown = new Map<string, FileMark | undefined>(before);
        for (const key of changedMarks(before, after)) shown.set(key, after.get(key));
        for (const key of new Set([...before.keys(), ...after.keys()]))
          assert.equal(shown.get(key)?.meaning, after.get(key)?.meaning);
        assert.deepEqual(changedMarks(after, new Map(after)), []);
      }),
      { numRuns: runs(1000, 100) },
    );
  });
});

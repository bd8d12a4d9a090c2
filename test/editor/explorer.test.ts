import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionOrigin } from '../../src/core/origin.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { asksForArchived, filterOf } from '../../src/editor/explorer/filter.ts';
import {
  folderWords,
  lastEnvironment,
  pointerWords,
  promptWords,
  versionWords,
} from '../../src/editor/explorer/labels.ts';
import { mergeListed } from '../../src/editor/explorer/merge-listed.ts';
import {
  contextOf,
  type ExplorerNode,
  idOf,
  nodesIn,
  pointerNodes,
} from '../../src/editor/explorer/nodes.ts';
import { wordsOf } from '../../src/editor/explorer/state-words.ts';
import { entriesOf } from '../../src/editor/explorer/tree.ts';
import { aListed, aPointer, aSummary, aVersion, NOW } from './data.ts';

const named = (...names: string[]) => names.map(name => ({ name }));

const NEVER_LIVE = { mark: undefined, brief: undefined, lines: [] };

describe('the explorer', () => {
  describe('hierarchy', () => {
    it('shows folders before prompts, sorted by name, with the number of prompts in each', () => {
      const items = named('b/x', 'z', 'a/c/y', 'a/b', 'c');
      assert.deepEqual(entriesOf(items, ''), [
        { kind: 'folder', path: 'a', prompts: 2 },
        { kind: 'folder', path: 'b', prompts: 1 },
        { kind: 'prompt', item: { name: 'c' } },
        { kind: 'prompt', item: { name: 'z' } },
      ]);
      assert.deepEqual(entriesOf(items, 'a'), [
        { kind: 'folder', path: 'a/c', prompts: 1 },
        { kind: 'prompt', item: { name: 'a/b' } },
      ]);
    });

    it('sorts names without regard to case', () => {
      const entries = entriesOf(named('b', 'C', 'a', 'B2/x', 'a1/x', 'Z/x', '_a'), '');
      assert.deepEqual(
        entries.map(entry => (entry.kind === 'folder' ? `${entry.path}/` : entry.item.name)),
        ['a1/', 'B2/', 'Z/', '_a', 'a', 'b', 'C'],
      );
    });

    it('distinguishes a folder from a prompt of the same name, and from a longer name', () => {
      const entries = entriesOf(named('support', 'support/triage', 'supporters'), '');
      assert.deepEqual(
        entries.map(entry => (entry.kind === 'folder' ? `${entry.path}/` : entry.item.name)),
        ['support/', 'support', 'supporters'],
      );
      assert.deepEqual(entriesOf(named('support/triage', 'supporters/x'), 'support'), [
        { kind: 'prompt', item: { name: 'support/triage' } },
      ]);
    });

    it('contains every prompt exactly once', () => {
      const segment = fc.stringMatching(/^[a-c]{1,2}$/);
      const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map(segments => segments.join('/'));
      fc.assert(
        fc.property(fc.uniqueArray(name, { maxLength: 60 }), names => {
          const items = named(...names);
          const reached: string[] = [];
          const visit = (folder: string): void => {
            for (const entry of entriesOf(items, folder)) {
              if (entry.kind === 'prompt') reached.push(entry.item.name);
              else visit(entry.path);
            }
          };
          visit('');
          assert.deepEqual(reached.toSorted(), names.toSorted());
        }),
      );
    });

    it('lists pointers in promotion order', () => {
      const summary = aSummary('a', 3, [
        aPointer('production', 'stable', 1),
        aPointer('staging', 'stable', 2),
        aPointer('staging', 'canary', 3),
      ]);
      const nodes = pointerNodes(aListed('a', 'clean', summary), [
        { name: 'staging' },
        { name: 'production' },
      ]);
      assert.deepEqual(
        nodes.map(node => idOf(node)),
        ['pointer a staging canary', 'pointer a staging stable', 'pointer a production stable'],
      );
    });
  });

  describe('context values of nodes', () => {
    const context = (listed: ReturnType<typeof aListed>) => contextOf({ kind: 'prompt', listed });

    it('say what can be done with a prompt', () => {
      assert.equal(context(aListed('a', 'new')), ':prompt:file:publishable:');
      assert.equal(context(aListed('a', 'clean', aSummary('a', 1))), ':prompt:file:published:');
      assert.equal(context(aListed('a', 'behind', aSummary('a', 1))), ':prompt:file:published:pullable:');
      const deleted = { ...aListed('a', 'deleted', aSummary('a', 2)), hasFile: false };
      assert.equal(context({ ...deleted, base: 2 }), ':prompt:published:pullable:');
      assert.equal(context({ ...deleted, base: 1 }), ':prompt:published:undecided:', 'somebody decides');
      assert.equal(context(aListed('a', undefined, aSummary('a', 1))), ':prompt:published:pullable:');
      const live = aSummary('a', 1, [aPointer('staging', 'stable', 1)]);
      assert.equal(context(aListed('a', 'modified', live)), ':prompt:file:published:live:publishable:');
      const outdatedPartials = [
        { prompt: parsePromptName('_a'), used: parseVersionNumber(1), newest: parseVersionNumber(2) },
      ];
      const older = { ...aSummary('a', 1), outdatedPartials };
      assert.equal(context(aListed('a', 'clean', older)), ':prompt:file:published:publishable:');
      assert.equal(context(aListed('a', undefined, older)), ':prompt:published:pullable:');
      assert.equal(context(aListed('a/_b', 'clean', aSummary('a/_b', 1))), ':prompt:file:published:partial:');
    });

    it('allow only restoring an archived prompt', () => {
      const summary = { ...aSummary('a', 1), archived: true };
      assert.equal(context(aListed('a', 'archived', summary)), ':prompt:file:published:archived:');
    });

    it('have no previous version for the first version', () => {
      const listed = aListed('a', 'clean', aSummary('a', 2));
      const node = (version: number): ExplorerNode => ({
        kind: 'version',
        listed,
        version: aVersion('a', version),
        lives: [],
      });
      assert.equal(contextOf(node(1)), ':version:file:');
      assert.equal(contextOf(node(2)), ':version:successor:file:');
    });
  });

  describe('labels', () => {
    it('give the number of prompts in a folder', () => {
      const words = folderWords('a/support', 1);
      assert.deepEqual(
        [words.label, words.description, words.spoken],
        ['support', '1', 'Folder support, 1 prompt'],
      );
      assert.equal(words.tooltip(), '**a/support** · 1 prompt');
    });

    it('give the newest version of a prompt and its state', () => {
      const summary = aSummary('support/triage', 12);
      const words = promptWords(aListed('support/triage', 'conflict', summary), 'production', NOW);
      assert.equal(words.label, 'triage');
      assert.equal(words.description, '@12 · conflict');
      assert.equal(words.spoken, 'Prompt triage, version 12, conflict');
      assert.match(words.tooltip(), /by mara\\.lindqvist, 2 days ago: Message 12/);
    });

    it('give the production version of a prompt, whatever its state', () => {
      const pointers = [aPointer('staging', 'stable', 5), aPointer('production', 'stable', 4)];
      const summary = aSummary('support/triage', 5, pointers);
      const words = promptWords(aListed('support/triage', 'modified', summary), 'production', NOW);
      assert.equal(words.description, '@5 · production @4 · modified');
      assert.equal(words.spoken, 'Prompt triage, version 5, modified, version 4 is live in production');
      assert.match(words.tooltip(), /stable in production: @4/);
      const elsewhere = promptWords(aListed('support/triage', 'modified', summary), 'emea', NOW);
      assert.equal(elsewhere.description, '@5 · modified');
      assert.match(elsewhere.tooltip(), /Not in emea\.$/);
    });

    it('treat the last environment as production, and only its stable channel as live', () => {
      assert.equal(lastEnvironment([{ name: 'test' }, { name: 'emea' }]), 'emea');
      assert.equal(lastEnvironment([]), 'production');
      const summary = aSummary('a', 5, [aPointer('production', 'canary', 5)]);
      assert.equal(promptWords(aListed('a', 'clean', summary), 'production', NOW).description, '@5');
    });

    it('mark a partial as never published', () => {
      const words = promptWords(aListed('support/_header', 'new'), 'production', NOW);
      assert.equal(words.spoken, 'Partial _header, not published, new');
    });

    it('say for a channel what is live, since when and by whom', () => {
      const pointer = aPointer('production', 'stable', 11);
      const words = pointerWords(pointer, aSummary('support/triage', 12, [pointer]), NOW);
      assert.equal(words.label, 'production · stable');
      assert.equal(words.description, '@11 · 2 hours ago · jonas.weber');
      assert.equal(words.spoken, 'stable in production: version 11, 2 hours ago, by jonas.weber');
      assert.match(words.tooltip(), /@12 is the newest version/);
    });

    it("give a version's message, author and age, and where it is live", () => {
      const summary = aSummary('a', 2, [aPointer('staging', 'stable', 1)]);
      const words = versionWords(
        aVersion('a', 1, { message: 'First line\nSecond' }),
        summary,
        NEVER_LIVE,
        NOW,
      );
      assert.equal(words.label, '@1');
      assert.equal(words.description, 'First line · mara.lindqvist · 2 days ago');
      assert.match(words.spoken, /^Version 1, live in staging: First line/);
    });

    it('say first that a version was rolled back and why, and how long it was live', () => {
      const life = {
        mark: 'rolled back: wrong fee',
        brief: 'was live in production for 2 hours',
        lines: ['Live in production for 2 hours'],
      };
      const words = versionWords(aVersion('a', 1), undefined, life, NOW);
      assert.match(words.description, /^rolled back: wrong fee · was live in production for 2 hours · Mess/);
      assert.match(words.spoken, /^Version 1, rolled back: wrong fee, was live in production for 2 hours: /);
      assert.match(words.tooltip(), /Live in production for 2 hours/);
    });

    it("give a version's commit, and link its pull request if that is a web address", () => {
      const tooltipOf = (origin: VersionOrigin) =>
        versionWords(aVersion('a', 1, { origin }), undefined, NEVER_LIVE, NOW).tooltip();
      const pullRequest = 'https://github.com/o/r/pull/12';
      const commit = '5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b';
      assert.match(
        tooltipOf({ commit, author: 'octo_cat', pullRequest }),
        /\n\nCommit 5f0c1a2b3c4d by octo\\_cat · \[github\\\.com\/o\/r\/pull\/12\]\(<https:\/\/github\.com\/o\/r\/pull\/12>\)\n\n/,
      );
      for (const other of [
        'command:evil',
        'javascript:alert(1)',
        'https://u:p@a.example/',
        '](https://a.example)',
      ])
        assert.doesNotMatch(
          tooltipOf({ commit: '[x](command:evil)', pullRequest: other }),
          /(?<!\\)[[\]]\(|<[a-z]+:/,
        );
    });

    it('never turn a message into markup', () => {
      const hostile = '[click](command:evil) <img src=x> **bold**\n# title';
      const tooltip = versionWords(
        aVersion('a', 1, { message: hostile }),
        undefined,
        NEVER_LIVE,
        NOW,
      ).tooltip();
      assert.equal(tooltip.includes('[click]('), false);
      assert.equal(tooltip.includes('<img'), tooltip.includes('\\<img'));
      assert.equal(tooltip.includes('\n# title'), false);
    });

    it('give every state a badge of at most two characters, or none for quiet states', () => {
      for (const state of ['modified', 'behind', 'conflict', 'new', 'deleted', 'archived'] as const)
        assert.ok((wordsOf(aListed('a', state))?.badge.length ?? 9) <= 2);
      assert.equal(wordsOf(aListed('a', 'clean')), undefined);
      assert.equal(wordsOf(aListed('a')), undefined);
    });
  });

  describe('filter', () => {
    const admits = (filter: string, ...args: Parameters<typeof aListed>) =>
      filterOf(filter)(aListed(...args));

    it('matches names with every word, in any case', () => {
      assert.equal(admits('TRI sup', 'support/triage'), true);
      assert.equal(admits('ordersum SUP', 'Support/orderSummary'), true);
      assert.equal(admits('tri fees', 'support/triage'), false);
      assert.equal(admits('  ', 'support/triage'), true);
    });

    it('matches by state', () => {
      assert.equal(admits('@mod', 'a', 'modified'), true);
      assert.equal(admits('@modified', 'a', 'clean'), false);
      assert.equal(admits('@', 'a', 'modified'), false);
      const outdated = {
        ...aSummary('a', 1),
        outdatedPartials: [{ prompt: parsePromptName('_h'), used: 1 as never, newest: 2 as never }],
      };
      assert.equal(admits('@outdated', 'a', 'clean', outdated), true);
    });
  });

  describe('filter in the words of the tree', () => {
    const fits = (filter: string, ...of: Parameters<typeof aListed>) => filterOf(filter)(aListed(...of));
    const live = aSummary('a', 5, [aPointer('production', 'stable', 4), aPointer('staging', 'canary', 5)]);
    const older = {
      ...aSummary('a', 1),
      outdatedPartials: [{ prompt: parsePromptName('_h'), used: 1 as never, newest: 2 as never }],
    };

    it('matches a state by its word, or by a prefix of four letters that starts no name', () => {
      for (const state of ['modified', 'behind', 'conflict', 'new', 'deleted', 'archived'] as const) {
        assert.equal(fits(state, 'a', state), true, state);
        assert.equal(fits(state, 'a', 'clean'), false, state);
      }
      assert.equal(fits('modi', 'a', 'modified'), true);
      assert.equal(fits('mod', 'a', 'modified'), false);
      assert.equal(fits('mod', 'moderation', 'clean'), true);
    });

    it('matches older partials, environments, channels, versions and partials', () => {
      assert.equal(fits('older partials', 'a', 'clean', older), true);
      assert.equal(fits('older partials', 'a', 'clean', live), false);
      for (const filter of ['production', 'PROD', 'stable', 'canary', '@4', '@5', 'production @4'])
        assert.equal(fits(filter, 'a', 'clean', live), true, filter);
      for (const filter of ['development', '@6', '@45', 'production modified'])
        assert.equal(fits(filter, 'a', 'clean', live), false, filter);
      assert.equal(fits('partial', 'support/_header', 'clean'), true);
      assert.equal(fits('partial', 'support/header', 'clean'), false);
    });

    it("matches when every word is found in the name or the tree's labels", () => {
      assert.equal(fits('triage modified', 'support/triage', 'modified'), true);
      assert.equal(fits('triage modified', 'support/fees', 'modified'), false);
    });

    it('requests archived prompts only for their own word', () => {
      for (const filter of ['archived', 'arch', '@a', 'fees archived'])
        assert.equal(asksForArchived(filter), true, filter);
      for (const filter of ['', 'arc', 'a', 'fees', 'archivedd'])
        assert.equal(asksForArchived(filter), false, filter);
    });

    it('never matches more when a word is added', () => {
      const words = fc.constantFrom('tri', 'modified', 'production', '@4', '@m', 'older', 'partial', 'x');
      fc.assert(
        fc.property(fc.array(words, { maxLength: 4 }), words, (some, more) => {
          const all = [
            aListed('support/triage', 'modified', live),
            aListed('support/_x', 'clean', older),
            aListed('fees', 'new'),
          ];
          const before = all.filter(filterOf(some.join(' ')));
          for (const each of all.filter(filterOf([...some, more].join(' '))))
            assert.ok(before.includes(each));
        }),
      );
    });
  });

  it('merges the prompts of the registry and of the files by name', () => {
    const file = (state: 'new' | 'modified', file: string | null) =>
      ({ name: parsePromptName('x'), state, base: null, file, newest: null }) as never;
    const listed = mergeListed(
      [aSummary('a', 1), aSummary('b', 1)],
      new Map([
        [parsePromptName('b'), file('modified', 'sha256:1')],
        [parsePromptName('c'), file('new', 'sha256:2')],
      ]),
    );
    assert.deepEqual(
      [...listed.values()].map(({ name, state, summary, hasFile }) => [
        name,
        state,
        summary !== undefined,
        hasFile,
      ]),
      [
        ['a', undefined, true, false],
        ['b', 'modified', true, true],
        ['c', 'new', false, true],
      ],
    );
  });

  it('sorts the first level of an unsorted list', () => {
    const nodes = nodesIn([aListed('z'), aListed('a/b')], '');
    assert.deepEqual(
      nodes.map(node => node.kind),
      ['folder', 'prompt'],
    );
  });
});

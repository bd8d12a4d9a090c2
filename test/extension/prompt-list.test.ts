// The list of prompts while it is asked for more than once at a time: by commands, by watchers, by who follows the log.

import assert from 'node:assert/strict';
import { folderOf, type PromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { Workbench } from '../../src/editor/workbench.ts';
import { eventually } from '../eventually.ts';
import { freshName } from './support/fresh-name.ts';
import { connectTo, disconnect, inside, run, writePrompt } from './support/inside.ts';
import { shownFolderOf } from './support/shown.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

describe('the prompt list', () => {
  let team: TeamRegistry;
  let author: string;

  before(async () => {
    team = await teamRegistry();
  });

  beforeEach(async () => {
    author = await team.key('development', 'author', 'tomas.berg');
    await connectTo(team.url);
    await run('replaceKey', { texts: [author] }, 'development');
  });

  after(async () => {
    await run('removeKey', { confirms: [true] }, 'development');
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  /** A prompt with a clean file of its version 1, of which the registry has a version 2 since. */
  async function published(): Promise<PromptName> {
    const name = freshName('explain');
    const client = team.client(author);
    await client.publish(name, { source: 'One.\n', message: 'First', base: null });
    await run('pull', {}, name);
    assert.deepEqual((await shownFolderOf(name)).slice(0, 2), [`${folderOf(name)} 1`, '  explain @1']);
    await client.publish(name, { source: 'Two.\n', message: 'Second', base: parseVersionNumber(1) });
    return name;
  }

  it('is complete when a load returns, even if another was started in the meantime', async () => {
    const name = await published();
    const { prompts } = (await inside()).workbench;
    const first = prompts.load();
    void prompts.load();
    await first;
    assert.equal((await shownFolderOf(name))[1], '  explain @2 · behind');
  });

  /**
   * Connects while the window looks again, as it does by itself: that look has begun to ask who one is when the
   * command's own has read the files. Gives what was asked and told, and the states of that look.
   */
  async function connectWhileLooking(texts: readonly string[], lookAgain: () => void) {
    const { prompts, session } = (await inside()).workbench;
    const { store } = await session.keyStore();
    const atFiles = Promise.withResolvers<void>();
    const files = Promise.withResolvers<void>();
    const atKeys = Promise.withResolvers<void>();
    const keys = Promise.withResolvers<void>();
    const { rescan } = prompts;
    const { list } = store;
    prompts.rescan = async (...of) => {
      prompts.rescan = rescan;
      atFiles.resolve();
      await files.promise;
      await rescan.apply(prompts, of);
    };
    const asked = run('connect', { picks: ['your team'], texts: [team.url, ...texts] });
    const states: string[] = [];
    const listening = session.onDidChange(() => states.push(session.state.kind));
    try {
      await atFiles.promise;
      // The window looks by itself as well once it hears of the new promptforge.json.
      await eventually('the window to see promptforge.json', () => session.project !== undefined);
      await session.settled();
      states.length = 0;
      store.list = async (...of) => {
        store.list = list;
        atKeys.resolve();
        await keys.promise;
        return list.apply(store, of);
      };
      lookAgain();
      await atKeys.promise;
      files.resolve();
      await new Promise(setImmediate);
      keys.resolve();
      return { ask: await asked, states };
    } finally {
      prompts.rescan = rescan;
      store.list = list;
      files.resolve();
      keys.resolve();
      listening.dispose();
    }
  }

  const looks = {
    'a change of its files': ({ prompts }: Workbench) => void prompts.refresh(),
    'a view that needs a client': ({ session }: Workbench) => void session.reload(),
  };
  for (const [what, look] of Object.entries(looks)) {
    it(`asks for a key after connecting, even if the window refreshes for ${what}`, async () => {
      await run('removeKey', { confirms: [true] }, 'development');
      await disconnect();
      const { workbench } = await inside();
      const { ask, states } = await connectWhileLooking([author], () => look(workbench));
      await ask.message(/^Development key stored\. You are tomas\.berg/);
      // Nothing is asked before there is a key, so nothing is shown of it.
      assert.deepEqual([...new Set(states)], ['no-key', 'connecting', 'connected']);
    });

    it(`says why it is not connected, even if the window refreshes for ${what}`, async () => {
      await disconnect();
      const { workbench } = await inside();
      const { id } = await team.client(author).currentKey();
      await team.client(await team.key('development', 'admin', 'mara.lindqvist')).revokeKey(id);
      const { ask } = await connectWhileLooking([], () => look(workbench));
      await ask.message(/^promptforge\.json names .* now, but: .*revoked/);
    });
  }

  it('keeps the result of a later file scan when an earlier one ends after it', async () => {
    const name = await published();
    const { prompts } = (await inside()).workbench;
    await prompts.load();
    const copy = await prompts.workingCopy();
    assert.ok(copy);
    const looked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const look = copy.state;
    copy.state = async (...of) => {
      const seen = await look.apply(copy, of);
      looked.resolve();
      await gate.promise;
      return seen;
    };
    try {
      const early = prompts.rescan();
      await looked.promise;
      copy.state = look;
      await writePrompt(name, 'Mine.\n');
      gate.resolve();
      await early;
    } finally {
      copy.state = look;
      gate.resolve();
    }
    assert.equal((await shownFolderOf(name))[1], '  explain @2 · conflict');
  });
});

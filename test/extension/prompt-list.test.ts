// The list of prompts while it is asked for more than once at a time: by commands, by watchers, by who follows the log.

import assert from 'node:assert/strict';
import { folderOf, type PromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { freshName } from './support/fresh-name.ts';
import { connectTo, disconnect, inside, run, writePrompt } from './support/inside.ts';
import { shownFolderOf } from './support/shown.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

describe('the list of prompts', () => {
  let team: TeamRegistry;
  let author: string;

  before(async () => {
    team = await teamRegistry();
    author = await team.key('development', 'author', 'tomas.berg');
    await connectTo(team.url);
    await run('setKey', { texts: [author] });
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

  it('is whole for whoever waits for it, even where it was asked for again meanwhile', async () => {
    const name = await published();
    const { prompts } = (await inside()).workbench;
    const first = prompts.load();
    void prompts.load();
    await first;
    assert.equal((await shownFolderOf(name))[1], '  explain @2 · behind');
  });

  it('keeps what a later look at the files saw when an earlier one ends after it', async () => {
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

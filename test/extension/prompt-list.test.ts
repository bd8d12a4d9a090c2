// The list of prompts while it is asked for more than once at a time: by commands, by watchers, by who follows the log.

import assert from 'node:assert/strict';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { connectTo, disconnect, inside, run, shownTree, writePrompt } from './support/inside.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

const NAME = parsePromptName('fees/explain');

describe('the list of prompts', () => {
  let team: TeamRegistry;
  let author: string;

  before(async () => {
    team = await teamRegistry();
    author = await team.key('development', 'author', 'tomas.berg');
    await connectTo(team.url);
    await run('setKey', { texts: [author] });
    await writePrompt(NAME, 'One.\n');
    await run('publish', { texts: ['First'] }, NAME);
  });

  after(async () => {
    await run('removeKey', { confirms: [true] }, 'development');
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  it('is whole for whoever waits for it, even where it was asked for again meanwhile', async () => {
    const { prompts } = (await inside()).workbench;
    await team
      .client(author)
      .publish(NAME, { source: 'Two.\n', message: 'Second', base: parseVersionNumber(1) });
    const first = prompts.load();
    void prompts.load();
    await first;
    assert.deepEqual(await shownTree(1), ['fees 1', '  explain @2 · behind']);
  });

  it('keeps what a later look at the files saw when an earlier one ends after it', async () => {
    const { prompts } = (await inside()).workbench;
    const copy = await prompts.workingCopy();
    assert.ok(copy);
    const gate = Promise.withResolvers<void>();
    const look = copy.state;
    copy.state = async (...of) => {
      copy.state = look;
      const seen = await look.apply(copy, of);
      await gate.promise;
      return seen;
    };
    const early = prompts.rescan();
    await writePrompt(NAME, 'Mine.\n');
    gate.resolve();
    await early;
    assert.deepEqual(await shownTree(1), ['fees 1', '  explain @2 · conflict']);
  });
});

// Publishing several prompts at a team's registry, where others publish too and the network fails.

import assert from 'node:assert/strict';
import type { PromptName } from '../../src/core/name.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, run, writePrompt } from './support/inside.ts';
import { entryOf, sourceControl } from './support/source-control.ts';
import { teamWindow } from './support/team-window.ts';

describe('publishing several prompts to a team registry', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });
  const newest = async (prompt: PromptName) => {
    const author = await team.client('development', 'author', 'tomas.berg');
    return (await author.getPrompt(prompt)).newest;
  };

  afterEach(async () => {
    (await sourceControl()).control.inputBox.value = '';
  });

  /** In the order in which they are published. */
  async function changed(): Promise<[PromptName, PromptName, PromptName]> {
    const prompts = [freshPrompt(), freshPrompt(), freshPrompt()].sort() as [
      PromptName,
      PromptName,
      PromptName,
    ];
    for (const prompt of prompts) {
      await team.publishWithFile(prompt, 'One.\n');
      await writePrompt(prompt, 'Two.\n');
      await entryOf(prompt, 'changes');
    }
    (await sourceControl()).control.inputBox.value = 'Twice';
    return prompts;
  }

  it('finds out what happened to the one whose answer was lost, and leaves the others for the next time', async () => {
    const [first, second, third] = await changed();
    team.registry.weather = ({ method, path }) =>
      method === 'POST' && path.includes(second) ? 'lost' : 'pass';
    const ask = await run('publishAll');
    await ask.message(
      `Published ${first}@2 and ${second}@2. They are not live anywhere until you promote them. Skipped: ${third}.`,
    );
    assert.equal((await newest(second)).version, 2);
    assert.equal((await newest(third)).version, 1);
    assert.equal((await sourceControl()).message, 'Twice');
    await entryOf(third, 'changes');
    team.registry.weather = () => 'pass';
    await run('publishAll');
    assert.deepEqual([(await newest(third)).version, (await newest(third)).message], [2, 'Twice']);
    assert.equal((await sourceControl()).message, '');
  });

  it('continues when somebody published one first, and names who', async () => {
    const [first, second, third] = await changed();
    const { workbench } = await inside();
    // What the window knows is older than this version by the time it publishes.
    const publishing = team.client('development', 'author', 'lea.horn');
    await (await publishing).publish(second, { source: 'Hers.\n', base: 1, message: 'Faster' } as never);
    const ask = await run('publishAll');
    const { message } = await ask.message(/Not published/);
    assert.ok(message.startsWith(`Published ${first}@2 and ${third}@2.`), message);
    assert.match(message, new RegExp(`Not published: ${second}\\. ${second}: .*@2 `));
    assert.equal((await newest(second)).author, 'lea.horn');
    await entryOf(second, 'conflicts');
    assert.equal(workbench.prompts.listed.get(second)?.state, 'conflict');
  });

  it('reports that nothing was published while the registry is down', async () => {
    const [first, , third] = await changed();
    team.registry.weather = () => 'down';
    const ask = await run('publishAll');
    const { message } = await ask.message(/./);
    assert.match(message, new RegExp(`^Nothing was published\\. Not published: ${first}\\.|failed`));
    team.registry.weather = () => 'pass';
    assert.equal((await newest(third)).version, 1);
    assert.equal((await sourceControl()).message, 'Twice');
  });
});

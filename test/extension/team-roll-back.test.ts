// A rollback while the network fails: the text goes back, and what was chosen is not asked for again.

import assert from 'node:assert/strict';
import { freshPrompt } from './support/fresh-prompt.ts';
import { run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('a rollback', () => {
  const team = teamWindow({
    keys: { staging: ['approver', 'tomas.berg'], production: ['approver', 'tomas.berg'] },
  });
  /** @2 is live in production, and @1 was. */
  async function live() {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1, 2);
    await run('refresh');
    return prompt;
  }

  it('can be retried with the same choices after one more confirmation', async () => {
    const prompt = await live();
    // Until what is live was read back, however often the client tries.
    let [isAsked, isReadBack] = [false, false];
    team.registry.weather = ({ method, path }) => {
      const isMove = method === 'POST' && path.endsWith('/-/promotions');
      if (isMove) isAsked = true;
      else if (isAsked && path.endsWith('/-/summary')) isReadBack = true;
      return isMove && !isReadBack ? 'down' : 'pass';
    };
    const ask = await run(
      'rollBack',
      { picks: ['@1 in production'], confirms: [true, true], button: 'Try Again' },
      prompt,
    );
    await ask.message(/Nothing changed: .*@2 is still live in production/);
    await ask.message(new RegExp(`^Rolled back: ${prompt}@1 is live in production again`));
    assert.deepEqual(
      ask.confirmed.map(({ button }) => button),
      ['Roll Back production to @1', 'Roll Back production to @1'],
    );
    assert.deepEqual([ask.offered.length, ask.asked.length], [1, 0]);
    assert.equal((await team.delivered(prompt)).text, 'One.\n');
  });

  it('continues when the versions cannot be compared', async () => {
    const prompt = await live();
    team.registry.weather = ({ path }) => (/\/-\/versions\/\d+/.test(path) ? 'down' : 'pass');
    const ask = await run('rollBack', { picks: ['@1 in production'], confirms: [true] }, prompt);
    await ask.message(/^Rolled back: /);
    assert.equal((await team.delivered(prompt)).text, 'One.\n');
  });
});

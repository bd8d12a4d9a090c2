// Publishing, promoting and rolling back at a team's registry, in good weather and bad.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { closeEditors, inside, promptFile, root, run, writePrompt } from './support/inside.ts';
import { type Keys, pointerOf, shownOf, teamWindow } from './support/team-window.ts';

const KEYS: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'mara.lindqvist'],
  production: ['approver', 'mara.lindqvist'],
};
const TO_STAGING = { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] };
const TO_PRODUCTION = { picks: ['production · stable'], texts: ['Ready'], confirms: [true] };

describe('publishing and promoting at a team registry', () => {
  const team = teamWindow({ keys: KEYS });

  it('publishes, and names the key needed for promoting', async () => {
    const prompt = freshPrompt();
    await team.hold({ development: ['author', 'tomas.berg'] });
    await writePrompt(prompt, 'One.\n');
    await run('publish', { texts: ['First'] }, prompt);
    assert.deepEqual(await shownOf(prompt, 1), [`${prompt.split('/')[0]} 1`, '  explain @1']);
    const ask = await run('promote', { picks: ['production · stable'] }, prompt, 1);
    await ask.message(
      'Promoting in production needs a key for production with the role author or above, and none is stored.',
    );
  });

  it('promotes through staging to production, and applications get the new text', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await run('refresh');
    const staging = await run('promote', TO_STAGING, prompt, 1);
    await staging.message(`${prompt}@1 is now live in staging. Applications get @1.`);
    const ask = await run('promote', TO_PRODUCTION, prompt, 1);
    assert.equal(ask.confirmed[0]?.button, 'Promote @1 to production');
    await ask.message(`${prompt}@1 is now live in production. Applications get @1.`);
    assert.deepEqual(await team.delivered(prompt), { text: 'One.\n', version: `${prompt}@1` });
  });

  it('uses the key of the target environment for promoting', async () => {
    const prompt = freshPrompt();
    const before = team.registry.seen.length;
    await writePrompt(prompt, 'One.\n');
    await run('publish', { texts: ['First'] }, prompt);
    await team.promote(prompt, 'staging', 1);
    await run('promote', TO_PRODUCTION, prompt, 1);
    const key = (method: string, path: string) =>
      team.registry.seen.slice(before).findLast(seen => seen.method === method && seen.path.includes(path))
        ?.authorization;
    const author = `Bearer ${await team.key('development', 'author', 'tomas.berg')}`;
    const approver = `Bearer ${await team.key('production', 'approver', 'mara.lindqvist')}`;
    assert.equal(key('POST', '/-/promotions'), approver);
    assert.equal(key('POST', '/-/versions'), author);
    assert.equal(key('GET', '/v1/prompts?'), author);
  });

  it('rolls back production, and applications get the old text again', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'One.\nTwo.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    await run('refresh');
    await run('promote', TO_PRODUCTION, prompt, 2);
    assert.deepEqual(await team.delivered(prompt), { text: 'One.\nTwo.\n', version: `${prompt}@2` });
    const pointer = await pointerOf(prompt, 'production · stable');
    const confirms = ['alternative', true] as const;
    const ask = await run('rollBack', { picks: ['@1'], texts: ['Wrong fee'], confirms }, pointer);
    assert.equal(ask.confirmed[0]?.button, 'Roll Back production to @1');
    await ask.message(
      `Rolled back: ${prompt}@1 is live in production again. It was @2. Applications get @1.`,
    );
    assert.deepEqual(await team.delivered(prompt), { text: 'One.\n', version: `${prompt}@1` });
    const author = await team.client('development', 'author', 'tomas.berg');
    const { data } = await author.listPromotions({ prompt, limit: 1 });
    assert.deepEqual([data[0]?.reason, data[0]?.rollback], ['Wrong fee', true]);
  });

  it('reports what somebody else made live in the meantime, and moves nothing', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n', 'Three.\n');
    await team.promote(prompt, 'staging', 2);
    await run('refresh');
    const ask = await run(
      'promote',
      {
        ...TO_STAGING,
        meanwhile: async () => void (await team.request(prompt, { environment: 'staging', version: 1 })),
      },
      prompt,
      3,
    );
    await ask.message(
      new RegExp(`Someone else moved it in the meantime: ${prompt}@1 is live in staging\\.$`),
    );
    const { prompts } = (await inside()).workbench;
    const { pointers = [] } = prompts.listed.get(prompt)?.summary ?? {};
    assert.deepEqual(
      pointers.map(({ environment, version }) => [environment, version]),
      [['staging', 1]],
    );
  });
});

describe('publishing and promoting over an unreliable network', () => {
  const team = teamWindow({ keys: KEYS });
  const newest = async (prompt: ReturnType<typeof freshPrompt>) => {
    const author = await team.client('development', 'author', 'tomas.berg');
    return (await author.getPrompt(prompt)).newest.version;
  };

  it('reports that nothing was published when it is down, and leaves the file and lock file unchanged', async () => {
    const prompt = freshPrompt();
    await team.publishWithFile(prompt, 'One.\n');
    await writePrompt(prompt, 'One.\nTwo.\n');
    const lock = await readFile(join(root(), 'promptforge.lock.json'), 'utf8');
    team.registry.weather = () => 'down';
    const ask = await run('publish', { texts: ['Second'] }, prompt);
    // Whether it was sent depends on whether the window knew by then that nobody answers.
    await ask.message(/(cannot be reached|ended before).*(Your file is unchanged|Nothing was changed)\./s);
    assert.equal(await readFile(promptFile(prompt), 'utf8'), 'One.\nTwo.\n');
    assert.equal(await readFile(join(root(), 'promptforge.lock.json'), 'utf8'), lock);
    const { session } = (await inside()).workbench;
    // Whoever follows the log tries again by itself, and is connecting while it does.
    await eventually('the registry to be offline', () => session.state.kind === 'offline');
    assert.equal(await newest(prompt), 1);
  });

  it('still shows cached versions, and the files', async () => {
    const prompt = freshPrompt();
    await team.publishWithFile(prompt, 'One.\n');
    await run('openVersion', {}, `${prompt}@1`);
    await closeEditors();
    team.registry.weather = () => 'down';
    await run('refresh');
    assert.deepEqual(await shownOf(prompt, 0), [`${prompt.split('/')[0]} 1`]);
    await run('openVersion', {}, `${prompt}@1`);
    const version = await eventually('the version', () => {
      const front = vscode.window.activeTextEditor?.document;
      return front?.uri.path === `/${prompt}@1` ? front : undefined;
    });
    assert.equal(version.getText(), 'One.\n');
  });

  it('finds out whether it was published when only the answer was lost', async () => {
    const prompt = freshPrompt();
    await team.publishWithFile(prompt, 'One.\n');
    await writePrompt(prompt, 'One.\nTwo.\n');
    team.registry.weather = ({ method, path }) =>
      method === 'POST' && path.endsWith('/versions') ? 'lost' : 'pass';
    const ask = await run('publish', { texts: ['Second'] }, prompt);
    await ask.message(new RegExp(`The response was lost, but ${prompt}@2 was published\\.$`));
    assert.equal(await newest(prompt), 2);
    assert.deepEqual(await shownOf(prompt, 1), [`${prompt.split('/')[0]} 1`, '  explain @2']);
  });

  it('finds out what arrived once the registry answers again, even if the file was edited since', async () => {
    const prompt = freshPrompt();
    await team.publishWithFile(prompt, 'One.\n');
    await writePrompt(prompt, 'One.\nTwo.\n');
    let isLost = false;
    team.registry.weather = ({ method, path }) => {
      if (isLost) return 'down';
      isLost = method === 'POST' && path.endsWith('/versions');
      return isLost ? 'lost' : 'pass';
    };
    const ask = await run('publish', { texts: ['Second'] }, prompt);
    await ask.message(/the same text is never published twice\.$/);
    await writePrompt(prompt, 'One.\nTwo.\nThree.\n');
    team.registry.weather = () => 'pass';
    await run('refresh');
    assert.deepEqual(await shownOf(prompt, 1), [`${prompt.split('/')[0]} 1`, '  explain @2 · modified']);
  });

  it('reports what is live when promoting fails', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1);
    await run('refresh');
    team.registry.weather = ({ method }) => (method === 'POST' ? 'down' : 'pass');
    const down = await run('promote', TO_STAGING, prompt, 2);
    await down.message(new RegExp(`Nothing changed: ${prompt}@1 is still live in staging\\.$`));
    team.registry.weather = ({ method }) => (method === 'POST' ? 'lost' : 'pass');
    const lost = await run('promote', TO_STAGING, prompt, 2);
    await lost.message(new RegExp(`The registry did it: ${prompt}@2 is live in staging\\.$`));
  });

  it('says that the result is unknown when the registry cannot be read', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.promote(prompt, 'production', 1);
    await run('refresh');
    let promoting = false;
    team.registry.weather = ({ method }) => {
      promoting ||= method === 'POST';
      return promoting ? 'down' : 'pass';
    };
    const ask = await run('promote', TO_PRODUCTION, prompt, 2);
    await ask.message(new RegExp(`${prompt}@2 may or may not be live in production \\(before: @1\\)`));
    team.registry.weather = () => 'pass';
    await run('refresh');
    assert.equal((await team.delivered(prompt)).version, `${prompt}@1`);
  });
});

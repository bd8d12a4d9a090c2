// Promoting and rolling back, against the embedded registry.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { closeEditors, EXTENSION, nodeOf, run } from '../support/inside.ts';
import { promptNode, shownComparison, told } from '../support/shown.ts';

const CLI = join(vscode.extensions.getExtension(EXTENSION)?.extensionPath ?? '', 'dist', 'cli.js');

const STAGING = 'staging · stable';

describe('promoting in the embedded registry', () => {
  const workspace = embeddedWorkspace();
  const { publish, promote, live } = workspace;

  it('shows the difference, then asks for a reason and a confirmation that names the environment', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    const first = await run('promote', { picks: [STAGING], texts: ['Tested'], confirms: [true] }, name, 1);
    assert.equal((await told(first)).message, `${name}@1 is now live in staging. Applications get @1.`);
    assert.equal(first.confirmed[0]?.message, `Promote ${name}@1 to staging?`);
    assert.equal(first.confirmed[0]?.button, 'Promote @1 to staging');
    assert.equal(await live(name, 'staging'), 'One.\n');
    const second = await run('promote', { picks: [STAGING], texts: ['Better'], confirms: [true] }, name, 2);
    await shownComparison(name, '@1 ↔ @2');
    const { message, buttons } = await told(second);
    assert.equal(message, `${name}@2 is now live in staging. It was @1. Applications get @2.`);
    assert.deepEqual(buttons, ['Compare with @1', 'Undo…']);
    assert.equal(await live(name, 'staging'), 'Two.\n');
  });

  it('requires a nonblank reason, and does nothing without it or the confirmation', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 2);
    const refused = await run('promote', { picks: [STAGING], texts: ['  '], confirms: [true] }, name, 1);
    assert.match((await told(refused)).message, /Enter a reason/);
    const left = await run('promote', { picks: [STAGING], texts: [undefined] }, name, 1);
    assert.equal(left.asked.length, 1);
    const denied = await run('promote', { picks: [STAGING], texts: ['Back'], confirms: [false] }, name, 1);
    assert.equal(denied.confirmed.length, 1);
    assert.equal(await live(name, 'staging'), 'Two.\n');
  });

  it('can be rolled back to what was live before, from the tree', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    await promote(name, 2);
    const pointer = await nodeOf('pointer', STAGING, await promptNode(name));
    const ask = await run('rollBack', { picks: ['@1'], confirms: [true] }, pointer);
    assert.equal(
      (await told(ask)).message,
      `Rolled back: ${name}@1 is live in staging again. It was @2. Applications get @1.`,
    );
    assert.match(ask.offered[0]?.[0] ?? '', /^@1 in staging before this one/);
    assert.equal(ask.confirmed[0]?.button, 'Roll Back staging to @1');
    assert.equal(await live(name, 'staging'), 'One.\n');
    const { data } = await workspace.mara().listPromotions({ prompt: name, limit: 1 });
    assert.equal(data[0]?.reason, 'Rolled back from @2 to @1');
  });

  it('can be rolled back from a list of all that is live, production first, with a button for the difference', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    for (const version of [1, 2]) {
      await promote(name, version);
      const picks = ['production · stable'];
      await run('promote', { picks, texts: ['Tested'], confirms: [true] }, name, version);
    }
    await closeEditors();
    const ask = await run('rollBack', {
      picks: [`${name} in production`, '@1'],
      presses: ['@1'],
      confirms: [true],
    });
    const [pointers, versions] = ask.offered;
    assert.match(pointers?.[0] ?? '', / in production @/);
    assert.match(versions?.[0] ?? '', /^@1 in production before this one · was live in production for /);
    await shownComparison(name, '@2 ↔ @1');
    assert.equal(
      ask.asked.length,
      0,
      'four key presses: the command, the pointer, the version and the question',
    );
    assert.equal(await live(name, 'production'), 'One.\n');
    await closeEditors();
    const again = await run('rollBack', { picks: [`${name} in staging`, undefined] });
    assert.match(again.offered[1]?.[0] ?? '', /^@1 in staging before this one/);
  });

  it('can be rolled back in production with the first choice', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    for (const version of [1, 2]) {
      await promote(name, version);
      const picks = ['production · stable'];
      await run('promote', { picks, texts: ['Tested'], confirms: [true] }, name, version);
    }
    const ask = await run('rollBack', { picks: [undefined] }, name);
    assert.deepEqual(
      ask.offered.map(offers => offers.map(offer => offer.split(' before')[0])),
      [['@1 in production', '@1 in staging']],
    );
  });

  it('can be undone, with an optional reason', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    const ask = await run(
      'promote',
      {
        picks: [STAGING],
        texts: ['Again', 'Not yet'],
        confirms: [true, 'alternative', true],
        button: 'Undo…',
      },
      name,
      2,
    );
    await told(ask, /^Rolled back/);
    assert.equal(await live(name, 'staging'), 'One.\n');
    const { data } = await workspace.mara().listPromotions({ prompt: name, limit: 1 });
    assert.equal(data[0]?.reason, 'Not yet');
    assert.match(ask.confirmed[1]?.detail ?? '', /Reason: Rolled back from @2 to @1$/);
    assert.match(ask.confirmed[2]?.detail ?? '', /Reason: Not yet$/);
  });

  it("fails with the registry's own reason when a policy forbids it", async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Now'], confirms: [true] },
      name,
      2,
    );
    assert.match((await told(ask)).message, /^Promoting failed: .*staging/);
  });

  it('is visible at once to another process on the same data folder', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    const data = ['--data', workspace.dataFolder];
    const key = ['--environment', 'staging', '--role', 'reader', '--actor', 'app', '--json'];
    const created = await promisify(execFile)(process.execPath, [CLI, 'keys', 'create', ...key, ...data]);
    const reader: { key: string } = JSON.parse(created.stdout);
    const serving = spawn(process.execPath, [CLI, 'serve', '--port', '0', ...data]);
    const ended = once(serving, 'exit');
    try {
      const url = await listening(serving);
      const delivered = async () => {
        const headers = { authorization: `Bearer ${reader.key}` };
        const answer = await fetch(`${url}/v1/prompts/${name}`, { headers });
        return answer.headers.get('promptforge-version');
      };
      assert.equal(await delivered(), `${name}@1`);
      await run('promote', { picks: [STAGING], texts: ['Served'], confirms: [true] }, name, 2);
      assert.equal(await delivered(), `${name}@2`);
    } finally {
      serving.kill();
      await ended;
    }
  });
});

/** The URL that a started `serve` says it listens on. */
async function listening(serving: ChildProcessWithoutNullStreams): Promise<string> {
  let said = '';
  for await (const chunk of serving.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    const url = /"url":"([^"]+)"/.exec(said)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`The server ended: ${said}`);
}

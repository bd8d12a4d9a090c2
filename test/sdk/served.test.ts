/** A client of a real `promptforge serve` that is paused, killed and started again. */
import assert from 'node:assert/strict';
import { freePort } from '../../scripts/host/freePort.ts';
import { patience } from '../../scripts/host/patience.ts';
import { createClient } from '../../src/sdk/client.ts';
import { newKey, type Serving, serve } from '../cli/serving.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NAME = 'support/triage';

describe('a served registry', () => {
  it('keeps applications running while it is paused and killed, and they see later changes', async function () {
    // Windows knows no SIGSTOP.
    if (process.platform === 'win32') this.skip();
    await using folder = await temporaryFolder();
    const keys = new Map<string, string>();
    for (const [environment, role] of [
      ['development', 'admin'],
      ['staging', 'admin'],
      ['staging', 'reader'],
    ] as const)
      keys.set(`${environment} ${role}`, (await newKey(folder.path, environment, role)).key);
    // A port that nobody gets by chance while the registry is gone.
    const args = ['--data', folder.path, '--port', String(await freePort())];
    let serving: Serving = await serve(...args);
    const { url } = serving;
    const post = async (path: string, as: string, body: object): Promise<void> => {
      const headers = { authorization: `Bearer ${keys.get(as)}`, 'content-type': 'application/json' };
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.equal(answer.status, 201, await answer.text());
    };
    const publish = (source: string, base: number | null) =>
      post(`/v1/prompts/${NAME}/-/versions`, 'development admin', { source, message: '', base });
    const promote = (version: number, expected: number | null) =>
      post(`/v1/prompts/${NAME}/-/promotions`, 'staging admin', {
        ...{ environment: 'staging', channel: 'stable', version, expected, reason: 'For the test' },
      });
    try {
      await publish('One', null);
      await publish('Two', 1);
      await promote(1, null);
      let now = Date.now();
      const prompts = createClient({
        url,
        key: keys.get('staging reader') ?? '',
        environment: 'staging',
        timeout: patience(500),
        now: () => now,
      });
      const later = async () => {
        now += 3_600_000;
        const { source, text } = await prompts.get(NAME);
        return `${source} ${text}`;
      };
      assert.equal(await later(), 'network One');
      serving.signal('SIGSTOP');
      // Its threads stop a moment after the signal was sent.
      await eventually('the registry that is paused', async () => (await later()) === 'stale One');
      serving.signal('SIGCONT');
      await eventually('the registry that goes on', async () => (await later()) === 'network One');
      serving.signal('SIGKILL');
      await serving.ended();
      assert.equal(await later(), 'stale One');
      serving = await serve(...args);
      await promote(2, 1);
      assert.equal(await later(), 'network Two');
    } finally {
      serving.signal('SIGCONT');
      await serving.stop();
    }
  });
});

/** `promptforge export`, and the script of docs/audit.md that checks it: exactly as it is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HIDDEN } from '../hostile-text.ts';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { inProcess } from './in-process.ts';

describe('promptforge export', () => {
  let registry: RegistryForTest;
  let events: Json[];
  let script: string;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('p', 'Zürich 😀', null);
    const about = { environment: 'development', channel: 'stable', version: 1, expected: null };
    const request = { ...about, reason: 'Line\u2028end "quoted" \\ 😀 \u007f é \u202e\u{e0041}' };
    await registry.call('POST', '/v1/prompts/p/-/promotions', request);
    events = (await registry.call('GET', '/v1/changes?limit=1000')).json.events;
    const document = await readFile(join(import.meta.dirname, '../../docs/audit.md'), 'utf8');
    script = join(registry.folder, 'audit.mjs');
    await writeFile(script, /```js\n(.*?)```/s.exec(document)?.[1] ?? '');
  });
  after(() => registry[Symbol.asyncDispose]());

  const exported = (...args: readonly string[]) => inProcess(['export', '--data', registry.folder, ...args]);
  const audit = (input: string) => spawnSync(process.execPath, [script], { input, encoding: 'utf8' });

  it('writes all events as /v1/changes returns them, to stdout or to a new file', async () => {
    const { code, stdout, stderr } = await exported();
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split(/\r?\n|[\u2028\u2029]/);
    assert.deepEqual(
      lines.map(line => JSON.parse(line)),
      events,
    );
    for (const line of lines) assert.doesNotMatch(line, HIDDEN, 'also on a terminal');
    const file = join(registry.folder, 'log.jsonl');
    assert.equal((await exported('--output', file, '--after', '3')).code, 0);
    assert.equal(await readFile(file, 'utf8'), stdout.split('\n').slice(3).join('\n'));
    const again = await exported('--output', file);
    assert.deepEqual([again.code, /already exists/.test(again.stderr)], [4, true]);
  });

  it('writes a file that the script in docs/audit.md accepts, unless it was tampered with', async () => {
    const { stdout } = await exported();
    const { hash, seq } = events.at(-1);
    assert.equal(audit(stdout).stdout, `${seq} events; the last is ${hash}\n`);
    const lines = stdout.trimEnd().split('\n');
    for (const tampered of [
      lines.with(4, lines[4]!.replace(/"actor":"[^"]*"/, '"actor":"x"')),
      lines.toSpliced(4, 1),
      lines.toSpliced(4, 0, lines[4]!),
    ])
      assert.match(audit(tampered.join('\n')).stderr, /Event [56] does not fit/);
  });
});

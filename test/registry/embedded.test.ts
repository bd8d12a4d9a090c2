import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { type EmbeddedRegistry, openEmbeddedRegistry } from '../../src/registry/embedded.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import type { Json } from './a-registry.ts';

describe('the embedded registry', () => {
  let folder: TemporaryFolder;
  let registry: EmbeddedRegistry;
  beforeEach(async () => {
    folder = await temporaryFolder();
    registry = await openEmbeddedRegistry({ dataFolder: folder.path, actor: 'mara' });
  });
  afterEach(async () => {
    await registry.close();
    await folder[Symbol.asyncDispose]();
  });
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    {
      to = registry,
      authorization = `Bearer ${embeddedCredential(parseEnvironmentName('development'))}`,
    } = {},
  ): Promise<{ status: number; text: string; json: Json; headers: Headers }> => {
    const response = await to.fetch(
      new Request(EMBEDDED_ORIGIN + path, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const { status, headers } = response;
    return { status, text, headers, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };

  it('refuses webhooks, since nothing would send them', async () => {
    const { status, json } = await ask('POST', '/v1/webhooks', { url: 'https://receiver.example/hook' });
    assert.equal(`${status} ${json.code}`, '403 webhooks_not_served');
    assert.match(json.detail, /promptforge serve/);
    assert.deepEqual((await ask('GET', '/v1/webhooks')).json.data, []);
  });
  it('serves the same API to one admin in the named environment', async () => {
    assert.deepEqual((await ask('GET', '/v1/environments')).json.data, defaultEnvironments(0));
    const content = { source: 'Hi', message: 'm', base: null };
    const published = await ask('POST', '/v1/prompts/a/b/-/versions', content);
    assert.deepEqual([published.status, published.json.author], [201, 'mara']);
    const delivered = await ask('GET', '/v1/prompts/a/b?channel=latest');
    assert.deepEqual([delivered.status, delivered.text], [200, 'Hi']);
    assert.equal(delivered.headers.get('promptforge-version'), 'a/b@1');
    const { events } = (await ask('GET', '/v1/changes?limit=100')).json;
    assert.deepEqual([events.at(-1).actor, events.at(-1).key], ['mara', 'embedded']);
    const current = await ask('GET', '/v1/keys/current');
    assert.deepEqual([current.json.id, current.json.role, current.json.actor], ['embedded', 'admin', 'mara']);
    const production = { authorization: 'Bearer embedded:production' };
    const refused = await ask('GET', '/v1/prompts/a/b?channel=latest', undefined, production);
    assert.equal(refused.json.code, 'channel_not_served');
  });
  it('accepts only embedded keys', async () => {
    const code = async (authorization: string) =>
      (await ask('GET', '/v1/prompts', undefined, { authorization })).json.code;
    assert.equal(await code('Bearer embedded:moon'), 'key_unknown');
    assert.equal(await code('Bearer embedded:'), 'key_malformed');
    assert.equal(await code('Bearer embedded:A B'), 'key_malformed');
    assert.equal(await code('Bearer pf_development_abcdefghijkl_x'), 'key_malformed');
    assert.equal(await code(''), 'key_missing');
  });
  it('can be opened once per actor, in several windows and processes that all work at once', async () => {
    const jonas = await openEmbeddedRegistry({ dataFolder: folder.path, actor: 'jonas' });
    try {
      const publish = (to: EmbeddedRegistry, name: string) =>
        ask('POST', `/v1/prompts/${name}/-/versions`, { source: name, message: '', base: null }, { to });
      const answers = await Promise.all(
        [registry, jonas].flatMap(to =>
          Array.from({ length: 10 }, (_, n) => publish(to, `${to === jonas ? 'jonas' : 'mara'}/p${n}`)),
        ),
      );
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
      for (const to of [registry, jonas]) {
        const { data } = (await ask('GET', '/v1/prompts', undefined, { to })).json;
        assert.equal(data.length, 20);
        assert.deepEqual(data[0].newest.author, 'jonas');
      }
      const promotion = {
        environment: 'development',
        channel: 'stable',
        version: 1,
        reason: 'r',
        expected: null,
      };
      const read = () => ask('GET', '/v1/prompts/mara/p0');
      assert.equal((await read()).json.code, 'channel_unset');
      await ask('POST', '/v1/prompts/mara/p0/-/promotions', promotion, { to: jonas });
      assert.equal((await read()).text, 'mara/p0', 'what the other one promoted is live here at once');
    } finally {
      await jonas.close();
    }
  });
  it('loses nothing it acknowledged when its process is killed', async () => {
    const child: ChildProcess = fork(new URL('./publishing-process.ts', import.meta.url), [folder.path]);
    const answered: string[] = [];
    child.on('message', message => {
      answered.push(String(message));
      if (answered.length === 25) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    assert.ok(answered.length >= 25);
    const again = await openEmbeddedRegistry({ dataFolder: folder.path, actor: 'after' });
    try {
      const { data } = (await ask('GET', '/v1/prompts?limit=500', undefined, { to: again })).json;
      const names = data.map((prompt: Json) => prompt.name);
      for (const name of answered) assert.ok(names.includes(name), name);
      const { events } = (await ask('GET', '/v1/changes?limit=1000', undefined, { to: again })).json;
      const published = events.filter((event: Json) => event.kind === 'version.published');
      assert.deepEqual(published.map((event: Json) => event.prompt).sort(), names.toSorted());
    } finally {
      await again.close();
    }
  });
  it('answers a request after closing with a problem', async () => {
    await registry.close();
    assert.equal((await ask('GET', '/v1/prompts')).json.code, 'unavailable');
  });
});

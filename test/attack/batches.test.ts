/** Batches of the largest versions there are: bounded, in pieces, and complete for whoever goes on asking. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import fc from 'fast-check';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { MAX_BATCH_BYTES } from '../../src/contract/prompts.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionNumber, VersionReference } from '../../src/core/version.ts';
import { streams } from '../../src/registry/http/streams.ts';
import { batchJson, planBatch } from '../../src/registry/prompts/batch.ts';
import { jsonText } from '../../src/registry/prompts/json-pieces.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { runs } from '../runs.ts';

const MIB = 1024 * 1024;
const COUNT = 12;

describe('batches', () => {
  let registry: RegistryForTest;
  const refs = Array.from({ length: COUNT }, (_, index) => `large@${index + 1}` as VersionReference);
  before(async () => {
    registry = await aRegistry();
    for (let base = 0; base < COUNT; base++)
      await registry.publish('large', `${base} ${'\u0001é'.repeat(MIB / 3 - 8)}`, base === 0 ? null : base);
    await registry.publish('small', 'Hello "there"\n', null);
  });
  after(() => registry.close());
  const batch = (some: readonly string[]) => registry.call('POST', '/v1/versions/batch', { refs: some });

  it('are limited in bytes, keep the order, and name what remains', async () => {
    const wanted = ['none@1', 'small@1', ...refs, 'none@2'];
    const given: string[] = [];
    const missing: string[] = [];
    for (let asked = wanted; asked.length > 0; ) {
      const { status, headers, json } = await batch(asked);
      assert.equal(status, 200);
      assert.equal(headers.get('content-length'), null);
      const references = json.data.map(
        ({ prompt, version }: { prompt: string; version: number }) => `${prompt}@${version}`,
      );
      const bytes = json.data.reduce((sum: number, each: { bytes: number }) => sum + each.bytes, 0);
      assert.ok(bytes <= MAX_BATCH_BYTES && references.length > 0, `${bytes} bytes`);
      given.push(...references);
      missing.push(...json.missing);
      asked = json.remaining;
    }
    assert.deepEqual(given, ['small@1', ...refs]);
    assert.deepEqual(missing, ['none@1', 'none@2']);
    const { json } = await batch(['small@1', 'large@3']);
    const { json: one, headers } = await registry.call('GET', '/v1/prompts/large/-/versions/3');
    assert.deepEqual(json.data[1], one);
    // It is written in pieces as well.
    assert.equal(headers.get('content-length'), null);
  });

  it('are complete for a client, however many responses they take', async () => {
    const client = new RegistryClient({
      url: registry.url,
      key: await registry.key('development', 'author'),
    });
    const { data, missing } = await client.batch(['none@1' as VersionReference, ...refs, ...refs]);
    assert.deepEqual(
      data.map(({ version }) => version),
      refs.map((_, index) => index + 1),
    );
    assert.deepEqual(missing, ['none@1']);
    const name = parsePromptName('large');
    const { data: history } = await client.listVersions(name);
    const sources = await client.getSources(
      history.map(({ prompt, version, digest }) => ({
        prompt,
        version: version as VersionNumber,
        digest,
        bytes: 1,
      })),
    );
    assert.equal(sources.size, COUNT);
  });

  it('write small versions together in few chunks, with large ones between', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `few/p${index}`);
    for (const name of names)
      await registry.publish(name, `${name} "\u0001é\ud83d\ude00"\n`.repeat(40), null);
    const wanted = [...names.slice(0, 30), 'large', ...names.slice(30)].map(name => `${name}@1`);
    const plan = await planBatch(registry.store, wanted, async () => true);
    const pieces = await Array.fromAsync(batchJson(registry.store, plan));
    const { json: large } = await registry.call('GET', '/v1/prompts/large/-/versions/1');
    const ofLarge = Math.ceil(large.source.length / (16 * 1024));
    assert.ok(pieces.length < ofLarge + 10, `${pieces.length} pieces`);
    const { data } = JSON.parse(pieces.join('')) as { data: { prompt: string; source: string }[] };
    assert.deepEqual(
      data.map(({ prompt }) => `${prompt}@1`),
      wanted,
    );
    for (const { prompt, source } of data)
      assert.equal(
        source,
        prompt === 'large' ? large.source : `${prompt} "\u0001é\ud83d\ude00"\n`.repeat(40),
      );
  });

  it('that nobody reads are limited per key, and end with their connections', async () => {
    const authorization = `Bearer ${await registry.key('development', 'author', 'greedy')}`;
    const body = JSON.stringify({ refs });
    const head = `POST /v1/versions/batch HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const sockets = Array.from({ length: 30 }, () => {
      const socket = connect(Number(new URL(registry.url).port), '127.0.0.1');
      socket.on('error', () => {});
      let answer = '';
      // Reads the status, and no more.
      socket.on('data', chunk => {
        answer = answer || chunk.toString('latin1', 0, 12);
        if (answer.endsWith('200')) socket.pause();
      });
      socket.write(head + body);
      return { socket, status: () => answer.slice(-3) };
    });
    const told = (wanted: string) => sockets.filter(({ status }) => status() === wanted).length;
    await eventually('refusals', () => told('429') === 10);
    // Those that were taken have to be read before they are answered.
    await eventually('answers', () => told('200') >= 4);
    assert.deepEqual([told('200'), told('429')], [4, 10]);
    assert.equal((await batch(refs.slice(0, 2))).status, 200);
    for (const { socket } of sockets) socket.destroy();
    await eventually('places to be free', async () => {
      const options = { as: 'development author greedy' };
      return (
        (await registry.call('POST', '/v1/versions/batch', { refs: ['small@1'] }, options)).status === 200
      );
    });
  });
});

describe('a response written in chunks', () => {
  it('is the JSON of its text, wherever it is cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('😀'.repeat(40_000), 'x'.repeat(65_535))),
          {
            maxLength: 4,
          },
        ),
        async parts => {
          const text = parts.join('');
          const pieces = await Array.fromAsync(jsonText(text));
          assert.equal(`"${pieces.join('')}"`, JSON.stringify(text));
        },
      ),
      { numRuns: runs(300, 30) },
    ));

  it('frees its place when it ends, is abandoned or its client disconnects', async () => {
    const open = streams({ places: 1, placesPerKey: 1, waitingPerKey: 3, waiting: 3 });
    const pieces = async function* () {
      yield 'a';
      yield 'b';
    };
    const { signal } = new AbortController();
    assert.deepEqual(await Array.fromAsync(await open.open('k', signal, pieces)), ['a', 'b']);
    for await (const piece of await open.open('k', signal, pieces)) if (piece === 'a') break;
    const gone = new AbortController();
    await open.open('k', gone.signal, pieces);
    gone.abort();
    assert.deepEqual(await Array.fromAsync(await open.open('k', signal, pieces)), ['a', 'b']);
  });
});

/** What was just published, promoted or revoked, when the database goes away in the moment after its commit. */
import assert from 'node:assert/strict';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { CHAIN_START } from '../../src/core/event.ts';
import { Problem } from '../../src/core/problem.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { isMadeOnDemand } from '../../src/registry/delivery/affected.ts';
import { knownSpecs } from '../../src/registry/delivery/known-specs.ts';
import type { DeliveryFront } from '../../src/registry/serving/front.ts';
import { startServer } from '../../src/registry/serving/server.ts';
import { logHead } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, ask, type RegistryForTest } from './a-registry.ts';

type Fallible = Store & {
  /** From the end of the next commit of an event on it answers nothing: when keys were last used is written as well. */
  breakAfterCommit(): void;
  mend(): void;
};

/** True if the database is there, for all who have it open. */
interface Presence {
  breaks: boolean;
  since: number | undefined;
}

/** A real store whose database can go away. */
function fallible(store: Store, presence: Presence): Fallible {
  const checkHere = () => {
    if (presence.since !== undefined) throw new Problem('unavailable', 'The database does not answer.');
  };
  return {
    now: store.now,
    async read(work) {
      checkHere();
      return store.read(work);
    },
    async write(work) {
      checkHere();
      const before = presence.breaks && (await store.read(logHead)).seq;
      const done = await store.write(work);
      if (presence.breaks && (await store.read(logHead)).seq !== before) presence.since ??= performance.now();
      return done;
    },
    revision: () => store.revision(),
    recentRevision: () => store.recentRevision(),
    changed: (from, timeout, signal) => store.changed(from, timeout, signal),
    awaySince: () => presence.since,
    lost: () => false,
    close: () => store.close(),
    breakAfterCommit() {
      presence.breaks = true;
    },
    mend() {
      Object.assign(presence, { breaks: false, since: undefined });
    },
  };
}

/** A server that delivers from a memory of its own and is told of what the other commits, by what can be posted. */
async function deliveringBefore(folder: string, presence: Presence) {
  const store = fallible(await openDataFolder(folder, { readOnly: true }), presence);
  const specs = knownSpecs(100);
  const server = await startServer({
    ...{ store, host: '127.0.0.1', port: 0, log() {} },
    behind: {
      ...{ socket: 'none', seen: CHAIN_START, onBroken() {}, onDraining() {} },
      onKept(spec) {
        if (isMadeOnDemand(spec)) specs.add(spec);
      },
    },
  });
  const front: DeliveryFront = {
    listening: () => 1,
    specsOf: specs.of,
    committed: (events, made) =>
      server.committedElsewhere(...structuredClone([events, made] as const)).catch(() => {}),
    metrics: async () => [],
    broken() {},
  };
  const close = async () => {
    await server.close();
    await store.close();
  };
  return { front, url: server.url, [Symbol.asyncDispose]: close };
}

for (const where of ['by the thread that commits', 'by another'])
  describe(`while the database is unavailable since the commit, ${where},`, () => {
    let delivering: Awaited<ReturnType<typeof deliveringBefore>> | undefined;
    let registry: RegistryForTest;
    let store: Fallible;
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let reader: string;
    before(async () => {
      folder = await temporaryFolder();
      const environments = defaultEnvironments(0);
      const presence = { breaks: false, since: undefined };
      store = fallible(await openDataFolder(folder.path, { environments }), presence);
      if (where === 'by another') delivering = await deliveringBefore(folder.path, presence);
      registry = await aRegistry({ store, ...(delivering && { serving: { front: delivering.front } }) });
      reader = await registry.key('staging', 'reader');
      for (const environment of ['development', 'staging', 'production']) await registry.key(environment);
      // Its key is known from here on.
      await ask(delivering?.url ?? registry.url, 'GET', '/v1/prompts/none', undefined, {
        authorization: `Bearer ${reader}`,
      });
    });
    afterEach(() => store.mend());
    after(async () => {
      await delivering?.[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });
    const deliver = (path: string, headers = {}) =>
      ask(delivering?.url ?? registry.url, 'GET', `/v1/prompts/${path}`, undefined, {
        authorization: `Bearer ${reader}`,
        ...headers,
      });
    async function assertDelivers(path: string, text: string, headers = {}): Promise<void> {
      const answered = await deliver(path, headers);
      assert.equal(answered.status, 200, `${path} ${answered.text}`);
      const given =
        answered.headers.get('content-type') === 'application/json' ? answered.json.template : answered.text;
      assert.equal(given, text, path);
      assert.match(answered.headers.get('age') ?? '', /^\d+$/, 'it says how old it may be');
      assert.match(answered.headers.get('cache-control') ?? '', /stale-if-error|immutable/);
      const etag = answered.headers.get('etag') ?? '';
      const again = await deliver(path, { ...headers, 'if-none-match': etag });
      assert.equal(again.status, 304);
      assert.match(again.headers.get('age') ?? '', /^\d+$/);
    }

    it('a new version is delivered by its channel', async () => {
      await registry.publish('fresh', 'A text.', null);
      assert.equal((await deliver('fresh?channel=latest')).text, 'A text.');
      store.breakAfterCommit();
      await registry.publish('fresh', 'A new text.', 1);
      await assertDelivers('fresh?channel=latest', 'A new text.');
      assert.equal((await deliver('nobody-asked-for-this')).status, 503);
    });
    it('a promotion is delivered, by channel and by number', async () => {
      await registry.publish('promoted', 'First.', null);
      await registry.publish('promoted', 'Second.', 1);
      await registry.promote('promoted', 1, 'staging');
      await deliver('promoted');
      store.breakAfterCommit();
      await promoteNow('promoted', 2, 1);
      await assertDelivers('promoted', 'Second.');
      await assertDelivers('promoted?version=2', 'Second.');
    });
    it('a rollback is delivered, as JSON too where that was asked for before', async () => {
      const json = { accept: 'application/json' };
      await registry.publish('back', '---\nmodel: acme/a\n---\nFirst.', null);
      await registry.publish('back', 'Second.', 1);
      await registry.promote('back', 1, 'staging');
      await registry.promote('back', 2, 'staging');
      assert.equal((await deliver('back', json)).json.template, 'Second.');
      store.breakAfterCommit();
      await promoteNow('back', 1, 2);
      await assertDelivers('back', 'First.');
      await assertDelivers('back', 'First.', json);
    });
    it('a prompt is delivered with its partials resolved', async () => {
      await registry.publish('_part', 'PART', null);
      await registry.publish('whole', 'Without.', null);
      assert.equal((await deliver('whole?channel=latest')).text, 'Without.');
      store.breakAfterCommit();
      await registry.publish('whole', 'With {{> part}}.', 1);
      await assertDelivers('whole?channel=latest', 'With PART.');
    });
    it('a revoked key is refused', async () => {
      await registry.publish('guarded', 'A text.', null);
      await registry.promote('guarded', 1, 'staging');
      const key = await registry.key('staging', 'reader', 'leaver');
      const by = { authorization: `Bearer ${key}` };
      assert.equal((await deliver('guarded', by)).status, 200);
      store.breakAfterCommit();
      const path = `/v1/keys/${key.split('_')[2]}/revoke`;
      assert.equal((await registry.call('POST', path, undefined, { as: 'staging admin' })).status, 200);
      assert.equal((await deliver('guarded', by)).status, 503, 'it is not known any more');
      store.mend();
      assert.equal((await deliver('guarded', by)).status, 401);
    });
    it('everything matches the database once it is back', async () => {
      await registry.publish('restored', 'First.', null);
      await registry.promote('restored', 1, 'staging');
      store.breakAfterCommit();
      await registry.publish('restored', 'Second.', 1);
      store.mend();
      await promoteNow('restored', 2, 1);
      const answered = await eventually('fresh', async () => {
        const answered = await deliver('restored');
        return answered.headers.get('age') === null ? answered : undefined;
      });
      assert.equal(answered.text, 'Second.');
    });

    /** Without looking anything up first. */
    async function promoteNow(prompt: string, version: number, expected: number): Promise<void> {
      const request = {
        environment: 'staging',
        channel: 'stable',
        version,
        reason: 'For the test',
        expected,
      };
      const path = `/v1/prompts/${prompt}/-/promotions`;
      const { status, text } = await registry.call('POST', path, request, { as: 'staging admin' });
      assert.equal(status, 201, text);
    }
  });

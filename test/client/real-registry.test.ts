import assert from 'node:assert/strict';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { LOG_START, readLog } from '../../src/client/chain-check.ts';
import { DiskVersionCache } from '../../src/client/disk-version-cache.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { parseChannel, STABLE } from '../../src/core/channel.ts';
import { digestOf } from '../../src/core/digest.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem, type ProblemCode } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { aRegistryServer, type RegistryServerForTest } from '../a-registry-server.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { KEY } from './a-client.ts';

const triage = parsePromptName('support/triage');
const [one, two] = [parseVersionNumber(1), parseVersionNumber(2)];
const staging = parseEnvironmentName('staging');
const production = parseEnvironmentName('production');

async function refused(asked: Promise<unknown>, code: ProblemCode): Promise<Problem> {
  let caught: unknown;
  await asked.catch((error: unknown) => {
    caught = error;
  });
  assert.ok(Problem.is(caught), `expected ${code}, got ${String(caught)}`);
  assert.equal(caught.code, code, caught.message);
  return caught;
}

/** Publishes sources in turn, each on the one before. */
async function publishAll(client: RegistryClient, ...sources: readonly string[]): Promise<void> {
  for (const [index, source] of sources.entries()) {
    const base = index === 0 ? null : parseVersionNumber(index);
    await client.publish(triage, { source, message: `version ${index + 1}`, base });
  }
}

/** One registry in process and one over HTTP: a client cannot tell them apart. */
const lives: Record<
  string,
  () => Promise<
    { client: RegistryClient; approver: (environment: string) => Promise<RegistryClient> } & AsyncDisposable
  >
> = {
  'in process': async () => {
    const registry = await anEmbeddedRegistry();
    return {
      client: registry.client(),
      approver: async environment => registry.client(environment),
      [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    };
  },
  'over HTTP': async () => {
    const server: RegistryServerForTest = await aRegistryServer();
    return {
      client: await server.client('development', 'admin'),
      approver: environment => server.client(environment, 'approver'),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

for (const [life, start] of Object.entries(lives)) {
  describe(`a client of the real registry ${life}`, () => {
    it('checks a publication without publishing', async () => {
      await using registry = await start();
      const { client } = registry;
      const request = { source: 'One', message: 'First', base: null };
      const { version, created } = await client.tryPublish(triage, request);
      assert.deepEqual([version.version, version.source, created], [1, 'One', true]);
      await assert.rejects(client.getVersion(triage, version.version), /prompt_not_found|no prompt/);
      await publishAll(client, 'One');
      assert.equal((await client.tryPublish(triage, request)).created, false);
    });
    it('publishes, lists and reads versions', async () => {
      await using registry = await start();
      const { client } = registry;
      await client.health();
      assert.equal((await client.currentKey()).environment, 'development');
      await publishAll(client, 'Hello {{name}}', 'Dear {{name}} — ſ 😀');
      const [listed] = await client.allPrompts();
      assert.equal(listed?.newest.version, 2);
      assert.deepEqual(await client.getPrompt(triage), listed);
      const version = await client.getVersion(triage, two);
      assert.equal(version.source, 'Dear {{name}} — ſ 😀');
      assert.equal(version.digest, digestOf(version.source));
      const page = await client.listVersions(triage, { limit: 1 });
      assert.deepEqual(
        page.data.map(each => each.version),
        [2],
      );
      const next = await client.listVersions(triage, { cursor: page.nextCursor!, limit: 1 });
      assert.deepEqual([next.data.map(each => each.version), next.nextCursor], [[1], null]);
      const batch = await client.batch(['support/triage@1', 'support/triage@9']);
      assert.deepEqual(
        [batch.data.map(each => each.source), batch.missing],
        [['Hello {{name}}'], ['support/triage@9']],
      );
      assert.match((await client.diff(triage, one, two)).diff, /^-Hello \{\{name\}\}$/m);
    });

    it('lists all prompts over many pages', async () => {
      await using registry = await start();
      const names = Array.from({ length: 30 }, (_, index) =>
        parsePromptName(`many/p${String(index).padStart(2, '0')}`),
      );
      for (const name of names)
        await registry.client.publish(name, { source: name, message: '', base: null });
      const listed = await registry.client.allPrompts({ prefix: 'many/' });
      assert.deepEqual(
        listed.map(({ name }) => name),
        names,
      );
      const sources = await registry.client.getSources(listed.map(({ newest }) => newest));
      assert.deepEqual(new Set(sources.values()), new Set<string>(names));
    });

    it('gets the newer version of someone else, and does not publish the same source twice', async () => {
      await using registry = await start();
      await publishAll(registry.client, 'one', 'two');
      const late = { source: 'mine', message: '', base: one };
      const problem = await refused(registry.client.publish(triage, late), 'base_outdated');
      assert.deepEqual(problem.details.newest, { version: 2, digest: digestOf('two') });
      const same = await registry.client.publish(triage, { source: 'two', message: 'again', base: one });
      assert.deepEqual([same.created, same.version.version], [false, 2]);
    });

    it('publishes once per Idempotency-Key, and not something else with the same one', async () => {
      await using registry = await start();
      const request = { source: 'one', message: '', base: null };
      const first = await registry.client.publish(triage, request, undefined, 'the-same');
      assert.deepEqual(await registry.client.publish(triage, request, undefined, 'the-same'), first);
      const other = { ...request, source: 'two' };
      await refused(registry.client.publish(triage, other, undefined, 'the-same'), 'idempotency_key_reused');
    });

    it('gets the positions of errors in a source', async () => {
      await using registry = await start();
      const request = { source: 'Hello\n{{#if a}}', message: '', base: null };
      const problem = await refused(registry.client.publish(triage, request), 'invalid_source');
      assert.deepEqual([problem.details.issues?.[0]?.line, problem.details.issues?.[0]?.column], [2, 1]);
    });

    it('promotes, delivers and rolls back', async () => {
      await using registry = await start();
      await publishAll(registry.client, 'one', 'two');
      for (const name of ['staging', 'production']) {
        const approver = await registry.approver(name);
        const environment = parseEnvironmentName(name);
        const move = { environment, channel: STABLE, version: one, reason: 'because' };
        const promotion = await approver.promote(triage, { ...move, expected: null });
        assert.deepEqual([promotion.state, promotion.from, promotion.rollback], ['applied', null, false]);
        assert.deepEqual(await approver.getPromotion(promotion.id), promotion);
        await refused(
          approver.promote(triage, { ...move, version: two, expected: two }),
          'pointer_moved',
        ).then(problem => assert.equal(problem.details.current, 1));
        assert.equal((await approver.deliver(triage)).template, 'one');
        await approver.promote(triage, { ...move, version: two, expected: one });
        assert.equal((await approver.deliver(triage)).template, 'two');
        const back = await approver.promote(triage, { ...move, expected: two });
        assert.equal(back.rollback, true);
        assert.equal((await approver.deliver(triage)).reference, 'support/triage@1');
        const { data } = await approver.listPromotions({ environment, prompt: triage });
        assert.deepEqual(
          data.map(each => each.version),
          [1, 2, 1],
        );
      }
      await refused(
        registry.client.deliver(triage, { channel: parseChannel('canary') }),
        'channel_not_served',
      );
    });

    it('revalidates earlier deliveries', async () => {
      await using registry = await start();
      await publishAll(registry.client, 'one');
      const what = { channel: parseChannel('latest') };
      const first = await registry.client.deliver(triage, what);
      assert.equal(await registry.client.deliver(triage, what), first, 'the very object: a 304 has no body');
      await registry.client.publish(triage, { source: 'two', message: '', base: one });
      assert.equal((await registry.client.deliver(triage, what)).template, 'two');
    });

    it('renders, and gets the names of missing inputs', async () => {
      await using registry = await start();
      await publishAll(registry.client, '---\ninput:\n  schema:\n    name: string\n---\nHello {{name}}');
      const { messages } = await registry.client.render(triage, { input: { name: 'Ada' }, version: one });
      assert.deepEqual(messages[0]?.content, [{ text: 'Hello Ada' }]);
      const problem = await refused(registry.client.render(triage, { version: one }), 'missing_input');
      assert.deepEqual(problem.details.missing, ['name']);
    });

    it('archives and restores', async () => {
      await using registry = await start();
      await publishAll(registry.client, 'one');
      assert.equal((await registry.client.archive(triage, 'old')).archived, true);
      assert.deepEqual(await registry.client.allPrompts(), []);
      assert.equal((await registry.client.allPrompts({ archived: true })).length, 1);
      const request = { source: 'two', message: '', base: one };
      await refused(registry.client.publish(triage, request), 'prompt_archived');
      assert.equal((await registry.client.restore(triage, 'needed')).archived, false);
    });

    it('reads environments, and sets one', async () => {
      await using registry = await start();
      const environments = await registry.client.listEnvironments();
      assert.deepEqual(
        environments.map(({ name }) => name),
        ['development', 'staging', 'production'],
      );
      const [development] = environments;
      const policy = { ...development!.policy, serves: [STABLE] };
      const set = await registry.client.putEnvironment(development!.name, policy);
      assert.deepEqual(set, { name: development!.name, policy });
    });

    it('verifies the whole chain of the log, and continues from there', async () => {
      await using registry = await start();
      await publishAll(registry.client, 'one', 'two', 'three');
      let position = LOG_START;
      let count = 0;
      for await (const page of readLog(registry.client, LOG_START, undefined, 2)) {
        position = page.position;
        count += page.events.length;
      }
      assert.equal(position.head.seq, count);
      assert.ok(count >= 6);
      await registry.client.archive(triage, 'old');
      const after = await Array.fromAsync(readLog(registry.client, position));
      assert.deepEqual(
        after.flatMap(page => page.events.map(event => event.kind)),
        ['prompt.archived'],
      );
    });

    it('waits for a change, and is canceled while it waits', async () => {
      await using registry = await start();
      const { cursor } = await registry.client.changes({ limit: 1000 });
      const waiting = registry.client.changes({ after: cursor, wait: 20 });
      await publishAll(registry.client, 'one');
      assert.deepEqual(
        (await waiting).events.map(event => event.kind),
        ['version.published'],
      );
      const abort = new AbortController();
      const canceled = registry.client.changes({ after: (await waiting).cursor, wait: 20 }, abort.signal);
      setTimeout(() => abort.abort(), 30);
      await assert.rejects(canceled, error => RegistryUnreachable.is(error, 'cancelled'));
    });

    it('gets errors for what does not exist', async () => {
      await using registry = await start();
      await refused(registry.client.getPrompt(triage), 'prompt_not_found');
      await publishAll(registry.client, 'one');
      await refused(registry.client.getVersion(triage, two), 'version_not_found');
      await refused(registry.client.getPromotion('none'), 'promotion_not_found');
      await refused(registry.client.deliver(triage), 'channel_unset');
    });
  });
}

describe('the keys of a real registry', () => {
  it('are created, shown once, listed and revoked', async () => {
    await using server = await aRegistryServer();
    const admin = await server.client('staging', 'admin');
    const created = await admin.createKey({ environment: staging, role: 'reader', actor: 'checkout' });
    const reader = new RegistryClient({ url: server.url, key: created.key });
    assert.equal((await reader.currentKey()).actor, 'checkout');
    const { data } = await admin.listKeys();
    assert.ok(data.some(({ id }) => id === created.id));
    assert.ok(!JSON.stringify(data).includes(created.key));
    assert.notEqual((await admin.revokeKey(created.id)).revokedAt, null);
    await refused(reader.currentKey(), 'key_revoked');
    await refused(
      admin.createKey({ environment: production, role: 'reader', actor: 'x' }),
      'wrong_environment',
    );
  });

  it('have separate errors: unknown, expired, role too low, wrong environment', async () => {
    let now = new Date('2026-11-01T10:00:00.000Z');
    await using server = await aRegistryServer(() => now);
    await refused(new RegistryClient({ url: server.url, key: KEY }).currentKey(), 'key_unknown');
    const key = await server.key('development', 'reader', 'x', '2026-11-02T10:00:00.000Z');
    now = new Date('2026-11-03T10:00:00.000Z');
    await refused(new RegistryClient({ url: server.url, key }).currentKey(), 'key_expired');
    const reader = await server.client('production', 'reader');
    await refused(reader.allPrompts(), 'role_too_low');
    const author = await server.client('production', 'author');
    await refused(author.publish(triage, { source: 'x', message: '', base: null }), 'publishing_not_allowed');
    const approver = await server.client('staging', 'approver');
    await publishAll(await server.client('development', 'author'), 'one');
    const move = { environment: production, channel: STABLE, version: one, reason: 'x', expected: null };
    await refused(approver.promote(triage, move), 'wrong_environment');
  });

  it('do not appear in the server’s log or in errors', async () => {
    await using server = await aRegistryServer();
    const key = await server.key('development', 'reader');
    const client = new RegistryClient({ url: server.url, key });
    const problem = await refused(client.allPrompts(), 'role_too_low');
    assert.ok(!JSON.stringify([problem, problem.message, server.logged]).includes(key.slice(-20)));
  });
});

describe('a registry that goes down', () => {
  it('leaves fetched versions readable, and reports what it cannot do', async () => {
    await using folder = await temporaryFolder();
    await using server = await aRegistryServer();
    const options = { cache: new DiskVersionCache(new CacheFolder(folder.path)), retry: { retries: 0 } };
    const client = await server.client('development', 'author', options);
    await publishAll(client, 'one', 'two');
    const version = await client.getVersion(triage, two);
    await server.stop();
    assert.deepEqual(await client.getVersion(triage, two), version);
    assert.equal(await client.getSource(version), 'two');
    await assert.rejects(client.publish(triage, { source: 'three', message: '', base: two }), error =>
      RegistryUnreachable.is(error, 'offline'),
    );
  });
});

/** Writes that share a transaction read the same rows together as each would read by itself. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Client } from 'pg';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { authorizedWrite } from '../../src/registry/access/authorized-write.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { revokeKey } from '../../src/registry/access/keys.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { setEnvironment } from '../../src/registry/environments.ts';
import { doneOnce } from '../../src/registry/http/idempotency.ts';
import { setArchived } from '../../src/registry/prompts/archive.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish, publishAhead } from '../../src/registry/prompts/publish.ts';
import { eventsAfter, logHead } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

const ENVIRONMENTS = defaultEnvironments(0);
const [DEVELOPMENT] = ENVIRONMENTS;
const ACTORS = ['ana', 'ben'] as const;

type Operation =
  | {
      readonly kind: 'publish';
      readonly by: number;
      readonly name: string;
      readonly base: number | null;
      readonly source: string;
      readonly repeatable: string | null;
    }
  | { readonly kind: 'archive'; readonly name: string; readonly archived: boolean }
  | { readonly kind: 'revoke'; readonly of: number }
  | { readonly kind: 'policy'; readonly publishes: boolean };

const name = fc.constantFrom('a', 'b', 'c', 'C');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      by: fc.constantFrom(0, 1),
      name,
      base: fc.constantFrom(null, 1, 1, 2),
      source: fc.constantFrom('One', 'Two', 'Three'),
      repeatable: fc.constantFrom(null, 'x', 'y'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('archive' as const), name, archived: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), of: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), publishes: fc.boolean() }) },
);

const own = { kind: 'publish', by: 0, name: 'a', base: 1, source: 'Two', repeatable: 'x' } as const;
/** Each ends with a write that reads what one before it has changed. */
const EXAMPLES: Operation[][] = [
  [own, { ...own, base: 2, source: 'Three', repeatable: 'y' }],
  [own, own],
  [own, { ...own, name: 'b' }],
  [{ kind: 'archive', name: 'a', archived: true }, own],
  [{ kind: 'revoke', of: 0 }, own],
  [{ kind: 'policy', publishes: false }, own],
  [
    { ...own, repeatable: null },
    { ...own, by: 1, source: 'Three' },
  ],
  [
    { ...own, name: 'c', base: null },
    { ...own, name: 'C', base: null, repeatable: 'y' },
  ],
];

/** A registry with a key for each actor and the prompts `a` and `b`, and what comes of each operation in it. */
async function begin(store: Store, prefix: string) {
  assert.ok(DEVELOPMENT);
  const environment = DEVELOPMENT.name;
  const keys: string[] = [];
  for (const actor of ACTORS) {
    const made = await createKey(store, { environment, role: 'admin', actor, expiresAt: null });
    keys.push(made.id);
  }
  await store.write(transaction => setEnvironment(transaction, store.now, COMMAND_LINE, DEVELOPMENT));

  async function outcomeOf(one: Operation): Promise<string> {
    try {
      return await done(one);
    } catch (error) {
      if (!Problem.is(error)) throw error;
      return error.code;
    }
  }
  async function done(one: Operation): Promise<string> {
    if (one.kind === 'publish') {
      const { by, base, source, repeatable } = one;
      const caller = { actor: ACTORS[by] ?? '', key: keys[by] ?? '', environment, role: 'author' } as const;
      const write = authorizedWrite(store, caller, 'author');
      const name = parsePromptName(`${prefix}/${one.name}`);
      const call = {
        store,
        write,
        caller,
        repeatable: { idempotencyKey: repeatable, fingerprint: JSON.stringify([name, base, source]) },
      };
      const { status, body } = await doneOnce(
        call,
        async (transaction, keeping) => {
          const prepared = PREPARED.get(source);
          assert.ok(prepared);
          const request = { message: 'Tried', base: base as VersionNumber | null };
          const { version, created } = await publish(
            transaction,
            store.now,
            caller,
            name,
            prepared,
            request,
            published => keeping({ status: 201, body: published.version.version }),
          );
          return { status: created ? 201 : 200, body: version.version };
        },
        publishAhead(name),
      );
      return `${status} ${body}`;
    }
    await store.write(async transaction => {
      const author = { ...COMMAND_LINE, environment, role: 'admin' } as const;
      if (one.kind === 'archive')
        await setArchived(
          transaction,
          store.now,
          author,
          parsePromptName(`${prefix}/${one.name}`),
          one.archived,
          'Tried',
        );
      else if (one.kind === 'revoke') await revokeKey(transaction, store.now, author, keys[one.of] ?? '');
      else {
        const { policy } = DEVELOPMENT ?? assert.fail();
        const changed = { ...policy, publishes: one.publishes };
        await setEnvironment(transaction, store.now, author, { name: environment, policy: changed });
      }
    });
    return 'done';
  }

  for (const name of ['a', 'b'])
    await outcomeOf({ kind: 'publish', by: 1, name, base: null, source: 'One', repeatable: null });
  const { seq: start } = await store.read(logHead);
  const events = async () =>
    (await store.read(snapshot => eventsAfter(snapshot, start, 1000))).map(
      ({ seq, kind, actor, prompt, version }) => [seq, kind, actor, prompt, version],
    );
  return { outcomeOf, events };
}

const PREPARED = new Map<string, Awaited<ReturnType<typeof prepareSource>>>();
before(async () => {
  for (const source of ['One', 'Two', 'Three'])
    PREPARED.set(source, await prepareSource(parsePromptName('a'), source));
});

describe('writes that share a transaction', () => {
  it('come to the same as one after the other, whatever they change of what the next one reads', async () => {
    await using database = await aReusedDatabase();
    await using folder = await temporaryFolder();
    const shared = await openDatabase(database.url, { environments: ENVIRONMENTS, patience: PATIENT });
    const single = await openDataFolder(folder.path, { environments: ENVIRONMENTS });
    let run = 0;
    const seen = new Set<string>();
    try {
      await fc.assert(
        // One that is refused has all of them done once more, each by itself, so there are few.
        fc.asyncProperty(fc.array(operation, { minLength: 2, maxLength: 4 }), async operations => {
          const prefix = `run-${++run}`;
          const together = await begin(shared, prefix);
          const inTurns = await begin(single, prefix);
          const outcomes = await Promise.all(operations.map(together.outcomeOf));
          const expected: string[] = [];
          for (const one of operations) expected.push(await inTurns.outcomeOf(one));
          assert.deepEqual(outcomes, expected);
          assert.deepEqual(await together.events(), await inTurns.events());
          for (const outcome of expected) seen.add(outcome);
        }),
        { numRuns: runs(1000, 40), examples: EXAMPLES.map(operations => [operations]) },
      );
    } finally {
      await shared.close();
      await single.close();
    }
    for (const outcome of ['201 1', '201 2', 'base_outdated', 'prompt_archived', 'key_revoked', 'name_taken'])
      assert.ok(seen.has(outcome), `${outcome} was among ${[...seen].join(', ')}`);
  });
});

describe('publications at once', () => {
  it('are asked of the database in four statements for all of them, and one for each', async () => {
    await using database = await aReusedDatabase();
    const store = await openDatabase(database.url, { environments: ENVIRONMENTS, patience: PATIENT });
    const asked: string[] = [];
    const { query } = Client.prototype;
    try {
      const { outcomeOf } = await begin(store, 'run');
      const all = (base: number | null, source: string) =>
        Promise.all(
          ['a', 'b', 'c', 'd'].map((name, index) =>
            outcomeOf({ kind: 'publish', by: index % 2, name, base, source, repeatable: `${name} ${base}` }),
          ),
        );
      await all(null, 'One');
      Client.prototype.query = function (this: Client, ...given: unknown[]) {
        asked.push((given[0] as { readonly text: string }).text);
        return Reflect.apply(query, this, given);
      } as typeof query;
      assert.deepEqual(await all(1, 'Two'), Array(4).fill('201 2'));
    } finally {
      Client.prototype.query = query;
      await store.close();
    }
    // Another connection waits for notifications.
    const own = asked.filter(text => !text.startsWith('SELECT revision') && !text.startsWith('LISTEN'));
    assert.deepEqual(
      own.map(
        text =>
          /^(?:start transaction[^;]*;\s+UPDATE|SELECT|WITH|commit)/.exec(text)?.[0].replace(/\s+/g, ' ') ??
          text,
      ),
      [
        'start transaction isolation level read committed; UPDATE',
        'SELECT',
        ...Array(4).fill('WITH'),
        'commit',
      ],
    );
  });
});

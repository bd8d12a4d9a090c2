/** A database may end any connection after anything it says there: nothing waits for it for ever, and no process ends by it. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { Problem } from '../../src/core/problem.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { DatabaseProblem } from '../../src/registry/database-problem.ts';
import { verifyLog } from '../../src/registry/store/verify.ts';
import { MESSAGE_STRIDE } from '../faults/counts.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';
import { aProxy } from './a-proxy.ts';

/** As a connection is made and a version is published there are fewer messages than that. */
const MESSAGES = 60;
/** Versions within which a connection that is there has said as much. */
const MOST = 300;
const EACH = MESSAGE_STRIDE === 1 ? 'any' : `every ${MESSAGE_STRIDE}th`;

describe('a connection that the database ends', () => {
  it(`after ${EACH} message of those that open a registry: it is opened, or refused with the reason`, async () => {
    await using database = await aReusedDatabase();
    await using proxy = await aProxy(database.asServer);
    await (await openDatabase(database.asServer, { patience: PATIENT })).close();
    /** Returns whether the connection was there to end. */
    async function opening(which: number, after: number): Promise<boolean> {
      proxy.endConnection(which, after);
      try {
        const url = proxy.through(database.asServer);
        await (await openDatabase(url, { patience: PATIENT })).close();
      } catch (error) {
        assert.ok(
          DatabaseProblem.is(error, 'unreachable'),
          `connection ${which}, message ${after}: ${error}`,
        );
      }
      step(`connection ${which}, message ${after}`);
      return proxy.hasEnded();
    }
    const counts: number[] = [];
    for (let which = 1; await opening(which, 0); which++) {
      let after = 1;
      while (await opening(which, after)) after += MESSAGE_STRIDE;
      counts.push(after);
    }
    // The migration's, the one that watches, and the one that reads the end of the log by a cursor.
    assert.equal(counts.length, 3);
    assert.ok(
      counts.every(count => count > 20),
      `Messages: ${counts}`,
    );
  });

  it(`after ${EACH} of ${MESSAGES} messages of each connection as versions are published: each is published once`, async () => {
    await using database = await aReusedDatabase();
    await using proxy = await aProxy(database.asServer);
    const environments = defaultEnvironments(0);
    const url = proxy.through(database.asServer);
    const store = await openDatabase(url, { environments, connections: 1, patience: PATIENT });
    await using registry = await aRegistry({ store });
    let published = 0;
    let missed = 0;
    async function publish(): Promise<void> {
      const headers = { 'Idempotency-Key': `publish-${published + 1}` };
      const body = { source: `text ${published + 1}`, message: '', base: published || null };
      for (;;) {
        const { status, text } = await registry.call('POST', '/v1/prompts/p/-/versions', body, { headers });
        if (status === 201) break;
        assert.equal(status, 503, text);
      }
      published++;
    }
    await publish();
    // Of the two that are made again, the one that watches and the one that reads and writes.
    for (const which of [1, 2])
      for (let after = 0; after < MESSAGES; after += MESSAGE_STRIDE) {
        proxy.endConnection(which, after);
        proxy.cutAll();
        // One that was under way as the others were cut may be counted in its place, and say little more.
        for (let more = 0; more < MOST && !proxy.hasEnded(); more++) await publish();
        if (!proxy.hasEnded()) missed++;
        step(`connection ${which}, message ${after}`);
      }
    await publish();
    assert.ok(missed <= MESSAGES / MESSAGE_STRIDE / 4, `${missed} connections were not ended.`);
    const { json } = await registry.call('GET', '/v1/prompts/p/-/versions?limit=500');
    assert.equal(json.data.length, published);
    await verifyLog(store);
  });

  for (const reader of ['goes on', 'has enough'])
    it(`because it says nothing more of many rows, as their reader ${reader}, is not waited for`, async () => {
      await using database = await aReusedDatabase();
      await using proxy = await aProxy(database.asServer);
      const wait = patience(500);
      const short = { rows: wait, answer: wait, watch: wait, connect: wait };
      const url = proxy.through(database.asServer);
      const store = await openDatabase(url, { patience: { ...PATIENT, ...short } });
      try {
        const reading = store.read(async snapshot => {
          for await (const _ of snapshot.selectFrom('events').select('seq').stream(1)) {
            proxy.holdAnswers(true);
            if (reader === 'has enough') break;
          }
        });
        await assert.rejects(reading, error => Problem.is(error, 'unavailable'));
      } finally {
        proxy.holdAnswers(false);
        await store.close();
      }
    });
});

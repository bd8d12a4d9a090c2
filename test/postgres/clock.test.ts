/** A registry on a database follows the database's clock, whatever those of its servers say. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { acceptClock } from '../../src/registry/proof/accept-clock.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { aRegistry, ask, assertProblem } from '../registry/a-registry.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const environments = defaultEnvironments(0);
const NEW_KEY = {
  environment: parseEnvironmentName('development'),
  role: 'reader',
  actor: 'app',
  expiresAt: null,
} as const;

describe('a wrong clock beside a database', () => {
  let database: Awaited<ReturnType<typeof aReusedDatabase>>;
  let open: Store[];
  beforeEach(async () => {
    [database, open] = [await aReusedDatabase(), []];
  });
  afterEach(async () => {
    for (const store of open) await store.close();
    await database[Symbol.asyncDispose]();
  });

  async function opened(options: Parameters<typeof openDatabase>[1] = {}): Promise<Store> {
    const store = await openDatabase(database.asServer, {
      ...{ environments, connections: 2, patience: PATIENT },
      ...options,
    });
    open.push(store);
    return store;
  }
  const ahead = (ms: number) => () => new Date(Date.now() + ms);
  const newest = async (store: Store): Promise<number> => {
    const { at } = await store.read(snapshot =>
      snapshot.selectFrom('events').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow(),
    );
    return Date.parse(at);
  };

  it('of one server, 400 days ahead, shifts nothing and brings nothing forward', async () => {
    await using registry = await aRegistry({ store: await opened() });
    open = [];
    await registry.publish('p', 'text', null);
    const planned = await registry.call(
      'POST',
      '/v1/prompts/p/-/promotions',
      {
        ...{
          environment: 'development',
          channel: 'stable',
          version: 1,
          reason: 'Next month',
          expected: null,
        },
        effectiveAt: new Date(Date.now() + 31 * DAY).toISOString(),
      },
      { as: 'development admin' },
    );
    assert.equal(planned.status, 202, planned.text);
    const wrong = await opened({ machineClock: ahead(400 * DAY) });
    await createKey(wrong, NEW_KEY);
    assert.ok(Math.abs((await newest(wrong)) - Date.now()) < HOUR);
    const schedule = promotionSchedule({ store: wrong, onFault: () => {} });
    await schedule.applyDue();
    await schedule.close();
    const state = (await registry.call('GET', `/v1/promotions/${planned.json.id}`)).json.state;
    assert.equal(state, 'planned');
  });

  it('of one server, a year behind, revives no key that has expired', async () => {
    const right = await opened();
    const expiresAt = new Date(Date.now() + patience(2_000)).toISOString();
    const { key } = await createKey(right, { ...NEW_KEY, expiresAt });
    await using wrong = await aRegistry({ store: await opened({ machineClock: ahead(-365 * DAY) }) });
    open.pop();
    const headers = { authorization: `Bearer ${key}` };
    for (;;) {
      const answered = await ask(wrong.url, 'GET', '/v1/prompts/p', undefined, headers);
      if (answered.json?.code === 'prompt_not_found') continue;
      assertProblem(answered, 401, 'key_expired');
      break;
    }
  });

  it('of which nobody knows whose it is writes nothing until an operator says so, or it is right again', async () => {
    const before = await opened({ now: ahead(-2 * HOUR) });
    await createKey(before, NEW_KEY);
    const between = await opened({ machineClock: ahead(-400 * DAY) });
    await assert.rejects(createKey(between, NEW_KEY), {
      code: 'unavailable',
      message: /database is 400 days ahead of the clock of this machine.*accept-clock/,
    });
    assert.ok((await newest(between)) < Date.now() - HOUR);
    const accepted = await acceptClock(between, COMMAND_LINE, 'The database is right');
    assert.ok(accepted !== null);
    assert.equal(await acceptClock(between, COMMAND_LINE, 'Once more'), null);
    await createKey(between, NEW_KEY);
    assert.ok(Math.abs((await newest(between)) - Date.now()) < HOUR);
  });
});

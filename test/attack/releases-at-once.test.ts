/** Many people at once: releases are asked for, decided, superseded and due while owners, policies, keys and prompts change. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { aGovernedRegistry, type GovernedRegistry } from '../registry/a-governed-registry.ts';
import type { Answered, Json } from '../registry/a-registry.ts';
import { runs } from '../runs.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const APPROVERS = ['ada', 'bo', 'cy', 'dana'].map(name => `production approver ${name}`);
const TEXTS = ['', '* @ada @bo', 'a @ada\nb @bo @cy', '** @cy @ada'];
/** What is done at once. */
const SIZE = 8;

describe('releases decided concurrently', () => {
  it('leave a log that verifies, and are complete where they go live as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 900, maxLength: 900 }), async numbers => {
        await using governed = await aGovernedRegistry();
        await publishAll(governed);
        const choices = numbers.values();
        const choose = (count: number): number => (choices.next().value ?? 0) % count;
        for (let round = 0; round < 10; round++) {
          const known = await state(governed);
          const answers = await Promise.all(
            Array.from({ length: SIZE }, () => action(governed, known, choose)),
          );
          for (const answered of answers) assert.ok((answered?.status ?? 0) < 500, answered?.text);
          governed.clock.now += choose(30);
        }
        await verifyRegistry(governed.registry.store);
        for (const { id, atomic, counts } of (await state(governed)).releases)
          if (atomic) assert.equal(Object.keys(counts).length, 1, `${id}: ${JSON.stringify(counts)}`);
      }),
      { numRuns: runs(8, 1) },
    );
  });
});

async function publishAll({ registry }: GovernedRegistry): Promise<void> {
  for (const name of NAMES)
    for (const version of [1, 2]) {
      const as = `development author ${version === 1 ? 'dana' : 'eve'}`;
      await registry.publish(name, `${name} ${version}`, version === 1 ? null : 1, { as });
      await registry.promote(name, version, 'staging');
    }
  for (const as of APPROVERS) await registry.key('production', 'approver', as.split(' ')[2]);
}

interface State {
  readonly releases: readonly Json[];
  readonly promotions: readonly Json[];
  readonly owners: Json;
  readonly live: ReadonlyMap<string, number | null>;
}

async function state({ registry }: GovernedRegistry): Promise<State> {
  const get = async (path: string) => (await registry.call('GET', path)).json;
  const prompts: readonly Json[] = (await get('/v1/prompts?archived=true')).data;
  return {
    releases: (await get('/v1/releases?limit=10')).data,
    promotions: (await get('/v1/promotions?limit=10')).data,
    owners: await get('/v1/environments/production/owners'),
    live: new Map(
      prompts.map(({ name, pointers }) => [
        name,
        pointers.find((each: Json) => each.environment === 'production')?.version ?? null,
      ]),
    ),
  };
}

async function action(
  governed: GovernedRegistry,
  { releases, promotions, owners, live }: State,
  choose: (count: number) => number,
): Promise<Answered | undefined> {
  const { registry } = governed;
  const one = <T>(all: readonly T[]): T => all[choose(all.length)] as T;
  const post = (path: string, body: object, as: string) => registry.call('POST', path, body, { as });
  switch (choose(12)) {
    case 0:
    case 1:
    case 2: {
      const names = NAMES.filter(() => choose(2) === 0);
      const items = (names.length === 0 ? NAMES : names).map(prompt => ({
        ...{ prompt, version: 1 + choose(2), from: live.get(prompt) ?? null },
      }));
      const time = choose(2) === 0 ? {} : { effectiveAt: governed.hence(1 + choose(60)) };
      const how = { environment: 'production', channel: 'stable', reason: 'Now', atomic: choose(3) > 0 };
      return post('/v1/releases', { ...how, ...time, items }, one(['production author rae', ...APPROVERS]));
    }
    case 3:
    case 4:
    case 5:
      if (releases.length === 0) return undefined;
      return post(`/v1/releases/${one(releases).id}/approve`, {}, one(APPROVERS));
    case 6:
      if (releases.length === 0) return undefined;
      return post(`/v1/releases/${one(releases).id}/${one(['reject', 'cancel'])}`, {}, 'production admin');
    case 7:
      if (promotions.length === 0) return undefined;
      return post(`/v1/promotions/${one(promotions).id}/${one(['approve', 'reject'])}`, {}, one(APPROVERS));
    case 8:
      return post(`/v1/prompts/${one(NAMES)}/-/${one(['archive', 'restore'])}`, {}, 'development admin');
    case 9: {
      const path = '/v1/environments/production/owners';
      if (owners.waiting !== null) return post(`${path}/${owners.waiting.id}/approve`, {}, one(APPROVERS));
      const expected = owners.current?.id ?? null;
      return post(path, { text: one(TEXTS), reason: 'Teams', expected }, 'production admin');
    }
    case 10:
      await governed.policy({ approvals: choose(3), authorsMayApprove: choose(2) === 0 });
      return undefined;
    default:
      governed.clock.now += choose(40);
      await governed.scheduled();
      return undefined;
  }
}

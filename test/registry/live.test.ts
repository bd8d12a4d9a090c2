/** What was live: right at every boundary, whatever the clock did. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

const START = Date.parse('2026-09-12T14:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();

describe('the history of live versions', () => {
  let registry: RegistryForTest;
  let clock = START;
  let promotions: readonly Json[];
  before(async () => {
    registry = await aRegistry({ now: () => new Date(clock), environments: defaultEnvironments(0) });
    for (let version = 0; version < 4; version++) {
      clock = START + version * 1000;
      await registry.publish(
        'fees/quote',
        `---\nmodel: m\n---\nText ${version + 1}: {{mail}}`,
        version || null,
      );
    }
    promotions = [
      await promoteAt(START + 10_000, 1),
      await promoteAt(START + 20_000, 2),
      await promoteAt(START + 40_000, 3),
      await promoteAt(START + 50_000, 4),
      await promoteAt(START + 50_000, 1),
      await promoteAt(START + 50_000, 2),
      await promoteAt(START + 60_000, 4),
    ];
    await promoteAt(START + 80_000, 2, 'canary');
    clock = START + 90_000;
  });
  after(() => registry[Symbol.asyncDispose]());

  const live = (query: string, prompt = 'fees/quote') =>
    registry.call('GET', `/v1/prompts/${prompt}/-/live?${query}`, undefined, { as: 'production approver' });
  const promoteAt = async (ms: number, version: number, channel = 'stable'): Promise<Json> => {
    clock = ms;
    return registry.promote('fees/quote', version, 'development', channel);
  };
  const answerOf = async (at: number, channel = 'stable'): Promise<Json> => {
    clock = Math.max(clock, at);
    const { status, json } = await live(`environment=development&channel=${channel}&at=${iso(at)}`);
    return status === 200 ? json : json.code;
  };

  it('gives the version, who made it live, why, from when until when, and the event that proves it', async () => {
    const [first] = promotions;
    const { status, json } = await live(`environment=development&at=${iso(START + 15_000)}`);
    assert.equal(status, 200);
    const { event, promotion, ...rest } = json;
    assert.deepEqual(rest, {
      prompt: 'fees/quote',
      environment: 'development',
      channel: 'stable',
      at: iso(START + 15_000),
      version: 1,
      digest: rest.digest,
      text: 'Text 1: {{mail}}',
      source: '---\nmodel: m\n---\nText 1: {{mail}}',
      from: iso(START + 10_000),
      until: iso(START + 20_000),
    });
    assert.deepEqual(promotion, first);
    const { json: changes } = await registry.call('GET', '/v1/changes?limit=1000');
    const proof = changes.events.find((one: Json) => one.seq === event.seq);
    assert.equal(proof.hash, event.hash);
    assert.equal(proof.kind, 'promotion.applied');
    assert.equal(proof.data.promotion, first.id);
    const now = await live('environment=development');
    assert.deepEqual(
      [now.json.version, now.json.until, now.json.promotion.id],
      [4, null, promotions.at(-1).id],
      'what is live now',
    );
  });

  it('assigns the instant of a promotion to the new version, and the instant before to the old', async () => {
    assert.equal((await answerOf(START + 39_999)).version, 2);
    assert.equal((await answerOf(START + 40_000)).version, 3);
  });

  it('uses the last of several promotions within a millisecond', async () => {
    const answer = await answerOf(START + 50_000);
    assert.equal(answer.version, 2);
    assert.equal(answer.from, iso(START + 50_000));
    assert.equal((await answerOf(START + 49_999)).version, 3);
  });

  it('never runs backwards when the clock is set back an hour', async () => {
    let ownClock = START + 60_000;
    await using own = await aRegistry({ now: () => new Date(ownClock) });
    const liveThere = (query: string) =>
      own.call('GET', `/v1/prompts/p/-/live?environment=development${query}`, undefined, {
        as: 'production approver',
      });
    await own.publish('p', 'one', null);
    await own.publish('p', 'two', 1);
    await own.promote('p', 1, 'development');
    ownClock = START - 3_600_000;
    await own.promote('p', 2, 'development');
    const answer = await liveThere('');
    assert.equal(answer.json.version, 2);
    assert.equal(answer.json.from, iso(START + 60_000), "at the log's time, which stood still");
    assert.equal((await liveThere(`&at=${iso(START + 60_000)}`)).json.version, 2);
    assertProblem(
      await liveThere(`&at=${iso(START + 60_001)}`),
      422,
      'invalid_request',
      /is in the future: for this registry it is 2026-09-12T14:01:00.000Z/,
    );
  });

  it('says before the first promotion when it was, or that there was none', async () => {
    const early = await live(`environment=development&at=${iso(START)}`);
    assertProblem(
      early,
      404,
      'not_live_yet',
      /no version .* was live .* yet\. The first became live at 2026/,
    );
    assert.equal(early.json.firstLiveAt, iso(START + 10_000));
    const never = await live('environment=production');
    assertProblem(never, 404, 'not_live_yet', /has never been live on the channel "stable" of production/);
    assert.equal(never.json.firstLiveAt, null);
  });

  it("uses publications for latest, and each channel's own promotions for others", async () => {
    assert.equal(await answerOf(START - 1, 'latest'), 'not_live_yet');
    const second = await answerOf(START + 1999, 'latest');
    assert.deepEqual([second.version, second.promotion, second.until], [2, null, iso(START + 2000)]);
    assert.equal((await answerOf(START + 2000, 'latest')).version, 3);
    assert.equal((await answerOf(START + 9000, 'latest')).until, null);
    assert.equal((await answerOf(START + 80_000, 'canary')).version, 2);
    assert.equal((await answerOf(START + 80_000)).version, 4);
  });

  it('accepts any offset and any number of digits of a second', async () => {
    const at = '2026-09-12T16:00:39.9999%2B02:00';
    const { json } = await live(`environment=development&at=${at}`);
    assert.deepEqual([json.at, json.version], [iso(START + 39_999), 2]);
  });

  for (const [query, code, status, detail] of [
    ['at=2026-09-12T14:00:00Z', 'invalid_request', 422, /environment/],
    ['environment=nowhere', 'environment_not_found', 404, /There are: development/],
    ['environment=development&at=yesterday', 'invalid_request', 422, /RFC 3339/],
    ['environment=development&at=2026-09-12T16:00:00+02:00', 'invalid_request', 422, /"\+" is written %2B/],
    ['environment=development&at=2026-02-30T00:00:00Z', 'invalid_request', 422, /RFC 3339/],
    ['environment=development&at=2026-09-12', 'invalid_request', 422, /RFC 3339/],
    ['environment=development&time=2026', 'invalid_request', 422, /time/],
  ] as const)
    it(`refuses ?${query}`, async () => assertProblem(await live(query), status, code, detail));

  it('does not find other prompts, and refuses readers', async () => {
    assertProblem(await live('environment=development', 'no/such'), 404, 'prompt_not_found');
    const reader = await registry.call(
      'GET',
      '/v1/prompts/fees/quote/-/live?environment=production',
      undefined,
      { as: 'production reader' },
    );
    assertProblem(reader, 403, 'role_too_low');
  });

  it('agrees with the list of promotions at every instant', async () => {
    // Many may be within one millisecond, and the clock may go back.
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: -3, max: 3 }), version: fc.integer({ min: 1, max: 4 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async moves => {
        const channel = `run-${++run}`;
        // From here on the log's time is this clock's.
        await registry.promote('fees/quote', 1, 'development', `before-${channel}`);
        const begun = clock;
        let logged = clock;
        const model: { at: number; version: number }[] = [];
        for (const { wait, version } of moves) {
          clock += wait;
          if (model.at(-1)?.version === version) continue;
          await registry.promote('fees/quote', version, 'development', channel);
          logged = Math.max(logged, clock);
          model.push({ at: logged, version });
        }
        clock = Math.max(clock, logged);
        for (let at = begun - 1; at <= clock; at++) {
          const expected = model.findLast(each => each.at <= at)?.version ?? 'not_live_yet';
          const answer = await answerOf(at, channel);
          assert.equal(answer.version ?? answer, expected, `${channel} at ${iso(at)}`);
        }
      }),
      { numRuns: runs(12, 4) },
    );
  });
});

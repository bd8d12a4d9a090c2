import assert from 'node:assert/strict';
import { drillMarkdown } from '../../src/client/drill-report.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { DrillRefused, type DrillReport, planDrill, runDrill } from '../../src/client/rollback-drill.ts';
import { STABLE } from '../../src/core/channel.ts';
import { drillEnvironments } from '../../src/core/drill-environments.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { HIDDEN_CHARACTERS } from '../hostile-text.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';

const PROMPT = parsePromptName('support/triage');
const staging = parseEnvironmentName('staging');
const PLACE = { prompt: PROMPT, environment: staging, channel: STABLE };

/** What becomes of a request: `lost` is one that arrives and whose answer does not come back. */
type Weather = (method: string, path: string) => 'pass' | 'down' | 'lost';

async function twoVersions(registry: RegistryForTest): Promise<void> {
  await registry.publish(PROMPT, 'One', null);
  await registry.publish(PROMPT, 'Two', 1);
  await registry.promote(PROMPT, 1, 'staging');
  await registry.promote(PROMPT, 2, 'staging');
}

/** @param maxAge seconds in place of the registry's own, so that a test does not wait for them */
async function clientOf(registry: RegistryForTest, weather: Weather = () => 'pass', maxAge?: number) {
  const key = await registry.key('staging', 'approver');
  const send = async (request: Request): Promise<Response> => {
    const { method, url } = request;
    const will = weather(method, new URL(url).pathname);
    if (will === 'down') throw new TypeError('fetch failed');
    const answer = await fetch(request);
    if (will === 'lost') throw new TypeError('terminated');
    const headers = new Headers(answer.headers);
    if (maxAge !== undefined && headers.has('cache-control'))
      headers.set('cache-control', `private, max-age=${maxAge}`);
    return new Response(answer.body, { status: answer.status, headers });
  };
  return new RegistryClient({ url: registry.url, key, fetch: send, retry: { retries: 0 } });
}

async function liveIn(registry: RegistryForTest): Promise<number> {
  return (await (await clientOf(registry)).deliver(PROMPT)).version;
}

describe('a rollback drill', () => {
  it('is for all environments but the last one and any called production', () => {
    const all = defaultEnvironments(1);
    assert.deepEqual(drillEnvironments(all), ['development', 'staging']);
    assert.deepEqual(drillEnvironments(all.toReversed()), ['staging']);
    assert.deepEqual(drillEnvironments(all.slice(0, 1)), []);
    assert.deepEqual(drillEnvironments([]), []);
  });

  it('rolls back and forward again, measures each step, and waits for applications’ caches', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    const client = await clientOf(registry);
    const plan = await planDrill(client, PLACE);
    assert.deepEqual([plan.from, plan.to], [2, 1]);
    const report = await runDrill(client, plan);
    assert.deepEqual([report.outcome, report.failure, report.live, report.maxAge], ['done', null, 2, 5]);
    const { ask = 0, apply = -1, delivery = 0, application = 0, back = 0 } = report.times;
    assert.ok(ask > 0 && apply >= 0 && delivery >= ask && back > 0, JSON.stringify(report.times));
    assert.ok(application >= delivery && application > 3000, 'the application kept its answer');
    assert.equal(await liveIn(registry), 2);
    const { data } = await client.listPromotions({ prompt: PROMPT, environment: staging });
    assert.deepEqual(
      data.slice(0, 2).map(({ version, reason }) => [version, /^Rollback drill of /.test(reason)]),
      [
        [2, true],
        [1, true],
      ],
    );
    assert.match(drillMarkdown(report), /\*\*@2 is live in staging\*\*, as before the drill\./);
    // A drill gives no version up: what a rollback means afterwards is the same.
    assert.deepEqual((await planDrill(client, PLACE)).to, 1);
  });

  it('is refused in production, if nothing is live, and if there is no earlier version', async () => {
    await using registry = await aRegistry();
    await registry.publish(PROMPT, 'One', null);
    const client = await clientOf(registry);
    const why = (environment: string) =>
      planDrill(client, { ...PLACE, environment: environment as never }).then(
        () => '',
        (error: unknown) => (error instanceof DrillRefused ? error.message : String(error)),
      );
    assert.match(await why('production'), /^production does not allow drills/);
    assert.match(await why('elsewhere'), /^There is no environment elsewhere/);
    assert.match(await why('staging'), /is not live in staging/);
    await registry.promote(PROMPT, 1, 'staging');
    assert.match(await why('staging'), /^No other good version/);
  });

  it('is refused if rollbacks need approvals', async () => {
    const environments = defaultEnvironments(1).map(each =>
      each.name === 'staging'
        ? { ...each, policy: { ...each.policy, approvals: 1, rollbackNeedsApproval: true } }
        : each,
    );
    await using registry = await aRegistry({ environments });
    await registry.publish(PROMPT, 'One', null);
    await assert.rejects(planDrill(await clientOf(registry), PLACE), /so a drill would have to wait/);
  });

  it('restores the pointer if it is canceled halfway', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    const controller = new AbortController();
    let promoted = false;
    const client = await clientOf(registry, (method, path) => {
      if (method === 'POST' && path.endsWith('/promotions')) promoted = true;
      else if (promoted && method === 'GET') controller.abort();
      return 'pass';
    });
    const report = await runDrill(client, await planDrill(client, PLACE), controller.signal);
    assert.deepEqual([report.outcome, report.failure, report.live], ['cancelled', null, 2]);
    assert.equal(await liveIn(registry), 2);
    assert.match(drillMarkdown(report), /not reached/);
    const rows = drillMarkdown(report).match(/^\|.*\|$/gm) ?? [];
    assert.equal(new Set(rows.map(({ length }) => length)).size, 1, 'its table is aligned');
  });

  it('moves nothing if it is canceled before', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    const client = await clientOf(registry);
    const plan = await planDrill(client, PLACE);
    const report = await runDrill(client, plan, AbortSignal.abort());
    assert.deepEqual([report.outcome, report.live, report.times], ['cancelled', 2, {}]);
    const { data } = await client.listPromotions({ prompt: PROMPT, environment: staging });
    assert.equal(data.length, 2);
  });

  it('restores the pointer if the answer to the rollback was lost', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    let isLost = false;
    const client = await clientOf(
      registry,
      (method, path) => {
        if (isLost || method !== 'POST' || !path.endsWith('/promotions')) return 'pass';
        isLost = true;
        return 'lost';
      },
      0,
    );
    const report = await runDrill(client, await planDrill(client, PLACE));
    assert.deepEqual([report.outcome, report.live], ['failed', 2]);
    assert.ok(report.failure !== null && report.times.back !== undefined);
    assert.equal(await liveIn(registry), 2);
  });

  it('reports what is live if the registry becomes unreachable halfway', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    let isAway = false;
    const client = await clientOf(
      registry,
      (method, path) => {
        if (isAway) return 'down';
        if (method === 'POST' && path.endsWith('/promotions')) isAway = true;
        return 'pass';
      },
      0,
    );
    const report = await runDrill(client, await planDrill(client, PLACE));
    assert.deepEqual([report.outcome, report.live], ['failed', null]);
    assert.match(drillMarkdown(report), /It is unknown what is live in staging.*during the drill, @1/);
    assert.equal(await liveIn(registry), 1);
  });

  it('does not move the pointer if someone else has moved it in the meantime', async () => {
    await using registry = await aRegistry();
    await twoVersions(registry);
    await registry.publish(PROMPT, 'Three', 2);
    let asked = 0;
    const controller = new AbortController();
    const client = await clientOf(registry, () => 'pass', 0);
    const colleague: typeof client.deliverWithMaxAge = async (...given) => {
      const answer = await client.deliverWithMaxAge(...given);
      asked += 1;
      // At the first look at delivery behind the move.
      if (asked === 2) {
        await registry.promote(PROMPT, 3, 'staging');
        controller.abort();
      }
      return answer;
    };
    const observed = new Proxy(client, {
      get: (target, name) => {
        if (name === 'deliverWithMaxAge') return colleague;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const report = await runDrill(observed, await planDrill(client, PLACE), controller.signal);
    assert.equal(report.live, 3);
    assert.equal(await liveIn(registry), 3);
    assert.match(drillMarkdown(report), /\*\*@3 is live in staging\.\*\* Before the drill it was @2\./);
  });
});

describe('the report of a drill', () => {
  const report: DrillReport = {
    ...{ prompt: PROMPT, environment: staging, channel: STABLE, from: 2 as never, to: 1 as never },
    ...{ startedAt: '2026-11-29T23:40:00.000Z', outcome: 'failed', times: { ask: 12.4 }, maxAge: 5 },
    ...{ failure: null, live: 1 as never },
  };

  it('shows the text of others as plain text, and no key', () => {
    for (const text of [
      ...Object.values(HIDDEN_CHARACTERS),
      '```\n# Live',
      '[x](command:evil)',
      '<script>',
    ]) {
      const written = drillMarkdown({ ...report, failure: text });
      const [, fence = '', ...rest] = /(`{3,})text\n([\s\S]*?)\n\1\n/.exec(written) ?? [];
      assert.ok(fence.length >= 3, written);
      assert.equal(rest.length, 1);
      assert.equal(written.split('\n').filter(line => line.startsWith('# ')).length <= 2, true);
    }
    const key = `pf_staging_${'a'.repeat(12)}_${'b'.repeat(43)}`;
    assert.ok(!drillMarkdown({ ...report, failure: `It was refused: ${key}` }).includes(key));
  });

  it('names the version that should not be live', () => {
    assert.match(drillMarkdown(report), /\*\*@1 is live in staging\.\*\* .* promote @2\./);
    assert.match(drillMarkdown(report), /\| The registry answered the request +\| 12 ms +\|/);
  });
});

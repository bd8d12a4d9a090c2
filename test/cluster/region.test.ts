/** `serve --delivery-only` in another region, on a standby there: what is promoted shows as soon as it is replicated, and nobody waits for the ocean. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type BundledCli, bundleCli } from '../../scripts/host/bundledCli.ts';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { type ServeProcess, startServe } from '../../scripts/host/serveProcess.ts';
import { step } from '../../scripts/testing/heartbeat.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { eventually } from '../eventually.ts';
import { anAdminsKey, OPTIONS } from '../faults/admins-key.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { deliveredVersion } from './delivered-version.ts';
import { farLink } from './far-link.ts';

/** ms across the ocean and back. */
const ROUND_TRIP = 200;
const PROMOTIONS = Number(process.env['PROMPTFORGE_TEST_CLUSTER_COUNT'] ?? 20);
const DELIVERIES = 200;
/** The time after it was replicated a promotion may show, in ms. */
const SHOWN_WITHIN = 100;
const PROMPT = 'region/p';
const TARGET = `/v1/prompts/${PROMPT}`;

describe(`serve --delivery-only on a standby ${ROUND_TRIP} ms away`, () => {
  let cli: BundledCli;
  before(async function () {
    cli = await bundleCli();
    const { stdout } = await promisify(execFile)(process.execPath, [cli.script, 'serve', '--help']);
    if (stdout.includes('--delivery-only')) return;
    console.log('      Skipped: this version of serve has no --delivery-only.');
    this.skip();
  });

  it(`shows each of ${PROMOTIONS} promotions within ${SHOWN_WITHIN} ms of its replication, and delivers without the ocean`, async () => {
    await using started = new AsyncDisposableStack();
    const folder = started.use(await temporaryFolder());
    const primary = started.use(await startPostgres({ durable: true }));
    const home = primary.url('postgres');
    const key = await anAdminsKey(openDatabase(home, OPTIONS));
    const { hostname: host, port } = new URL(home);
    const link = started.use(await farLink({ host, port: Number(port) }, ROUND_TRIP));
    const standby = started.use(
      await startPostgres({
        durable: true,
        standbyOf: primary,
        settings: { primary_conninfo: home.replace(`:${port}/`, `:${link.port}/`) },
      }),
    );
    const identity = ['--registry-key', `${folder.path}/registry-key.pem`, '--rate-limit', '0'];
    const registry = started.use(await startServe(cli, { kind: 'database', url: home }, identity));
    const far = started.use(
      await startServe(cli, { kind: 'database', url: standby.url('postgres') }, [
        '--delivery-only',
        ...identity.slice(2),
      ]),
    );
    const write = (path: string, body: object) =>
      post(registry, key, `/v1/prompts/${PROMPT}/-/${path}`, body);
    const reading = started.use(await reader(standby));

    const shownAfter: number[] = [];
    const replicatedAfter: number[] = [];
    for (let version = 1; version <= PROMOTIONS; version++) {
      const base = version - 1 || null;
      await write('versions', { source: `Text ${version}`, message: '', base });
      const where = { environment: 'development', channel: 'stable' };
      await write('promotions', { ...where, version, reason: 'Region', expected: base });
      const acknowledged = performance.now();
      const replicated = reading.until(version).then(() => performance.now());
      const shown = until(async () => {
        const { status, version: delivered, detail } = await deliver(far, key);
        assert.ok(status === 200 || (version === 1 && status === 404), detail);
        return delivered === version;
      });
      replicatedAfter.push((await replicated) - acknowledged);
      shownAfter.push(Math.max(0, (await shown) - (await replicated)));
      step(`promoted ${version} of ${PROMOTIONS}`);
    }
    const took: number[] = [];
    for (let times = 0; times < DELIVERIES; times++) {
      const began = performance.now();
      assert.equal((await deliver(far, key)).status, 200);
      took.push(performance.now() - began);
    }
    link.cut(true);
    for (let times = 0; times < DELIVERIES; times++) assert.equal((await deliver(far, key)).status, 200);
    link.cut(false);
    console.log(`      ${PROMOTIONS} promotions at the standby after ${ms(replicatedAfter)},
        delivered there ${ms(shownAfter)} later; a delivery takes ${ms(took)}`);
    assert.ok(median(shownAfter) <= SHOWN_WITHIN, ms(shownAfter));
    assert.ok(median(took) < ROUND_TRIP / 2, ms(took));
  });
});

async function post({ url }: ServeProcess, key: string, path: string, body: object): Promise<void> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`);
}

async function deliver(
  { url }: ServeProcess,
  key: string,
): Promise<{ status: number; version: number; detail: string }> {
  const response = await fetch(url + TARGET, { headers: { Authorization: `Bearer ${key}` } });
  const version = deliveredVersion(response);
  return { status: response.status, version, detail: `${response.status} ${await response.text()}` };
}

interface Reader extends AsyncDisposable {
  /** Resolves when the standby has the promotion of this version. */
  until(version: number): Promise<void>;
}

async function reader(standby: PostgresServer): Promise<Reader> {
  const client = new Client(standby.url('postgres'));
  await client.connect();
  return {
    async until(version) {
      await until(async () => {
        const { rows } = await client.query(
          "SELECT 1 FROM events WHERE kind = 'promotion.applied' AND prompt = $1 AND version = $2",
          [PROMPT, version],
        );
        return rows.length > 0;
      });
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** Asks every few milliseconds; the time at which it held. */
async function until(holds: () => Promise<boolean>): Promise<number> {
  let at = 0;
  await eventually('it', async () => {
    for (let times = 0; times < 100; times++) {
      if (await holds()) {
        at = performance.now();
        return true;
      }
      await sleep(3);
    }
    return undefined;
  });
  return at;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function ms(values: readonly number[]): string {
  return `${median(values).toFixed(1)} ms (median), ${Math.max(...values).toFixed(1)} ms (maximum)`;
}

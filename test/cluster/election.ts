/** When a cluster takes writes again after its primary was lost, found out without a registry: its own share of an interruption. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { patience } from '../../scripts/host/patience.ts';
import type { Cluster } from './cluster.ts';
import type { Machine } from './network.ts';

const DATABASE = 'postgres';
/** ms */
const PAUSE = 20;
const LONGEST = patience(2 * 60_000);

export interface Election {
  /** ms after which another server was the primary. */
  readonly elected: number;
  /** ms after which that server had committed a write, on a standby as well. */
  readonly writable: number;
}

export interface ElectionWatch {
  /** Begins with the loss of `primary`, which is now. */
  watch(primary: Machine): Promise<Election>;
}

export async function electionWatch(cluster: Cluster): Promise<ElectionWatch> {
  const client = new Client(cluster.url(DATABASE));
  await client.connect();
  await client.query('CREATE TABLE elections (number integer NOT NULL)');
  await client.query('INSERT INTO elections VALUES (0)');
  await client.end();
  return {
    async watch(primary) {
      const began = performance.now();
      const others = cluster.network.machines.filter(machine => machine !== primary);
      const stopping = new AbortController();
      const { signal } = stopping;
      try {
        return await Promise.any(others.map(each => watchOne(cluster.urlOf(each, DATABASE), began, signal)));
      } finally {
        stopping.abort();
      }
    },
  };
}

async function watchOne(url: string, began: number, signal: AbortSignal): Promise<Election> {
  let elected: number | undefined;
  while (!signal.aborted && performance.now() < began + LONGEST) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 });
    client.on('error', () => {});
    try {
      await client.connect();
      while (!signal.aborted && performance.now() < began + LONGEST) {
        const { rows } = await client.query('SELECT pg_is_in_recovery() AS standby');
        if (!rows[0].standby) {
          elected ??= performance.now() - began;
          await client.query('UPDATE elections SET number = number + 1');
          return { elected, writable: performance.now() - began };
        }
        await sleep(PAUSE);
      }
    } catch {
      // A server restarts its processes as its role changes.
      await sleep(PAUSE);
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new Error('No other server became the primary.');
}

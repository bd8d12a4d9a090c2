/** Applications that ask one registry for every prompt there is, all the time, and first of all for what was just published or promoted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveredVersion } from './delivered-version.ts';

export type Channel = 'latest' | 'stable';

export interface FailedDelivery {
  readonly target: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly detail: string;
  /** True if this registry had delivered the same before. */
  readonly hadDelivered: boolean;
  /** ms since it was acknowledged. */
  readonly age: number;
}

export interface Applications {
  /** Asks for this from now on, and next. @param here whether it was written through this registry */
  add(prompt: string, channel: Channel, version: number, here: boolean): void;
  readonly delivered: () => number;
  readonly failed: readonly FailedDelivery[];
  /** What went back to an older version than it had delivered, or was older than what this registry acknowledged. */
  readonly outdated: readonly string[];
  /** The time this registry did not know what another had acknowledged, in ms, at most. */
  readonly longestUnknown: () => number;
  stop(): Promise<void>;
}

/** ms between two requests of one application. */
const PAUSE = 12;
const COUNT = 2;

interface Asked {
  readonly target: string;
  /** It must not be older than that. */
  version: number;
  /** Since when the registry has to have it; undefined: another one wrote it, and this one has never delivered it. */
  owed: boolean;
  hadDelivered: boolean;
  acknowledgedAt: number;
}

export function startApplications(url: string, key: string): Applications {
  const all: Asked[] = [];
  const byTarget = new Map<string, Asked>();
  const fresh: Asked[] = [];
  const failed: FailedDelivery[] = [];
  const outdated: string[] = [];
  let delivered = 0;
  let longestUnknown = 0;
  let turn = 0;
  let stopping = false;

  async function ask(asked: Asked): Promise<void> {
    const { target, version: least, owed } = asked;
    const { status, detail, version } = await get(`${url}${target}`, key);
    const age = performance.now() - asked.acknowledgedAt;
    if (status === 200) {
      delivered++;
      if (version < least) outdated.push(`${target}: ${version} after ${least}`);
      asked.version = Math.max(asked.version, version);
      asked.hadDelivered = true;
      asked.owed = true;
    } else if (status === 404 && !owed) {
      // Another registry has it, and this one has not heard of it yet.
      longestUnknown = Math.max(longestUnknown, age);
      fresh.push(asked);
    } else failed.push({ target, status, detail, hadDelivered: asked.hadDelivered, age });
  }

  async function application(): Promise<void> {
    while (!stopping) {
      const next = fresh.shift() ?? all[turn++ % all.length];
      if (next !== undefined) await ask(next);
      await sleep(PAUSE);
    }
  }

  const applications = Promise.all(Array.from({ length: COUNT }, application));
  return {
    add(prompt, channel, version, here) {
      const target = `/v1/prompts/${prompt}?channel=${channel}`;
      const known = byTarget.get(target);
      const asked = known ?? { target, version: 0, owed: false, hadDelivered: false, acknowledgedAt: 0 };
      if (known === undefined) {
        byTarget.set(target, asked);
        all.push(asked);
      }
      asked.acknowledgedAt = performance.now();
      if (here) {
        asked.owed = true;
        asked.version = Math.max(asked.version, version);
      }
      fresh.push(asked);
    },
    delivered: () => delivered,
    failed,
    outdated,
    longestUnknown: () => longestUnknown,
    async stop() {
      stopping = true;
      await applications;
    },
  };
}

async function get(url: string, key: string): Promise<{ status: number; detail: string; version: number }> {
  try {
    const response = await fetch(url, { headers: { Authorization: `Bearer ${key}` } });
    const text = await response.text();
    const detail = response.status === 200 ? '' : String(JSON.parse(text).detail);
    return { status: response.status, detail, version: deliveredVersion(response) };
  } catch (error) {
    return { status: 0, detail: String(error), version: 0 };
  }
}

/**
 * An atomic release of 200 prompts, compared with 200 promotions in one transaction each, as in separate requests. In
 * turn in one run, on SQLite and without HTTP: a release saves transactions, but blocks other writes for longer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STABLE } from '../src/core/channel.ts';
import { defaultEnvironments, parseEnvironmentName } from '../src/core/environment.ts';
import { type PromptName, parsePromptName } from '../src/core/name.ts';
import { MAX_RELEASE_ITEMS } from '../src/core/release.ts';
import type { VersionNumber } from '../src/core/version.ts';
import type { Caller } from '../src/registry/access/caller.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { promote } from '../src/registry/promotions/promote.ts';
import { promoteRelease } from '../src/registry/promotions/release.ts';
import { prepareSource } from '../src/registry/prompts/prepare-source.ts';
import { publish } from '../src/registry/prompts/publish.ts';
import type { Store } from '../src/registry/store/store.ts';
import { atMost, median, type Report } from './report.ts';

const ROUNDS = 7;
const environment = parseEnvironmentName('development');
const caller: Caller = { actor: 'bench', key: 'embedded', role: 'admin', environment };
const prompts = Array.from({ length: MAX_RELEASE_ITEMS }, (_, index) => parsePromptName(`p/n${index}`));

export async function measure(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const store = await openDataFolder(folder, { environments: defaultEnvironments(0) });
  try {
    await fill(store);
    let live: VersionNumber | null = null;
    const rounds: { whole: number; each: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const whole = await timed(() => release(store, other(live), live));
      live = other(live);
      const each = await timed(() => oneByOne(store, other(live), live));
      live = other(live);
      // The first round is a warm-up.
      if (round > 0) rounds.push({ whole, each });
    }
    const ratio = median(rounds.map(({ whole, each }) => whole / each));
    return {
      title: `A release of ${MAX_RELEASE_ITEMS} prompts as a whole, against as many promotions one by one`,
      figures: [
        {
          name: 'a release, in one transaction',
          value: median(rounds.map(({ whole }) => whole)),
          unit: 'ms',
        },
        { name: 'promotions, one by one', value: median(rounds.map(({ each }) => each)), unit: 'ms' },
        { name: 'ratio', value: ratio, unit: '×', limit: atMost(ratio, 1, '×') },
      ],
    };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function other(version: VersionNumber | null): VersionNumber {
  return (version === 1 ? 2 : 1) as VersionNumber;
}

async function fill(store: Store): Promise<void> {
  const source = 'You sort the mail of {{bank}}.\n'.repeat(60);
  await store.write(async transaction => {
    for (const prompt of prompts)
      for (const base of [null, 1] as (VersionNumber | null)[]) {
        const prepared = await prepareSource(prompt, `${source}${base ?? 'first'}`);
        await publish(transaction, store.now, caller, prompt, prepared, { message: 'Bench', base });
      }
  });
}

function release(store: Store, version: VersionNumber, from: VersionNumber | null) {
  const items = prompts.map(prompt => ({ prompt, version, from }));
  const request = { environment, channel: STABLE, reason: 'Bench', items, atomic: true };
  return store.write(transaction => promoteRelease(transaction, store.now, caller, request));
}

async function oneByOne(store: Store, version: VersionNumber, from: VersionNumber | null): Promise<void> {
  const move = (prompt: PromptName) =>
    store.write(transaction =>
      promote(transaction, store.now, caller, prompt, {
        ...{ environment, channel: STABLE, version },
        reason: 'Bench',
        expected: from,
      }),
    );
  for (const prompt of prompts) await move(prompt);
}

/** In ms. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

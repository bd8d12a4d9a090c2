/** What a registry holds after something went wrong, and whether it is what was acknowledged. */
import assert from 'node:assert/strict';
import type { Changes } from '../../src/contract/changes.ts';
import type { Version } from '../../src/contract/prompts.ts';
import { digestOf } from '../../src/core/digest.ts';
import { CHAIN_START, type RegistryEvent, validateNextEvent } from '../../src/core/event.ts';
import type { Acknowledged } from './writers.ts';

export interface Kept {
  readonly written: readonly Acknowledged[];
  /** The whole log. */
  readonly events: readonly RegistryEvent[];
  /** The source of each version, by reference. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Asks the server at `url` for the log, and for every version that was acknowledged. */
export async function readBack(url: string, key: string, written: readonly Acknowledged[]): Promise<Kept> {
  return { written, events: await readLog(url, key), sources: await readSources(url, key, written) };
}

async function readLog(url: string, key: string): Promise<RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  let after = '';
  for (;;) {
    const page = await asJson<Changes>(url, key, `/v1/changes?limit=1000${after}`);
    if (page.events.length === 0) return events;
    events.push(...page.events);
    after = `&after=${page.cursor}`;
  }
}

const BATCH = 500;

async function readSources(
  url: string,
  key: string,
  written: readonly Acknowledged[],
): Promise<ReadonlyMap<string, string>> {
  const refs = written.flatMap(({ prompt, sources }) => sources.map((_, index) => `${prompt}@${index + 1}`));
  const found = new Map<string, string>();
  for (let from = 0; from < refs.length; from += BATCH) {
    const batch = { refs: refs.slice(from, from + BATCH) };
    const { data } = await asJson<{ data: Version[] }>(url, key, '/v1/versions/batch', batch);
    for (const { prompt, version, source } of data) found.set(`${prompt}@${version}`, source);
  }
  return found;
}

async function asJson<T>(url: string, key: string, path: string, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

/** Every acknowledged write is there, once, and nothing else; the log is whole. */
export function assertNothingLost({ written, events, sources }: Kept): void {
  let head = CHAIN_START;
  for (const event of events) {
    assert.equal(validateNextEvent(event, head), undefined);
    head = event;
  }
  for (const { prompt, sources: sent, promoted } of written) {
    const about = events.filter(event => event.prompt === prompt);
    const published = about.filter(event => event.kind === 'version.published');
    assert.deepEqual(
      published.map(({ version, data }) => [version, data.digest]),
      sent.map((source, index) => [index + 1, digestOf(source)]),
      `versions of ${prompt}`,
    );
    assert.deepEqual(
      sent.map((_, index) => sources.get(`${prompt}@${index + 1}`)),
      sent,
      `sources of ${prompt}`,
    );
    const moved = about.filter(event => event.kind === 'promotion.applied');
    assert.deepEqual(
      moved.map(event => event.version),
      promoted,
      `promotions of ${prompt}`,
    );
  }
}

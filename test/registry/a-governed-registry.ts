/** A registry whose production asks for approvals, at a time of the test's choosing, and what people do there. */
import assert from 'node:assert/strict';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseChannel } from '../../src/core/channel.ts';
import {
  defaultEnvironments,
  type Environment,
  type Policy,
  parseEnvironmentName,
} from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { Caller } from '../../src/registry/access/caller.ts';
import { promote } from '../../src/registry/promotions/promote.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { type PreparedSource, prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish } from '../../src/registry/prompts/publish.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type Answered, aRegistry, type Json, type RegistryForTest } from './a-registry.ts';

export const START = Date.parse('2026-09-12T12:00:00.000Z');
export const HOUR = 3_600_000;
const VERSIONS = [1, 2, 3, 4] as VersionNumber[];

export interface GovernedRegistry extends AsyncDisposable {
  readonly registry: RegistryForTest;
  /** In ms since 1970: what the registry's clock says. */
  readonly clock: { now: number };
  /** Asks to promote a version of `p` to production: by an author unless told. */
  request(version: number, expected: number | null, change?: object, as?: string): Promise<Answered>;
  /** Approves, rejects or cancels what was asked for. */
  act(what: string, asked: Answered, as: string, comment?: string): Promise<Answered>;
  /** By an approver of production. */
  approve(asked: Answered, actor: string, comment?: string): Promise<Answered>;
  /** The promotion that was asked for, as it is now. */
  again(asked: Answered): Promise<Promotion>;
  /** What production's pointer is at. */
  live(channel?: string): Promise<number | null>;
  events(): Promise<Json[]>;
  /** Of the events of a promotion, without what they have in common. */
  kindsOf(asked: Answered): Promise<string[]>;
  policy(change: Partial<Record<keyof Policy, unknown>>): Promise<void>;
  /** Revokes the key of an approver of production. */
  revokeKeyOf(actor: string): Promise<void>;
  /** The first version of a prompt, by a process whose clock says `at`, in ms since 1970. */
  publishAt(at: number, prompt: string): Promise<void>;
  /** What the schedules of a registry's processes do sooner or later. */
  scheduled(): Promise<void>;
  /** RFC 3339: so many ms after the registry's present time. */
  hence(ms: number): string;
}

function adminOf(environment: string): Caller {
  const actor = `admin.of.${environment}`;
  return { actor, key: 'embedded', role: 'admin', environment: parseEnvironmentName(environment) };
}

/** In one transaction, where a request for each would take most of the time of these tests. */
async function fill(store: Store): Promise<void> {
  const p = parsePromptName('p');
  const [development, staging] = ['development', 'staging'].map(adminOf) as [Caller, Caller];
  const sources = await Promise.all(VERSIONS.map(version => prepareSource(p, `one\nversion ${version}`)));
  await store.write(async transaction => {
    for (const [index, version] of VERSIONS.entries()) {
      const before = VERSIONS[index - 1] ?? null;
      const [source] = sources.slice(index) as [PreparedSource];
      await publish(transaction, store.now, development, p, source, { message: 'About p', base: before });
      await promote(transaction, store.now, staging, p, {
        environment: staging.environment,
        channel: parseChannel('stable'),
        version,
        reason: 'For the test',
        expected: before,
      });
    }
  });
}

export interface GovernedSetup {
  /** Opens what keeps it, where that matters. */
  readonly open?: (options: { environments: Environment[]; now: () => Date }) => Promise<Store>;
}

/** Production asks for one approval; `p` has four versions of two lines that were all stable in staging. */
export async function aGovernedRegistry({ open }: GovernedSetup = {}): Promise<GovernedRegistry> {
  const clock = { now: START };
  const now = () => new Date(clock.now);
  const options = { environments: defaultEnvironments(1), now };
  const registry = await aRegistry({ ...options, ...(open && { store: await open(options) }) });
  await fill(registry.store);
  await Promise.all(['development', 'staging'].map(environment => registry.key(environment)));
  const governed: GovernedRegistry = {
    registry,
    clock,
    request(version, expected, change = {}, as = 'production author rae') {
      const about = { environment: 'production', channel: 'stable', version, reason: 'Release', expected };
      return registry.call('POST', '/v1/prompts/p/-/promotions', { ...about, ...change }, { as });
    },
    act: (what, { json }, as, comment) =>
      registry.call(
        'POST',
        `/v1/promotions/${json.id}/${what}`,
        comment === undefined ? undefined : { comment },
        {
          as,
        },
      ),
    approve: (asked, actor, comment) =>
      governed.act('approve', asked, `production approver ${actor}`, comment),
    again: async ({ json }) => (await registry.call('GET', `/v1/promotions/${json.id}`)).json,
    async live(channel = 'stable') {
      const { json } = await registry.call('GET', '/v1/prompts/p/-/summary');
      const pointer = json.pointers.find(
        (one: Json) => one.environment === 'production' && one.channel === channel,
      );
      return pointer?.version ?? null;
    },
    events: async () => (await registry.call('GET', '/v1/changes?limit=1000')).json.events,
    async kindsOf({ json }) {
      const events = (await governed.events()).filter(event => event.data.promotion === json.id);
      return events.map(event => event.kind.replace('promotion.', ''));
    },
    async policy(change) {
      const { json } = await registry.call('GET', '/v1/environments');
      const { policy } = json.data.find((one: Json) => one.name === 'production');
      const body = { ...policy, ...change };
      const as = 'production admin';
      const { status } = await registry.call('PUT', '/v1/environments/production', body, { as });
      assert.equal(status, 200);
    },
    async revokeKeyOf(actor) {
      const id = (await registry.key('production', 'approver', actor)).split('_')[2];
      const as = 'production admin';
      assert.equal((await registry.call('POST', `/v1/keys/${id}/revoke`, {}, { as })).status, 200);
    },
    async publishAt(at, prompt) {
      const name = parsePromptName(prompt);
      const source = await prepareSource(name, 'text');
      const about = { message: `About ${prompt}`, base: null };
      await registry.store.write(transaction =>
        publish(transaction, () => new Date(at), adminOf('development'), name, source, about),
      );
    },
    async scheduled() {
      const faults: unknown[] = [];
      const schedule = promotionSchedule({ store: registry.store, onFault: error => faults.push(error) });
      await schedule.applyDue();
      await schedule.close();
      assert.deepEqual(faults, []);
    },
    hence: ms => new Date(clock.now + ms).toISOString(),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
  return governed;
}

/**
 * Whatever people do in whatever order, nothing goes live that the policy of that moment does not allow. The judge
 * reads nothing but the log, and knows nothing of how the registry decides.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseChannel } from '../../src/core/channel.ts';
import { defaultEnvironments, type Environment, type Policy, policyOf } from '../../src/core/environment.ts';
import type { RegistryEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { isPromotionEvent, type PromotionRecord, promotionAfter } from '../../src/core/promotion.ts';
import { type Role, roleIncludes } from '../../src/core/role.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { type Caller, COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { createKey, revokeKey } from '../../src/registry/access/keys.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { setEnvironment } from '../../src/registry/environments.ts';
import { comment } from '../../src/registry/promotions/comments.ts';
import { approve, cancel, reject } from '../../src/registry/promotions/decide.ts';
import { promote } from '../../src/registry/promotions/promote.ts';
import { approvalRows, pointerRow, rowOf } from '../../src/registry/promotions/rows.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { setArchived } from '../../src/registry/prompts/archive.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish } from '../../src/registry/prompts/publish.ts';
import { eventsAfter } from '../../src/registry/store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../../src/registry/store/store.ts';
import type { PointersTable } from '../../src/registry/store/tables.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const RUNS = 60;
const [DEVELOPMENT, STAGING, PRODUCTION] = defaultEnvironments(1) as [Environment, Environment, Environment];
const PEOPLE: readonly (readonly [actor: string, role: Role])[] = [
  ['ann', 'author'],
  ['ben', 'approver'],
  ['cid', 'approver'],
  ['dee', 'admin'],
];
const VERSIONS = [1, 2, 3] as VersionNumber[];

const who = fc.nat(PEOPLE.length - 1);
/** Of the newest: older ones are mostly closed. */
const which = fc.constantFrom(0, 0, 0, 1, 2);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('request' as const),
      who,
      version: fc.constantFrom(...VERSIONS),
      channel: fc.constantFrom('stable', 'stable', 'stable', 'canary'),
      ahead: fc.constantFrom(null, 1, 2),
    }),
  },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('approve' as const), who, which }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('reject' as const, 'cancel', 'comment'), who, which }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('policy' as const),
      approvals: fc.nat(2),
      promoteFrom: fc.boolean(),
      rollbackNeedsApproval: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('stage' as const), version: fc.constantFrom(...VERSIONS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('wait' as const), minutes: fc.integer({ min: -1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('revoke' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('archive' as const),
      archived: fc.constantFrom(true, false, false, false),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('approvals, for any actions in any order,', () => {
  it('let nothing go live that the current policy forbids, and the tables agree with the log', async () => {
    await using folder = await temporaryFolder();
    const clock = { now: Date.parse('2026-09-12T12:00:00.000Z') };
    const store = await openDataFolder(folder.path, {
      environments: defaultEnvironments(1),
      now: () => new Date(clock.now),
    });
    const world = new World(store, clock);
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }), async steps => {
          await world.begin();
          for (const each of steps) await world.take(each);
          await world.judge();
        }),
        { numRuns: RUNS },
      );
      // Sequences in which nothing happens would show nothing.
      for (const kind of ['applied', 'approved', 'planned', 'held', 'superseded', 'rejected', 'cancelled'])
        assert.ok(
          (world.judged.get(`promotion.${kind}`) ?? 0) >= 1,
          `${kind}: ${world.judged.get(`promotion.${kind}`)}`,
        );
    } finally {
      await store.close();
    }
  });
});

class World {
  readonly judged = new Map<string, number>();
  readonly #store: Store;
  readonly #clock: { now: number };
  readonly #judge = new Judge();
  readonly #keys = new Map<string, string>();
  readonly #records = new Map<number, PromotionRecord>();
  #seq = 0;
  #round = 0;
  #prompt = parsePromptName('p');

  constructor(store: Store, clock: { now: number }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A prompt of its own, of which two versions may go to production, and the policy as it is by default. */
  async begin(): Promise<void> {
    this.#prompt = parsePromptName(`p${++this.#round}`);
    for (const version of VERSIONS)
      await this.#do(async transaction =>
        publish(
          transaction,
          this.#store.now,
          this.#embedded('development'),
          this.#prompt,
          await prepareSource(this.#prompt, `version ${version}`),
          { message: '', base: version === 1 ? null : ((version - 1) as VersionNumber) },
        ),
      );
    for (const version of VERSIONS.slice(0, 2)) await this.#stage(version);
    await this.#setPolicy({ approvals: 1, promoteFrom: STAGING.name, rollbackNeedsApproval: false });
  }

  async take(step: Step): Promise<void> {
    const { now } = this.#store;
    switch (step.what) {
      case 'request': {
        const caller = await this.#caller(step.who);
        const channel = parseChannel(step.channel);
        return this.#try(async transaction => {
          const row = await transaction
            .selectFrom('pointers')
            .select('version')
            .where('prompt', '=', this.#prompt)
            .where('environment', '=', PRODUCTION.name)
            .where('channel', '=', channel)
            .executeTakeFirst();
          const effectiveAt =
            step.ahead === null ? null : new Date(this.#clock.now + step.ahead * 60_000).toISOString();
          const { version } = step;
          const about = { environment: PRODUCTION.name, channel, version, reason: 'Because' };
          await promote(transaction, now, caller, this.#prompt, {
            ...about,
            expected: row?.version ?? null,
            effectiveAt,
          });
        });
      }
      case 'approve':
      case 'reject':
      case 'cancel':
      case 'comment': {
        const caller = await this.#caller(step.who);
        // Reading needs no role; what an approver's route asks for is asked before.
        if ((step.what === 'approve' || step.what === 'reject') && !roleIncludes(caller.role, 'approver'))
          return;
        return this.#try(async transaction => {
          const rows = await transaction
            .selectFrom('promotions')
            .select('id')
            .where('prompt', '=', this.#prompt)
            .where('environment', '=', PRODUCTION.name)
            .orderBy('id', 'desc')
            .limit(4)
            .execute();
          const id = String(rows[step.which]?.id ?? 0);
          if (step.what === 'comment')
            await comment(transaction, now, caller, id, { text: 'Hm', place: null });
          else await { approve, reject, cancel }[step.what](transaction, now, caller, id, '');
        });
      }
      case 'policy': {
        const { approvals, promoteFrom, rollbackNeedsApproval } = step;
        return this.#setPolicy({
          approvals,
          promoteFrom: promoteFrom ? STAGING.name : null,
          rollbackNeedsApproval,
        });
      }
      case 'stage':
        return this.#stage(step.version);
      case 'wait': {
        this.#clock.now += step.minutes * 60_000;
        const schedule = promotionSchedule({ store: this.#store, onFault: assert.ifError });
        return schedule.applyDue();
      }
      case 'revoke': {
        const { key, actor } = await this.#caller(step.who);
        this.#keys.delete(actor);
        return this.#try(transaction => revokeKey(transaction, now, COMMAND_LINE, key));
      }
      case 'archive':
        return this.#try(transaction =>
          setArchived(transaction, now, this.#embedded('development'), this.#prompt, step.archived, ''),
        );
    }
  }

  /** Of all that happened since the last time. */
  async judge(): Promise<void> {
    const events = await this.#store.read(snapshot => eventsAfter(snapshot, this.#seq, 10_000));
    this.#seq = events.at(-1)?.seq ?? this.#seq;
    for (const event of events) {
      this.judged.set(event.kind, (this.judged.get(event.kind) ?? 0) + 1);
      this.#judge.hear(event);
    }
    assert.deepEqual(this.#judge.objections.splice(0), []);
    const touched = new Set<number>();
    for (const event of events.filter(isPromotionEvent)) {
      const id = Number(event.data.promotion);
      this.#records.set(id, promotionAfter(this.#records.get(id), event));
      touched.add(id);
    }
    await this.#store.read(snapshot => this.#compare(snapshot, [...touched]));
  }

  /** What the tables say of these promotions with what the log says. */
  async #compare(snapshot: ReadSnapshot, ids: readonly number[]): Promise<void> {
    const records = ids.flatMap(id => this.#records.get(id) ?? []);
    const promotions = await snapshot.selectFrom('promotions').selectAll().where('id', 'in', ids).execute();
    assert.deepEqual(inOrder(promotions, 'id'), inOrder(records.map(rowOf), 'id'));
    const approvals = await snapshot
      .selectFrom('approvals')
      .selectAll()
      .where('promotion', 'in', ids)
      .execute();
    assert.deepEqual(inOrder(approvals, 'seq'), inOrder(records.flatMap(approvalRows), 'seq'));

    const prompts = records.map(({ prompt }) => prompt);
    const pointers = await snapshot
      .selectFrom('pointers')
      .selectAll()
      .where('prompt', 'in', prompts)
      .execute();
    const last = new Map<string, PointersTable>();
    const applied = [...this.#records.values()].filter(({ prompt }) => prompts.includes(prompt)).map(rowOf);
    for (const { id, applied_at: appliedAt } of inOrder(applied, 'applied_seq')) {
      const record = this.#records.get(id);
      if (record === undefined || appliedAt === null) continue;
      const row = pointerRow({ ...record, appliedAt });
      last.set(`${row.prompt} ${row.environment} ${row.channel}`, row);
    }
    assert.deepEqual(inOrder(pointers, 'promotion'), inOrder([...last.values()], 'promotion'));
  }

  #embedded(environment: 'development' | 'staging'): Caller {
    const { name } = environment === 'development' ? DEVELOPMENT : STAGING;
    return { actor: 'eve', key: 'embedded', role: 'admin', environment: name };
  }

  async #caller(index: number): Promise<Caller> {
    const [actor, role] = PEOPLE[index] as (typeof PEOPLE)[number];
    const caller = { actor, role, environment: PRODUCTION.name };
    const key = this.#keys.get(actor);
    if (key !== undefined) return { ...caller, key };
    const made = await this.#store.write(transaction =>
      createKey(transaction, this.#store.now, COMMAND_LINE, { ...caller, expiresAt: null }),
    );
    this.#keys.set(actor, made.id);
    return { ...caller, key: made.id };
  }

  #stage(version: VersionNumber): Promise<void> {
    return this.#try(async transaction => {
      const pointer = await transaction
        .selectFrom('pointers')
        .select('version')
        .where('prompt', '=', this.#prompt)
        .where('environment', '=', STAGING.name)
        .executeTakeFirst();
      await promote(transaction, this.#store.now, this.#embedded('staging'), this.#prompt, {
        environment: STAGING.name,
        channel: parseChannel('stable'),
        version,
        reason: 'To try',
        expected: pointer?.version ?? null,
      });
    });
  }

  async #setPolicy(change: Partial<Policy>): Promise<void> {
    const policy = { ...PRODUCTION.policy, ...change };
    await this.#do(transaction =>
      setEnvironment(transaction, this.#store.now, COMMAND_LINE, { name: PRODUCTION.name, policy }),
    );
  }

  async #do(work: (transaction: WriteTransaction) => Promise<unknown>): Promise<void> {
    await this.#store.write(work);
  }

  /** What is refused as a problem changed nothing. */
  async #try(work: (transaction: WriteTransaction) => Promise<unknown>): Promise<void> {
    try {
      await this.#store.write(work);
    } catch (error) {
      if (!Problem.is(error)) throw error;
    }
  }
}

/** SQLite's rows have no prototype; these have. */
function inOrder<Row extends object>(rows: readonly Row[], by: keyof Row): Row[] {
  return rows.map(row => ({ ...row })).sort((one, other) => Number(one[by]) - Number(other[by]));
}

interface Case {
  readonly requested: RegistryEvent;
  readonly effectiveAt: string | null;
  readonly rollback: boolean;
  approvedBy: { actor: string; key: string }[];
  over: boolean;
}

/** Reads the log as an auditor would who has the policy's words and nothing else. */
class Judge {
  readonly objections: string[] = [];
  readonly #policies = new Map<string, Policy>();
  readonly #roles = new Map<string, Role>();
  readonly #revoked = new Set<string>();
  readonly #archived = new Set<string>();
  readonly #pointers = new Map<string, number>();
  /** Versions that were ever there. */
  readonly #lived = new Map<string, Set<number>>();
  readonly #cases = new Map<string, Case>();
  #at = '';

  hear(event: RegistryEvent): void {
    this.#object(event.at >= this.#at, event, 'comes before the event before it');
    this.#at = event.at;
    switch (event.kind) {
      case 'environment.set':
        this.#policies.set(event.environment ?? '', policyOf(event.data.policy));
        return;
      case 'key.created':
        this.#roles.set(event.data.id, event.data.role);
        return;
      case 'key.revoked':
        this.#revoked.add(event.data.id);
        return;
      case 'prompt.archived':
        this.#archived.add(event.prompt ?? '');
        return;
      case 'prompt.restored':
        this.#archived.delete(event.prompt ?? '');
        return;
      case 'promotion.requested': {
        const { rollback, effectiveAt = null } = event.data;
        this.#cases.set(event.data.promotion, {
          requested: event,
          effectiveAt,
          rollback,
          approvedBy: [],
          over: false,
        });
        return;
      }
      case 'promotion.approved': {
        const { requested, approvedBy } = this.#caseOf(event.data.promotion, event);
        this.#object(requested.actor !== event.actor, event, 'approves what its own actor requested');
        this.#object(!this.#revoked.has(event.key), event, 'is by a revoked key');
        this.#object(
          roleIncludes(this.#roles.get(event.key) ?? 'reader', 'approver'),
          event,
          'is by too low a role',
        );
        approvedBy.push({ actor: event.actor, key: event.key });
        return;
      }
      case 'promotion.held':
        this.#caseOf(event.data.promotion, event).approvedBy = [];
        return;
      case 'promotion.rejected':
      case 'promotion.cancelled':
      case 'promotion.superseded':
        this.#caseOf(event.data.promotion, event).over = true;
        return;
      case 'promotion.applied':
        this.#live(event);
    }
  }

  #live(event: RegistryEvent<'promotion.applied'>): void {
    const { prompt = '', environment = '', channel = '', version = 0, data } = event;
    const direct = data.promotion === String(event.seq);
    const { requested, effectiveAt, approvedBy } = direct
      ? { requested: event, effectiveAt: null, approvedBy: [] }
      : this.#caseOf(data.promotion, event);
    const policy = this.#policies.get(environment);
    assert.ok(policy);
    const place = `${prompt} ${environment} ${channel}`;
    const livedHere = this.#lived.get(place) ?? new Set();
    this.#object(
      (this.#pointers.get(place) ?? null) === data.from,
      event,
      'moves a pointer that stands elsewhere',
    );
    this.#object(event.version === requested.version, event, 'applies another version than was requested');
    this.#object(!data.rollback || livedHere.has(version), event, 'calls a rollback what was never live');
    this.#object(data.rollback || !this.#archived.has(prompt), event, 'puts live what is archived');
    const stable = this.#lived.get(`${prompt} ${policy.promoteFrom} stable`);
    this.#object(
      data.rollback || policy.promoteFrom === null || stable?.has(version) === true,
      event,
      'was not stable where the policy asks for it',
    );
    this.#object(effectiveAt === null || event.at >= effectiveAt, event, 'comes before its time');
    const others = new Set(approvedBy.map(({ actor }) => actor));
    others.delete(requested.actor);
    const exempt = data.rollback && effectiveAt === null && !policy.rollbackNeedsApproval;
    this.#object(
      exempt || others.size >= policy.approvals,
      event,
      `has ${others.size} of ${policy.approvals} approvals`,
    );
    this.#object(
      approvedBy.every(({ key }) => !this.#revoked.has(key)),
      event,
      'counts a revoked key',
    );
    const byOneself = requested.key !== 'embedded' && others.size === 0;
    this.#object(
      !byOneself || roleIncludes(this.#roles.get(requested.key) ?? 'reader', 'approver'),
      event,
      'was put live by too low a role',
    );
    this.#object(!byOneself || !this.#revoked.has(requested.key), event, 'was put live by a revoked key');
    this.#pointers.set(place, version);
    this.#lived.set(place, livedHere.add(version));
    if (!direct) this.#caseOf(data.promotion, event).over = true;
  }

  #caseOf(id: string, event: RegistryEvent): Case {
    const found = this.#cases.get(id);
    assert.ok(found, `Event ${event.seq} is of a promotion that nobody requested`);
    this.#object(!found.over, event, 'comes after its end');
    return found;
  }

  #object(fine: boolean, event: RegistryEvent, why: string): void {
    if (!fine) this.objections.push(`Event ${event.seq} (${event.kind}) ${why}.`);
  }
}

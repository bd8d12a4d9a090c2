/**
 * No sequence of publishing, requesting and approving lets whoever wrote a version that changes approve it, while the
 * policy does not let authors. The judge reads the log alone, and works out what changes from the sources' own words.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { STABLE } from '../../src/core/channel.ts';
import { defaultEnvironments, type Policy, policyOf } from '../../src/core/environment.ts';
import type { RegistryEvent } from '../../src/core/event.ts';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { type Caller, COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { listEnvironments } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { setEnvironment } from '../../src/registry/environments.ts';
import { approve } from '../../src/registry/promotions/decide.ts';
import { promote } from '../../src/registry/promotions/promote.ts';
import { listPromotions } from '../../src/registry/promotions/read.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { linkedToNewest, linkNewest } from '../../src/registry/prompts/link-newest.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish, withPartials } from '../../src/registry/prompts/publish.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { eventsAfter } from '../../src/registry/store/log.ts';
import type { Store, WriteTransaction } from '../../src/registry/store/store.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const [DEVELOPMENT, , PRODUCTION] = defaultEnvironments(1);
/** Two of them are one person, as keys of older registries may be. */
const PEOPLE = ['ana', 'ana\u200b', 'ben', 'cid', 'ci'];
const personOf = (actor: string) => actor.replace('\u200b', '');

const who = fc.nat(PEOPLE.length - 1);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('publish' as const), who, text: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('partial' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('request' as const),
      who,
      version: fc.integer({ min: 1, max: 6 }),
      planned: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('approve' as const), who, which: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('policy' as const),
      authorsMayApprove: fc.constantFrom(false, false, true),
      approvals: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** However the dice fall, this one comes. */
const REFUSED_AND_APPROVED: Step[] = [
  { what: 'publish', who: 0, text: 0 },
  { what: 'request', who: 2, version: 1, planned: false },
  { what: 'approve', who: 0, which: 0 },
  { what: 'approve', who: 3, which: 0 },
];

describe('the four-eyes rule, for any actions in any order,', () => {
  it('lets nobody approve what they wrote or requested while authors may not approve', async () => {
    await using folder = await temporaryFolder();
    const clock = { now: Date.parse('2026-09-12T12:00:00.000Z') };
    const store = await openDataFolder(folder.path, {
      environments: defaultEnvironments(1),
      now: () => new Date(clock.now),
    });
    const judge = new Judge();
    let round = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40, size: 'max' }), async steps => {
          const prompt = parsePromptName(`r${++round}/p`);
          await setPolicy(store, { authorsMayApprove: false, approvals: 1 });
          for (const each of steps) await take(store, clock, prompt, each);
          const events = await store.read(snapshot => eventsAfter(snapshot, judge.seq, 10_000));
          for (const event of events) judge.hear(event);
          assert.deepEqual(judge.objections.splice(0), []);
        }),
        { numRuns: runs(150, 40), examples: [[REFUSED_AND_APPROVED]] },
      );
      // Sequences in which nothing is refused or approved would show nothing.
      assert.ok(judge.approvals > 0 && refusals.self > 0);
      await verifyRegistry(store);
    } finally {
      await store.close();
    }
  });

  it('applies by default to an older policy, whose log still verifies', async () => {
    await using folder = await temporaryFolder();
    const older = defaultEnvironments(1).map(({ name, policy: { authorsMayApprove: _, ...policy } }) => ({
      name,
      policy: policy as Policy,
    }));
    const store = await openDataFolder(folder.path, { environments: older });
    try {
      const [event] = await store.read(snapshot => eventsAfter(snapshot, 0, 1));
      assert.ok(!JSON.stringify(event).includes('authorsMayApprove'));
      const policies = (await listEnvironments(store)).map(({ policy }) => policy.authorsMayApprove);
      assert.deepEqual(policies, [false, false, false]);
      await verifyRegistry(store);
    } finally {
      await store.close();
    }
  });
});

const refusals = { self: 0 };

async function take(store: Store, clock: { now: number }, prompt: PromptName, step: Step): Promise<void> {
  const partial = parsePromptName(prompt.replace(/p$/, '_q'));
  const { now } = store;
  clock.now += 1000;
  switch (step.what) {
    case 'publish':
      // The number makes each a version of its own; some use the partial, some do not.
      return publishNext(store, prompt, step.who, step.text === 0 ? 'plain' : '{{> q}}');
    case 'partial':
      return publishNext(store, partial, step.who, 'part');
    case 'request':
      return attempt(store, async transaction => {
        const row = await transaction
          .selectFrom('pointers')
          .select('version')
          .where('prompt', '=', prompt)
          .executeTakeFirst();
        await promote(transaction, now, callerOf(step.who), prompt, {
          environment: PRODUCTION?.name as Caller['environment'],
          channel: STABLE,
          version: step.version as VersionNumber,
          reason: 'Because',
          expected: row?.version ?? null,
          effectiveAt: step.planned ? new Date(clock.now + 60_000).toISOString() : null,
        });
      });
    case 'approve':
      return attempt(store, async transaction => {
        const open = await listPromotions(transaction, {
          prompt,
          before: Number.MAX_SAFE_INTEGER,
          limit: 2,
        });
        const promotion = open[step.which];
        if (promotion === undefined) return;
        const { actor } = callerOf(step.who);
        const said = [promotion.requestedBy, ...promotion.authors].map(personOf);
        try {
          await approve(transaction, now, callerOf(step.who), promotion.id, '');
        } catch (error) {
          if (Problem.is(error, 'self_approval')) refusals.self++;
          throw error;
        }
        assert.ok(!said.includes(personOf(actor)), `${actor} approved, though the promotion names ${said}`);
      });
    case 'policy':
      return setPolicy(store, step);
    case 'wait':
      clock.now += 61_000;
      return promotionSchedule({ store, onFault: assert.ifError }).applyDue();
  }
}

function callerOf(index: number): Caller {
  const actor = PEOPLE[index] as string;
  return { actor, key: 'embedded', role: 'approver', environment: PRODUCTION?.name as Caller['environment'] };
}

async function publishNext(store: Store, name: PromptName, author: number, text: string): Promise<void> {
  const row = await store.read(snapshot =>
    snapshot.selectFrom('prompts').select('newest').where('name', '=', name).executeTakeFirst(),
  );
  const base = row?.newest ?? null;
  const caller = { ...callerOf(author), environment: DEVELOPMENT?.name as Caller['environment'] };
  const source = `${text} ${(base ?? 0) + 1}`;
  await withPartials(
    () => linkedToNewest(store, { name, source }, linkNewest),
    await prepareSource(name, source),
    ready =>
      attempt(store, async transaction => {
        await publish(transaction, store.now, caller, name, ready, { message: '', base });
      }),
  );
}

async function setPolicy(
  store: Store,
  { authorsMayApprove, approvals }: { readonly authorsMayApprove: boolean; readonly approvals: number },
): Promise<void> {
  if (PRODUCTION === undefined) return;
  const policy = {
    ...PRODUCTION.policy,
    promoteFrom: null,
    rollbackNeedsApproval: true,
    authorsMayApprove,
    approvals,
  };
  await store.write(transaction =>
    setEnvironment(transaction, store.now, COMMAND_LINE, { name: PRODUCTION.name, policy }),
  );
}

/** What is refused as a problem changed nothing. */
async function attempt(store: Store, work: (transaction: WriteTransaction) => Promise<unknown>) {
  try {
    await store.write(work);
  } catch (error) {
    if (!Problem.is(error)) throw error;
  }
}

interface Case {
  readonly prompt: string;
  readonly version: number;
  readonly from: number | null;
  readonly requestedBy: string;
  approvedBy: string[];
}

class Judge {
  readonly objections: string[] = [];
  seq = 0;
  approvals = 0;
  #policy: Policy | undefined;
  /** By reference: who wrote it, and which version of the partial it uses. */
  readonly #versions = new Map<string, { readonly author: string; readonly partial: number | undefined }>();
  readonly #cases = new Map<string, Case>();

  hear(event: RegistryEvent): void {
    this.seq = event.seq;
    if (event.kind === 'environment.set' && event.environment === PRODUCTION?.name)
      this.#policy = policyOf((event as RegistryEvent<'environment.set'>).data.policy);
    if (event.kind === 'version.published') {
      const { partials } = (event as RegistryEvent<'version.published'>).data;
      const partial = partials['q']?.version;
      this.#versions.set(`${event.prompt}@${event.version}`, { author: personOf(event.actor), partial });
    }
    if (event.kind === 'promotion.requested') {
      const { data, prompt = '', version = 0 } = event as RegistryEvent<'promotion.requested'>;
      const requestedBy = personOf(event.actor);
      this.#cases.set(data.promotion, { prompt, version, from: data.from, requestedBy, approvedBy: [] });
    }
    if (event.kind === 'promotion.held') this.#caseOf(event).approvedBy = [];
    if (event.kind === 'promotion.approved') {
      this.approvals++;
      const about = this.#caseOf(event);
      const actor = personOf(event.actor);
      if (this.#barred(about).has(actor))
        this.objections.push(`Event ${event.seq}: ${actor} approves ${JSON.stringify(about)}`);
      about.approvedBy.push(actor);
    }
    if (event.kind === 'promotion.applied') {
      const about = this.#caseOf(event);
      const barred = this.#barred(about);
      const count = new Set(about.approvedBy.filter(actor => !barred.has(actor))).size;
      if (count < (this.#policy?.approvals ?? 0))
        this.objections.push(`Event ${event.seq} applies ${JSON.stringify(about)}, of which ${count} count`);
    }
  }

  #caseOf(event: RegistryEvent): Case {
    const found = this.#cases.get((event.data as { readonly promotion: string }).promotion);
    assert.ok(found, `event ${event.seq} is of a request`);
    return found;
  }

  #barred({ prompt, version, from, requestedBy }: Case): Set<string> {
    if (this.#policy?.authorsMayApprove) return new Set([requestedBy]);
    const partial = prompt.replace(/p$/, '_q');
    const used = (number: number | null) =>
      number === null ? undefined : this.#versions.get(`${prompt}@${number}`)?.partial;
    const changed = [
      ...between(from ?? 0, version).map(number => `${prompt}@${number}`),
      ...(used(version) === undefined
        ? []
        : between(used(from) ?? 0, used(version) ?? 0).map(number => `${partial}@${number}`)),
    ];
    return new Set([requestedBy, ...changed.map(reference => this.#versions.get(reference)?.author ?? '')]);
  }
}

/** Forward without the first, which was there already; back with both. */
function between(from: number, to: number): number[] {
  if (from === to) return [];
  const [low, high] = from < to ? [from + 1, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

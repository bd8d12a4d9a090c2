/**
 * Decides who may read the text of drafts. Without `authorsReadDrafts` in an environment's policy, its author keys read
 * what was live there, what was stable in the environment that it promotes from, and the partials of these. Approvers
 * and admins are responsible for what goes live, and read everything.
 */
import { STABLE } from '../../core/channel.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { readEnvironment } from '../environments.ts';
import { wasLive } from '../promotions/pointers.ts';
import type { RecordedPartials } from '../prompts/link-newest.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import type { Caller } from './caller.ts';

export interface DraftAccess {
  /** Returns a function that tells, for each version of one request, whether the caller may read it. */
  reader(caller: Caller): Promise<(prompt: PromptName, version: VersionNumber) => Promise<boolean>>;
  /** @throws Problem `version_not_released` */
  check(caller: Caller, prompt: PromptName, version: VersionNumber): Promise<void>;
}

/** Promotions per snapshot, so that other reads can run in between. */
const AT_ONCE = 100;

export function drafts(store: Pick<Store, 'read'>): DraftAccess {
  /** By environment and the environment that it promotes from. */
  const partials = new Map<string, ReleasedPartials>();

  async function whyNot(caller: Caller, prompt: PromptName, version: VersionNumber) {
    if (caller.role !== 'author') return undefined;
    const closedTo = await store.read(async snapshot => {
      const environment = await readEnvironment(snapshot, caller.environment);
      if (environment.policy.authorsReadDrafts) return undefined;
      return (await wasReleased(snapshot, environment, prompt, version)) ? undefined : environment;
    });
    if (closedTo === undefined || !isPartial(prompt)) return closedTo;
    const { name, policy } = closedTo;
    const place = `${name} ${policy.promoteFrom}`;
    const released = partials.get(place) ?? releasedPartials(store, name, policy.promoteFrom);
    partials.set(place, released);
    return (await released.has(versionReference(prompt, version))) ? undefined : closedTo;
  }

  async function readsAll({ role, environment }: Caller): Promise<boolean> {
    if (role !== 'author') return true;
    return (await store.read(snapshot => readEnvironment(snapshot, environment))).policy.authorsReadDrafts;
  }

  return {
    async reader(caller) {
      // Checked once for all: if drafts are open, as usual, no further query is needed.
      if (await readsAll(caller)) return async () => true;
      return async (prompt, version) => (await whyNot(caller, prompt, version)) === undefined;
    },
    async check(caller, prompt, version) {
      const environment = await whyNot(caller, prompt, version);
      if (environment !== undefined) throw isDraft(environment, versionReference(prompt, version));
    },
  };
}

async function wasReleased(
  snapshot: ReadSnapshot,
  { name, policy: { promoteFrom } }: Environment,
  prompt: PromptName,
  version: VersionNumber,
): Promise<boolean> {
  if (await wasLive(snapshot, prompt, version, name)) return true;
  return promoteFrom !== null && (await wasLive(snapshot, prompt, version, promoteFrom, STABLE));
}

function isDraft({ name, policy: { promoteFrom } }: Environment, reference: string): Problem {
  const nor = promoteFrom === null ? '' : `, nor stable in ${promoteFrom}`;
  return new Problem(
    'version_not_released',
    `${reference} is a draft, which keys of ${name} with the role "author" may not read: it was never live in ${name}${nor}. Use a key of an environment whose authors read drafts, such as development, or one of an approver.`,
  );
}

interface ReleasedPartials {
  has(reference: string): Promise<boolean>;
}

/**
 * The partials that released versions use, directly or indirectly. Releases and versions never change, so only
 * promotions since the last call are read.
 */
function releasedPartials(
  store: Pick<Store, 'read'>,
  environment: EnvironmentName,
  promoteFrom: EnvironmentName | null,
): ReleasedPartials {
  const known = new Set<string>();
  let after = 0;
  let reading: Promise<void> = Promise.resolve();

  async function readOn(): Promise<void> {
    for (let isMore = true; isMore; )
      isMore = await store.read(async snapshot => {
        const rows = await releasedAfter(snapshot, environment, promoteFrom, after);
        for (const { prompt, version } of rows) await addPartials(snapshot, prompt, version, known);
        after = rows.at(-1)?.applied_seq ?? after;
        return rows.length === AT_ONCE;
      });
  }

  return {
    async has(reference) {
      if (known.has(reference)) return true;
      // One after the other: the next call repeats a failed read.
      reading = reading.then(readOn, readOn);
      await reading;
      return known.has(reference);
    },
  };
}

async function releasedAfter(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  promoteFrom: EnvironmentName | null,
  after: number,
) {
  return snapshot
    .selectFrom('promotions')
    .select(['prompt', 'version', 'applied_seq'])
    .where('state', '=', 'applied')
    .where('applied_seq', '>', after)
    .where(where =>
      where.or([
        where('environment', '=', environment),
        ...(promoteFrom === null
          ? []
          : [where.and([where('environment', '=', promoteFrom), where('channel', '=', STABLE)])]),
      ]),
    )
    .orderBy('applied_seq')
    .limit(AT_ONCE)
    .execute();
}

async function addPartials(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  version: VersionNumber,
  known: Set<string>,
): Promise<void> {
  const { partials } = await snapshot
    .selectFrom('versions')
    .select('partials')
    .where('prompt', '=', prompt)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  for (const used of Object.values(JSON.parse(partials) as RecordedPartials)) {
    const reference = versionReference(used.prompt, used.version);
    if (known.has(reference)) continue;
    await addPartials(snapshot, used.prompt, used.version, known);
    known.add(reference);
  }
}

/**
 * Practices a rollback in an environment before production: back to the previous good version, until applications have
 * it, and forward again. The pointer is restored even if a step fails; the report says which version is live.
 */
import { setTimeout } from 'node:timers/promises';
import type { Promotion } from '../contract/promotions.ts';
import type { Pointer } from '../contract/prompts.ts';
import type { Channel } from '../core/channel.ts';
import { drillEnvironments } from '../core/drill-environments.ts';
import type { EnvironmentName } from '../core/environment.ts';
import type { PromptName } from '../core/name.ts';
import { goodVersions } from '../core/rollback-target.ts';
import type { VersionNumber } from '../core/version.ts';
import type { RegistryClient } from './registry-client.ts';

/** A client whose key belongs to the environment and may promote. It also reads deliveries, like an application. */
export type DrillClient = Pick<
  RegistryClient,
  | 'getPrompt'
  | 'listPromotions'
  | 'getPromotion'
  | 'listEnvironments'
  | 'promote'
  | 'cancel'
  | 'deliverWithMaxAge'
>;

export interface DrillPlace {
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
}

export interface DrillPlan extends DrillPlace {
  /** The live version. */
  readonly from: VersionNumber;
  /** The version that a rollback would make live. */
  readonly to: VersionNumber;
}

/** The milliseconds that each step took; steps that were not reached are missing. */
export interface DrillTimes {
  /** From the request for the rollback to the registry's answer. */
  readonly ask?: number;
  /** Part of `ask`: from the request's record to the move of the pointer, by the registry's clock. */
  readonly apply?: number;
  /** From the request until delivery returned the old text. */
  readonly delivery?: number;
  /**
   * From the request until the old text reached an application that got a response just before, and caches each
   * response for its max-age.
   */
  readonly application?: number;
  /** From the request to go forward again until delivery returned the current text. */
  readonly back?: number;
}

export interface DrillReport extends DrillPlan {
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  readonly outcome: 'done' | 'cancelled' | 'failed';
  readonly times: DrillTimes;
  /** Seconds for which the registry lets an application cache a response. */
  readonly maxAge: number;
  /** Why the drill failed, for a person; null if it succeeded. */
  readonly failure: string | null;
  /** The version live at the end; null if unknown. */
  readonly live: VersionNumber | null;
}

/** The drill cannot run: nothing to practice, or not in this environment. The message is for the user. */
export class DrillRefused extends Error {
  override readonly name = 'DrillRefused';
}

/** The number of newest promotions to read: nobody rolls back further. */
const PROMOTIONS = 200;
/** The time to wait for a delivery of the expected version, in ms. */
const PATIENCE = 30_000;
/** Pauses between two checks of delivery, in ms: short at first, then longer. */
const FIRST_LOOK = 5;
const LAST_LOOK = 250;
/** The number of attempts to restore the pointer, a second apart. */
const TRIES = 3;

/** Finds the version to roll back to. @throws DrillRefused, and the errors of the registry client */
export async function planDrill(
  client: DrillClient,
  { prompt, environment, channel }: DrillPlace,
  signal?: AbortSignal,
): Promise<DrillPlan> {
  const environments = await client.listEnvironments(signal);
  const found = environments.find(({ name }) => name === environment);
  if (found === undefined) throw new DrillRefused(`There is no environment ${environment}.`);
  if (!drillEnvironments(environments).includes(environment))
    throw new DrillRefused(
      `${environment} does not allow drills, because applications depend on it. Choose an earlier environment, such as staging.`,
    );
  const { approvals, rollbackNeedsApproval } = found.policy;
  if (rollbackNeedsApproval && approvals > 0)
    throw new DrillRefused(`Rollbacks in ${environment} need approval, so a drill would have to wait.`);
  const [summary, { data }] = await Promise.all([
    client.getPrompt(prompt, signal),
    client.listPromotions({ prompt, environment, state: 'applied', limit: PROMOTIONS }, signal),
  ]);
  const from = pointerIn(summary.pointers, { environment, channel })?.version;
  if (from === undefined)
    throw new DrillRefused(`${prompt} is not live in ${environment}, so there is nothing to roll back.`);
  const [to] = goodVersions(inOrder(data.filter(each => each.channel === channel))).filter(
    version => version !== from,
  );
  if (to === undefined)
    throw new DrillRefused(`No other good version of ${prompt} was ever live in ${environment}.`);
  return { prompt, environment, channel, from, to };
}

function inOrder(promotions: readonly Promotion[]): Promotion[] {
  const at = ({ appliedAt }: Promotion) => appliedAt ?? '';
  return promotions.toSorted((a, b) =>
    at(a) === at(b) ? Number(a.id) - Number(b.id) : at(a) < at(b) ? -1 : 1,
  );
}

/**
 * Runs the drill. Never rejects: the report says how far it got, and which version is live now.
 * @param signal ends the drill early; the pointer is restored anyway
 */
export async function runDrill(
  client: DrillClient,
  plan: DrillPlan,
  signal: AbortSignal = new AbortController().signal,
): Promise<DrillReport> {
  const startedAt = new Date().toISOString();
  const reason = `Rollback drill of ${startedAt}: from @${plan.from} to @${plan.to}, and forward again`;
  const times: { -readonly [Step in keyof DrillTimes]: DrillTimes[Step] } = {};
  let maxAge = 0;
  let failure: string | null = null;
  let wasAsked = false;
  try {
    const application = new Application(client, plan);
    await application.version(signal);
    maxAge = application.maxAge;
    signal.throwIfAborted();
    const began = performance.now();
    wasAsked = true;
    // Without the signal, because an aborted request may arrive after the pointer was checked.
    const promotion = await move(client, plan, plan.to, plan.from, reason);
    times.ask = performance.now() - began;
    times.apply = Date.parse(promotion.appliedAt ?? '') - Date.parse(promotion.requestedAt);
    await until(`delivery to give @${plan.to}`, PATIENCE, signal, async () => {
      const { delivery } = await client.deliverWithMaxAge(plan.prompt, { channel: plan.channel }, signal);
      return delivery.version === plan.to;
    });
    times.delivery = performance.now() - began;
    await until(
      `an application to get @${plan.to}`,
      PATIENCE + maxAge * 1000,
      signal,
      async () => (await application.version(signal)) === plan.to,
    );
    times.application = performance.now() - began;
  } catch (error) {
    failure = messageOf(error);
  }
  const isCanceled = signal.aborted;
  const back = wasAsked ? await putBack(client, plan, reason) : await readBack(client, plan);
  if (back.took !== undefined) times.back = back.took;
  return {
    ...plan,
    startedAt,
    outcome: isCanceled ? 'cancelled' : failure === null && back.failure === null ? 'done' : 'failed',
    times,
    maxAge,
    failure: isCanceled ? back.failure : (failure ?? back.failure),
    live: back.live,
  };
}

/** Moves the pointer. @throws DrillRefused if the move is not applied at once, and the errors of the registry client */
async function move(
  client: DrillClient,
  { prompt, environment, channel }: DrillPlace,
  version: VersionNumber,
  expected: VersionNumber,
  reason: string,
): Promise<Promotion> {
  const promotion = await client.promote(prompt, { environment, channel, version, reason, expected });
  if (promotion.state === 'applied') return promotion;
  await client.cancel(promotion.id, 'A drill must not wait');
  throw new DrillRefused(
    `The move to @${version} was not applied at once (${promotion.state}), so it was canceled.`,
  );
}

interface Back {
  readonly live: VersionNumber | null;
  readonly failure: string | null;
  /** Milliseconds. */
  readonly took?: number;
}

/** Moves the pointer forward again if this drill moved it, and returns the version live afterwards. Never rejects. */
async function putBack(client: DrillClient, plan: DrillPlan, reason: string): Promise<Back> {
  let failure = '';
  for (let tried = 0; tried < TRIES; tried += 1) {
    if (tried > 0) await setTimeout(1000);
    try {
      const pointer = await pointerNow(client, plan);
      if (pointer?.version !== plan.to) return { live: pointer?.version ?? null, failure: null };
      const { reason: why } = await client.getPromotion(pointer.promotion);
      if (why !== reason)
        return {
          live: pointer.version,
          failure: `${pointer.promotedBy} moved the pointer meanwhile, so it was left where it is.`,
        };
      const began = performance.now();
      await move(client, plan, plan.from, plan.to, `${reason}. This is the way forward`);
      await until(`delivery to give @${plan.from}`, PATIENCE, undefined, async () => {
        const { delivery } = await client.deliverWithMaxAge(plan.prompt, { channel: plan.channel });
        return delivery.version === plan.from;
      });
      return { live: plan.from, failure: null, took: performance.now() - began };
    } catch (error) {
      failure = messageOf(error);
    }
  }
  const { live } = await readBack(client, plan);
  return { live, failure: live === plan.from ? null : failure };
}

/** Reads which version is live. Never rejects. */
async function readBack(client: DrillClient, plan: DrillPlan): Promise<Back> {
  try {
    return { live: (await pointerNow(client, plan))?.version ?? null, failure: null };
  } catch (error) {
    return { live: null, failure: messageOf(error) };
  }
}

async function pointerNow(client: DrillClient, plan: DrillPlan): Promise<Pointer | undefined> {
  return pointerIn((await client.getPrompt(plan.prompt)).pointers, plan);
}

function pointerIn(
  pointers: readonly Pointer[],
  { environment, channel }: Pick<DrillPlace, 'environment' | 'channel'>,
): Pointer | undefined {
  return pointers.find(each => each.environment === environment && each.channel === channel);
}

/** Behaves like an application with the client library: caches each response for its max-age. */
class Application {
  readonly #client: DrillClient;
  readonly #place: DrillPlace;
  #known: { readonly version: number; readonly until: number } | undefined;
  /** The max-age of the last response, in seconds. */
  maxAge = 0;

  constructor(client: DrillClient, place: DrillPlace) {
    this.#client = client;
    this.#place = place;
  }

  async version(signal: AbortSignal): Promise<number> {
    if (this.#known !== undefined && performance.now() < this.#known.until) return this.#known.version;
    const { prompt, channel } = this.#place;
    const { delivery, maxAge } = await this.#client.deliverWithMaxAge(prompt, { channel }, signal);
    this.maxAge = maxAge;
    this.#known = { version: delivery.version, until: performance.now() + maxAge * 1000 };
    return delivery.version;
  }
}

/**
 * Repeats `look` until it returns true.
 * @param patience in milliseconds
 * @throws Error after that time, the signal's reason, and the errors of `look`
 */
async function until(
  what: string,
  patience: number,
  signal: AbortSignal | undefined,
  look: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + patience;
  for (let rest = FIRST_LOOK; !(await look()); rest = Math.min(rest * 1.5, LAST_LOOK)) {
    if (performance.now() > end) throw new Error(`It took more than ${patience / 1000} s for ${what}.`);
    await setTimeout(rest, undefined, { signal });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

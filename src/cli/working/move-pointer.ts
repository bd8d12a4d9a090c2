/** Requests a move of a pointer, and waits for it if requested, for `promote` and `rollback`. */
import { setTimeout } from 'node:timers/promises';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import { approvalsMissing } from '../../core/approvals-missing.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import { Problem } from '../../core/problem.ts';
import { isOpen } from '../../core/promotion.ts';
import { stateWord } from '../../core/state-word.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, type TerminalText } from '../output.ts';

export interface PointerUpdate {
  readonly prompt: Pick<PromptSummary, 'name' | 'pointers'>;
  readonly version: VersionNumber;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly reason: string;
  /** RFC 3339; default: at once, or when it is approved. */
  readonly at?: string | undefined;
  /** In milliseconds; undefined to not wait. */
  readonly wait?: number | undefined;
  readonly json?: true | undefined;
}

/** Pauses between two checks of a waiting promotion, in ms: short at first, then longer. */
const FIRST_LOOK = 500;
const LAST_LOOK = 5000;

/**
 * Requests the move, unless it is already live or requested.
 * @throws CommandFailure if it was rejected, or still waits at the timeout; Problem, RegistryUnreachable
 */
export async function movePointer(client: RegistryClient, move: PointerUpdate): Promise<void> {
  const promotion = await askForMove(client, move);
  const ended =
    promotion === null || move.wait === undefined
      ? promotion
      : await waitForMove(client, promotion, Date.now() + move.wait);
  if (move.json) await printJson({ outcome: ended?.state ?? 'already_live', promotion: ended });
  else await print(told(move, ended));
  if (ended === null || ended.state === 'applied') return;
  if (!isOpen(ended)) throw new CommandFailure(EXIT.refused, whyClosed(ended));
  if (move.wait !== undefined)
    throw new CommandFailure(
      EXIT.waiting,
      `Promotion ${ended.id} is still pending. It continues without this command.`,
    );
}

/**
 * Requests a move, or returns an earlier identical request. Null if the version is already live.
 * @throws Problem, RegistryUnreachable
 */
export async function askForMove(client: RegistryClient, move: PointerUpdate): Promise<Promotion | null> {
  const { prompt, version, environment, channel, reason, at } = move;
  const { name } = prompt;
  const open = await waitingFor(client, move);
  if (open !== undefined) {
    await say(line`Promotion ${open.id} already requests this, so it was not requested again.`);
    return open;
  }
  const expected = liveVersion(prompt, environment, channel);
  try {
    const request = { environment, channel, version, reason, expected, effectiveAt: at ?? null };
    return await client.promote(name, request);
  } catch (error) {
    if (Problem.is(error, 'already_live')) return null;
    throw error;
  }
}

export function liveVersion(
  { pointers }: Pick<PromptSummary, 'pointers'>,
  environment: EnvironmentName,
  channel: Channel,
): VersionNumber | null {
  const found = pointers.find(each => each.environment === environment && each.channel === channel);
  return (found?.version ?? null) as VersionNumber | null;
}

/** An earlier identical request, for example of a job that runs again: a new request would lose its approvals. */
async function waitingFor(
  client: RegistryClient,
  { prompt, version, environment, channel, at }: PointerUpdate,
): Promise<Promotion | undefined> {
  const instant = at === undefined ? null : Date.parse(at);
  for (const state of ['pending', 'planned'] as const) {
    const { data } = await client.listPromotions({ prompt: prompt.name, environment, state });
    const found = data.find(
      each =>
        each.version === version &&
        each.channel === channel &&
        (each.effectiveAt === null ? null : Date.parse(each.effectiveAt)) === instant,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Waits until a promotion has ended, or until `end` (milliseconds since 1970).
 * @throws Problem, RegistryUnreachable
 */
export async function waitForMove(
  client: RegistryClient,
  promotion: Promotion,
  end: number,
): Promise<Promotion> {
  let now = promotion;
  if (isOpen(now)) await say(line`Waiting: ${whatFor(now)}`);
  for (let look = FIRST_LOOK; isOpen(now); look = Math.min(look * 2, LAST_LOOK)) {
    const left = end - Date.now();
    if (left <= 0) return now;
    await setTimeout(Math.min(look, left));
    now = await client.getPromotion(promotion.id);
  }
  return now;
}

/** States where the version is live, or why it is not. */
export function told(
  {
    prompt,
    version,
    environment,
    channel,
  }: Pick<PointerUpdate, 'version' | 'environment' | 'channel'> & {
    readonly prompt: Pick<PromptSummary, 'name'>;
  },
  promotion: Promotion | null,
): TerminalText {
  const reference = versionReference(prompt.name, version);
  const where = `${channel} of ${environment}`;
  if (promotion === null) return line`${reference} is already live on ${where}.`;
  if (promotion.state === 'applied') return line`${reference} is live on ${where}.`;
  return line`${reference} is not live on ${where}: ${isOpen(promotion) ? whatFor(promotion) : stateWord(promotion.state)}`;
}

function whatFor({ id, state, approvals, approvalsNeeded, effectiveAt, held, owners }: Promotion): string {
  const why = held === null ? '' : ` It was held at its time: ${held.detail}`;
  if (state === 'planned') return `promotion ${id} is planned for ${effectiveAt}.${why}`;
  const missing = approvalsMissing({ approvals, approvalsNeeded });
  const whom = waitedForWords(owners);
  const count = missing === 1 ? 'one more approval' : `${missing} more approvals`;
  if (whom === undefined) return `promotion ${id} needs ${count}.${why}`;
  if (missing > 1) return `promotion ${id} needs ${count}, of ${whom} as well.${why}`;
  return `promotion ${id} needs the approval of ${whom}.${why}`;
}

/** Why a promotion ended without being applied. */
export function whyClosed({ id, state, closed, supersededBy }: Promotion): string {
  if (supersededBy !== null) return `Promotion ${id} was superseded by promotion ${supersededBy}.`;
  const why = closed === null || closed.comment === '' ? '' : `: ${closed.comment}`;
  return `Promotion ${id} was ${stateWord(state)}${closed === null ? '' : ` by ${closed.by}`}${why}`;
}

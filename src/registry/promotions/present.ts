/** The state at the moment of a decision about a promotion, read in the deciding transaction. */
import { STABLE } from '../../core/channel.ts';
import type { Environment } from '../../core/environment.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import type { Present } from '../../core/promotion-decisions.ts';
import { checkArchivedAsRecorded } from '../prompts/archived.ts';
import { readPrompt } from '../prompts/version-rows.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { findPointer, wasLive } from './pointers.ts';

export async function readPresent(
  snapshot: ReadSnapshot,
  now: Store['now'],
  { prompt, channel, version }: Pick<PromotionRecord, 'prompt' | 'channel' | 'version'>,
  environment: Environment,
): Promise<Present> {
  const { promoteFrom } = environment.policy;
  const { archived } = await readPrompt(snapshot, prompt);
  await checkArchivedAsRecorded(snapshot, prompt, archived);
  return {
    environment,
    current: await findPointer(snapshot, prompt, environment.name, channel),
    stableBefore: promoteFrom === null || (await wasLive(snapshot, prompt, version, promoteFrom, STABLE)),
    archived: archived === 1,
    now: now().toISOString(),
  };
}

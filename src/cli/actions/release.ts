/** Runs `promptforge release`. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Release, ReleaseAnswer } from '../../contract/releases.ts';
import { Problem } from '../../core/problem.ts';
import { releaseRollback } from '../../core/release.ts';
import { versionReference } from '../../core/version.ts';
import { confirm } from '../confirm.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { liveVersion } from '../working/move-pointer.ts';
import { refusalsInLines, releaseInLines } from '../working/release-words.ts';

export interface ShowReleaseOptions extends RemoteOptions {
  readonly json?: true;
}

export interface DecideReleaseOptions extends ShowReleaseOptions {
  readonly comment?: string;
}

export interface RollBackOptions extends ShowReleaseOptions {
  readonly reason: string;
  readonly yes?: true;
}

export async function show(id: string, options: ShowReleaseOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'read' });
  const release = await client.getRelease(id);
  if (options.json) await printJson(release);
  else await print(releaseInLines(release));
}

/** @throws CommandFailure if some of it was refused; Problem where all of it was; RegistryUnreachable */
export async function decide(
  action: 'approve' | 'reject' | 'cancel',
  id: string,
  options: DecideReleaseOptions,
): Promise<void> {
  const remote = await openRemote(options);
  const { environment } = await (await remote.clientFor({ kind: 'read' })).client.getRelease(id);
  const { client } = await remote.clientFor({ kind: 'decide', environment });
  await tell(await naming(client.decideRelease(action, id, options.comment ?? '')), options);
}

/** @throws CommandFailure if there is nothing to roll back; Problem if it is refused; RegistryUnreachable */
export async function rollBack(id: string, options: RollBackOptions): Promise<void> {
  const remote = await openRemote(options);
  const release = await (await remote.clientFor({ kind: 'read' })).client.getRelease(id);
  const { environment, channel } = release;
  const { client } = await remote.clientFor({ kind: 'promote', environment });
  const { items, others } = await rollbackOf(client, release);
  for (const { prompt, why, current } of others)
    await say(
      line`${prompt} is unchanged: ${
        why === 'not_applied'
          ? 'the release did not make it live.'
          : why === 'first'
            ? 'nothing was live before the release.'
            : `${current === null ? 'nothing' : versionReference(prompt, current)} is now live.`
      }`,
    );
  if (items.length === 0)
    throw new CommandFailure(EXIT.refused, `There is nothing to roll back in release ${id}.`);
  const what = items.length === 1 ? '1 prompt' : `${items.length} prompts`;
  await confirm(
    line`Roll back ${what} of release ${id} on ${channel} of ${environment}?`,
    options.yes === true,
  );
  const request = { environment, channel, reason: options.reason, items: [...items], atomic: true };
  await tell(await naming(client.promoteRelease(request)), options);
}

async function rollbackOf(client: RegistryClient, { environment, channel, promotions }: Release) {
  const names = new Set(promotions.map(({ prompt }) => prompt));
  const live = new Map();
  for await (const summary of client.listPrompts({ archived: true }))
    if (names.has(summary.name)) live.set(summary.name, liveVersion(summary, environment, channel));
  return releaseRollback(promotions, prompt => live.get(prompt) ?? null);
}

/** Each promotion that kept the whole back is named before the failure. */
async function naming(answering: Promise<ReleaseAnswer>): Promise<ReleaseAnswer> {
  try {
    return await answering;
  } catch (error) {
    if (Problem.is(error))
      for (const { prompt, version, detail } of error.details.refused ?? [])
        await say(line`${prompt}@${version}: ${detail}`);
    throw error;
  }
}

async function tell(answer: ReleaseAnswer, { json }: ShowReleaseOptions): Promise<void> {
  if (json) await printJson(answer);
  else if (answer.release !== null) await print(releaseInLines(answer.release));
  const refused = refusalsInLines(answer);
  for (const why of refused) await say(why);
  if (refused.length > 0)
    throw new CommandFailure(EXIT.refused, `${refused.length} of ${answer.results.length} were refused.`);
}

/** Runs `promptforge live`. */
import { RegistryClient } from '../../client/registry-client.ts';
import type { Live } from '../../contract/live.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { keptContents, prepareContent } from '../../registry/delivery/content.ts';
import { type LiveReader, readLive } from '../../registry/live/live.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, lines, printJson, printText, say, type TerminalText } from '../output.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface LiveOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  /** RFC 3339 */
  readonly at?: string;
  /** Of one that serves. */
  readonly registry?: string;
  readonly json?: true;
}

/**
 * @throws Problem `not_live_yet` and what else `readLive` and the client throw, DataFolderProblem, DatabaseProblem,
 * RegistryUnreachable, CommandFailure without a key for a registry that serves
 */
export async function live(prompt: PromptName, options: LiveOptions): Promise<void> {
  const found =
    options.registry === undefined
      ? await ownLive(prompt, options)
      : await servedLive(options.registry, prompt, options);
  if (options.json) return printJson(found);
  await say(described(found));
  await printText(found.text);
}

/** A person who can run the command on the data folder can read all of it. */
const COMMAND_LINE_READS: LiveReader = { key: COMMAND_LINE.key, check: async () => {} };

function ownLive(prompt: PromptName, options: LiveOptions): Promise<Live> {
  const { environment, channel, at } = options;
  const contents = keptContents(prepareContent);
  return withRegistry(options, { create: false }, store =>
    readLive(store, contents, prompt, { environment, channel, at }, COMMAND_LINE_READS),
  );
}

async function servedLive(
  url: string,
  prompt: PromptName,
  { environment, channel, at }: LiveOptions,
): Promise<Live> {
  const key = process.env['PROMPTFORGE_KEY'];
  if (key === undefined || key === '')
    throw new CommandFailure(
      EXIT.usage,
      'A remote registry needs a key. Set the environment variable PROMPTFORGE_KEY to an author key.',
    );
  return new RegistryClient({ url, key }).live(prompt, {
    environment,
    channel,
    ...(at !== undefined && { at }),
  });
}

function described({
  prompt,
  version,
  channel,
  environment,
  at,
  from,
  until,
  promotion,
  event,
  origin,
}: Live): TerminalText {
  const told = [
    line`${versionReference(prompt, version)} was live on ${channel} of ${environment} at ${at}:`,
    line`  from   ${from}`,
    line`  until  ${until ?? '– (it still is)'}`,
  ];
  if (promotion !== null) {
    const approvers = promotion.approvals.map(({ actor }) => actor).join(', ');
    const kind = promotion.rollback ? 'rolled back' : 'promoted';
    told.push(
      line`  ${kind} by ${promotion.requestedBy}${approvers === '' ? '' : `, approved by ${approvers}`}`,
    );
    told.push(line`  reason ${promotion.reason}`);
  }
  const { commit, pullRequest } = origin ?? {};
  if (commit !== undefined) told.push(line`  commit ${commit}`);
  if (pullRequest !== undefined) told.push(line`  pull request ${pullRequest}`);
  told.push(line`  proof  event ${event.seq}, ${event.hash}`);
  return lines(told);
}

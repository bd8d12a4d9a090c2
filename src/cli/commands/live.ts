/** `promptforge live`: shows what was live at an instant, from the registry's own data or a remote registry. */
import { Command, Option } from 'commander';
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
import { databaseOption, dataOption } from '../registry-options.ts';
import { instantArgument } from '../times.ts';
import { channelArgument, environmentArgument, promptArgument } from '../values.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export function liveCommand(): Command {
  return new Command('live')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', promptArgument)
    .addOption(
      new Option('--environment <name>', 'where it was live')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--channel <name>', 'the channel to look up').argParser(channelArgument).default('stable'),
    )
    .addOption(
      new Option(
        '--at <instant>',
        'such as 2026-09-12T14:03:00Z or 2026-09-12T16:03:00+02:00 (default: now)',
      ).argParser(instantArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(
      new Option(
        '--registry <url>',
        'use a remote registry instead, with the key in PROMPTFORGE_KEY',
      ).conflicts(['data', 'database']),
    )
    .option('--json', 'print everything as the API returns it')
    .addHelpText(
      'after',
      `
Writes only the text to stdout, as applications got it. Author, reason, time span and the event
that proves it go to stderr. At the instant of a promotion, its version is already live.

Examples:
  promptforge live support/triage --environment production --at 2026-09-12T14:03:00Z
  promptforge live support/triage --environment production --registry https://prompts.example.com --json`,
    )
    .action((prompt, options: LiveOptions) => live(prompt, options));
}

interface LiveOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  /** RFC 3339. */
  readonly at?: string;
  /** The URL of a remote registry. */
  readonly registry?: string;
  readonly json?: true;
}

/**
 * @throws Problem `not_live_yet` and others of `readLive` and the client; DataFolderProblem, DatabaseProblem,
 * RegistryUnreachable; CommandFailure for a remote registry without a key
 */
async function live(prompt: PromptName, options: LiveOptions): Promise<void> {
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

/** `promptforge log`: lists the versions of a prompt, newest first. */
import { Command, Option } from 'commander';
import type { PromptName } from '../../core/name.ts';
import { firstLine, print, printJson, table } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { numberArgument, promptArgument } from '../values.ts';

interface LogOptions extends RemoteOptions {
  readonly limit: number;
  readonly json?: true;
}

/** The number of digits of a commit in the table. */
const COMMIT = 12;

export function logCommand(): Command {
  return new Command('log')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', promptArgument)
    .addOption(
      new Option('--limit <number>', 'the number of versions, newest first')
        .argParser(numberArgument(1, 500))
        .default(20),
    )
    .addOption(remoteOption())
    .option('--json', 'print the versions as the API returns them')
    .addHelpText(
      'after',
      `
Shows the author, time, message and live environments of each version. For versions with an origin,
such as those published by CI, it also shows the commit and pull request.

Examples:
  promptforge log support/triage
  promptforge log support/triage --limit 200 --json`,
    )
    .action(log);
}

async function log(name: PromptName, options: LogOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'read' });
  const [{ pointers }, { data }] = await Promise.all([
    client.getPrompt(name),
    client.listVersions(name, { limit: options.limit }),
  ]);
  const liveOf = (version: number) => pointers.filter(pointer => pointer.version === version);
  if (options.json) {
    await printJson(data.map(version => ({ ...version, pointers: liveOf(version.version) })));
    return;
  }
  const hasOrigins = data.some(({ origin }) => origin !== undefined);
  const rows = data.map(({ version, publishedAt, author, message, origin }) => [
    String(version),
    publishedAt,
    author,
    liveOf(version)
      .map(({ environment, channel }) => (channel === 'stable' ? environment : `${environment}/${channel}`))
      .join(', '),
    ...(hasOrigins ? [origin?.commit?.slice(0, COMMIT) ?? '', origin?.pullRequest ?? ''] : []),
    firstLine(message),
  ]);
  const ofOrigins = hasOrigins ? ['COMMIT', 'PULL REQUEST'] : [];
  await print(table(['VERSION', 'PUBLISHED', 'BY', 'LIVE IN', ...ofOrigins, 'MESSAGE'], rows));
}

/** `promptforge releases`: lists the releases, newest first. */
import { Command, Option } from 'commander';
import type { EnvironmentName } from '../../core/environment.ts';
import { firstLine, print, printJson, table } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument, numberArgument } from '../values.ts';
import { countsInWords } from '../working/release-words.ts';

interface ReleasesOptions extends RemoteOptions {
  readonly environment?: EnvironmentName;
  readonly limit: number;
  readonly json?: true;
}

export function releasesCommand(): Command {
  return new Command('releases')
    .addOption(
      new Option('--environment <name>', 'only releases to this environment (default: all)').argParser(
        environmentArgument,
      ),
    )
    .addOption(
      new Option('--limit <number>', 'the number of releases, newest first')
        .argParser(numberArgument(1, 100))
        .default(20),
    )
    .addOption(remoteOption())
    .option('--json', 'print the releases as the API returns them')
    .addHelpText(
      'after',
      `
A release is a group of promotions with one id, from "promptforge promote --release" or "Promote Release" in VS Code.

Examples:
  promptforge releases
  promptforge releases --environment production --json`,
    )
    .action(releases);
}

async function releases({ environment, limit, json, ...remote }: ReleasesOptions): Promise<void> {
  const { client } = await (await openRemote(remote)).clientFor({ kind: 'read' });
  const { data } = await client.listReleases({ environment, limit });
  if (json) return printJson(data);
  const rows = data.map(release => [
    release.id,
    `${release.environment}/${release.channel}`,
    release.atomic ? 'as a whole' : 'one by one',
    countsInWords(release.counts),
    release.requestedAt,
    release.requestedBy,
    firstLine(release.reason),
  ]);
  await print(table(['RELEASE', 'CHANNEL', 'GOES LIVE', 'PROMPTS', 'REQUESTED', 'BY', 'REASON'], rows));
}

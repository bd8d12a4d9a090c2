/** `promptforge search`: lists the versions that added or removed a text. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type SearchHit, searchQuery } from '../../contract/search.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { numberArgument, promptArgument } from '../values.ts';

interface SearchOptions extends RemoteOptions {
  readonly prompt?: PromptName;
  readonly matchCase?: true;
  readonly limit: number;
  readonly json?: true;
}

/** The maximum number of hits in one response of the API. */
const PAGE = 100;

export function searchCommand(): Command {
  return new Command('search')
    .argument('<text>', 'the text to search for, on one line', textArgument)
    .addOption(
      new Option('--prompt <name>', 'only versions of this prompt, such as support/triage').argParser(
        promptArgument,
      ),
    )
    .option('--match-case', 'match upper and lower case')
    .addOption(
      new Option('--limit <number>', 'the number of versions, newest first')
        .argParser(numberArgument(1, 10_000))
        .default(50),
    )
    .addOption(remoteOption())
    .option('--json', 'print the versions as the API returns them')
    .addHelpText(
      'after',
      `
Lists the versions that added or removed occurrences of the text, newest first, with the number
of occurrences before and after, and the first line that made the difference. Only searches
versions that the key may read.

Examples:
  promptforge search "fee"
  promptforge search "urgent transfers" --prompt support/triage --json`,
    )
    .action(search);
}

function textArgument(text: string): string {
  const { error } = searchQuery.shape.text.safeParse(text);
  if (error === undefined) return text;
  throw new InvalidArgumentError(`The text ${error.issues[0]?.message ?? 'cannot be searched for.'}`);
}

async function search(
  text: string,
  { prompt, matchCase, limit, json, ...remote }: SearchOptions,
): Promise<void> {
  const { client } = await (await openRemote(remote)).clientFor({ kind: 'read' });
  const hits: SearchHit[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.search({
      text,
      prompt,
      matchCase: matchCase ? 'true' : undefined,
      limit: Math.min(PAGE, limit - hits.length),
      cursor,
    });
    hits.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && hits.length < limit);
  if (json) {
    await printJson(hits);
    return;
  }
  if (hits.length === 0) {
    await say(line`No version that this key may read added or removed "${text}".`);
    return;
  }
  const rows = hits.map(({ version, change, before, after, line: number, text: shown }) => [
    versionReference(version.prompt, version.version),
    version.publishedAt,
    version.author,
    `${change} (${before} → ${after})`,
    `${number}: ${shown.trim()}`,
  ]);
  await print(table(['VERSION', 'PUBLISHED', 'BY', 'CHANGE', 'LINE'], rows));
  if (cursor !== undefined) await say(line`There are more. Show them with --limit.`);
}

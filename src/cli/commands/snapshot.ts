/** `promptforge snapshot`: writes the prompts that an environment serves to a file for applications to bundle. */
import { Command, Option } from 'commander';
import { SNAPSHOT_FORMAT } from '../../sdk/snapshot.ts';
import { line, printJson, say } from '../output.ts';
import { fetchServed, type ServedOptions, servedPrompts } from '../served-prompts.ts';
import { channelArgument, environmentArgument, givenArgument, pathArgument } from '../values.ts';
import { writeOutput } from '../write-output.ts';

export function snapshotCommand(): Command {
  return new Command('snapshot')
    .argument(
      '[prompts...]',
      'names such as support/triage, or versions such as support/triage@12 (default: all prompts of this working copy)',
    )
    .addOption(new Option('-o, --output <file>', 'the file (default: stdout)').argParser(pathArgument))
    .addOption(
      new Option('--environment <name>', 'the environment to read (default: that of the key)').argParser(
        environmentArgument,
      ),
    )
    .addOption(
      new Option('--registry <url>', 'the registry (default: that of promptforge.json)').argParser(
        givenArgument,
      ),
    )
    .addOption(
      new Option('--channel <name>', 'the channel to read').argParser(channelArgument).default('stable'),
    )
    .option(
      '--key-file <file>',
      'a file with a reader key of the environment (default: as "promptforge whoami" finds one)',
    )
    .option('--json', 'with -o: print a summary; otherwise the output is JSON anyway')
    .addHelpText(
      'after',
      `
A reader key is enough. Pass the file to createClient as
"snapshot": the client uses it if the registry cannot be reached and nothing newer is cached.
Readers cannot list prompts, so without names it requests those of the prompts folder and
skips the ones that the environment does not serve.

Examples:
  PROMPTFORGE_KEY=… promptforge snapshot -o prompts.json
  promptforge snapshot support/triage billing/fees -o prompts.json --registry https://prompts.example.com --key-file key`,
    )
    .action((prompts: string[], options: SnapshotOptions) => snapshot(prompts, options));
}

interface SnapshotOptions extends ServedOptions {
  readonly output?: string;
  readonly json?: true;
}

/** @throws CommandFailure; WorkspaceError for a working copy that cannot be read */
async function snapshot(names: readonly string[], options: SnapshotOptions): Promise<void> {
  const { output } = options;
  const served = await servedPrompts(names, options);
  const { url, environment, wanted } = served;
  const prompts = await fetchServed(served);
  const text = {
    format: SNAPSHOT_FORMAT,
    registry: new URL(url).href.replace(/\/+$/, ''),
    environment,
    createdAt: new Date().toISOString(),
    prompts: prompts.map(({ age: _, source: __, environment: ___, ...prompt }) => prompt),
  };
  if (output === undefined) return printJson(text);
  await writeOutput(output, `${JSON.stringify(text, null, 2)}\n`);
  if (options.json)
    return printJson({ file: output, environment, prompts: prompts.length, wanted: wanted.length });
  const all = wanted.length === 1 ? '1 prompt' : `${wanted.length} prompts`;
  const are = prompts.length === 1 ? 'is' : 'are';
  await say(line`${prompts.length} of ${all} of ${environment} ${are} in ${output}.`);
}

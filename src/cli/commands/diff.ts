/** `promptforge diff`: what was edited here, as a unified diff. */
import { Command } from 'commander';
import { type DiffSide, NOTHING, unifiedDiff } from '../../core/diff.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printDiff, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { promptArgument } from '../values.ts';
import { promptArguments } from '../working/prompt-arguments.ts';
import { listed, type PromptStatus, readStatus } from '../working/status.ts';

interface DiffOptions extends RemoteOptions {
  readonly newest?: true;
  readonly json?: true;
}

export function diffCommand(): Command {
  return new Command('diff')
    .argument(
      '[prompts...]',
      'names such as support/triage (default: all)',
      promptArguments(promptArgument),
      [],
    )
    .option('--newest', "compare with the registry's newest versions, not with those the files are based on")
    .addOption(remoteOption())
    .option('--json', 'print the diff of each prompt')
    .addHelpText(
      'after',
      `
Compares each file with the version it is based on, as promptforge.lock.json has it. A prompt that
is only on one side is compared with nothing. Prints nothing where nothing differs.

Examples:
  promptforge diff
  promptforge diff support/triage --newest`,
    )
    .action(diff);
}

interface Diffed {
  readonly name: PromptName;
  readonly from: string | null;
  readonly to: string | null;
  readonly diff: string;
}

async function diff(names: readonly PromptName[], options: DiffOptions): Promise<void> {
  const project = await thisProject();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const { prompts, troubles } = await readStatus(project, await listed(client));
  const wanted = names.length === 0 ? prompts : prompts.filter(({ name }) => names.includes(name));
  for (const name of names)
    if (!wanted.some(each => each.name === name))
      throw new CommandFailure(EXIT.refused, `There is no prompt "${name}", here or in the registry.`);
  const { folder } = new WorkingCopy(project, nodeFileSystem);
  const side = (prompt: PromptStatus) => (options.newest ? prompt.newest : prompt.base);
  const differing = wanted.filter(
    prompt => prompt.state !== 'missing' && (prompt.state !== 'clean' || options.newest),
  );
  const sources = new Map<PromptName, string>();
  const references = differing.flatMap(prompt => {
    const version = side(prompt);
    return version === null ? [] : [versionReference(prompt.name, version.version)];
  });
  for (let start = 0; start < references.length; start += AT_ONCE) {
    const { data, missing } = await client.batch(references.slice(start, start + AT_ONCE));
    for (const { prompt, source } of data) sources.set(prompt, source);
    if (missing.length > 0)
      throw new CommandFailure(
        EXIT.refused,
        `The registry does not give ${missing.join(', ')}. It may be a draft, which your key may not read.`,
      );
  }
  const diffs: Diffed[] = [];
  for (const prompt of differing) {
    const { name } = prompt;
    const version = side(prompt);
    const text = await folder.read(name);
    const label = folder.shown(folder.pathOf(name));
    const from: DiffSide =
      version === null
        ? NOTHING
        : { label: versionReference(name, version.version), text: sources.get(name) ?? '' };
    const to: DiffSide = text === undefined ? NOTHING : { label, text };
    const told = unifiedDiff(from, to);
    if (told !== '') diffs.push({ name, from: labelOf(from), to: labelOf(to), diff: told });
  }
  if (options.json) await printJson(diffs);
  else for (const { diff } of diffs) await printDiff(diff);
  for (const { message } of troubles) await say(line`${message}`);
}

/** Versions of one call. */
const AT_ONCE = 500;

function labelOf(side: DiffSide): string | null {
  return side === NOTHING ? null : side.label;
}

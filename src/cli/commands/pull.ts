/** `promptforge pull`: brings files to the newest versions, and leaves edits alone. */
import { Command } from 'commander';
import type { PromptName } from '../../core/name.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { promptArgument } from '../values.ts';
import { promptArguments } from '../working/prompt-arguments.ts';
import { listed } from '../working/status.ts';

interface PullOptions extends RemoteOptions {
  readonly restoreDeleted?: true;
  readonly json?: true;
}

export function pullCommand(): Command {
  return new Command('pull')
    .argument(
      '[prompts...]',
      'names such as support/triage (default: all)',
      promptArguments(promptArgument),
      [],
    )
    .option('--restore-deleted', 'write files again that were deleted here')
    .addOption(remoteOption())
    .option('--json', 'print what was done with each prompt')
    .addHelpText(
      'after',
      `
Writes the newest versions into files that are as they were pulled, makes files that are not there,
and notes the versions in promptforge.lock.json. A file that was edited or deleted here is left as it is; where
the registry has something newer for it, the exit code is 1.

Examples:
  promptforge pull
  promptforge pull support/triage`,
    )
    .action(pull);
}

async function pull(names: readonly PromptName[], options: PullOptions): Promise<void> {
  const project = await thisProject();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const prompts = await listed(client);
  const known = new Set(prompts.map(({ name }) => name));
  for (const name of names)
    if (!known.has(name))
      throw new CommandFailure(EXIT.refused, `There is no prompt "${name}" in the registry. Check the name.`);
  const { updated, created, adopted, left } = await new WorkingCopy(project, nodeFileSystem).pull(
    client,
    prompts,
    {
      isDirty: () => false,
      ...(names.length > 0 && { names: new Set(names) }),
      ...(options.restoreDeleted && { restoreDeleted: true }),
    },
  );
  // What was deleted here on purpose, or takes no version any more, is nothing to do about.
  const undone = left.filter(({ why }) => why !== 'deleted' && why !== 'archived');
  if (options.json) await printJson({ updated, created, adopted, left });
  else {
    for (const { name, from, to } of updated) await print(line`updated  ${name}  ${from} → ${to}`);
    for (const { name, version } of created) await print(line`created  ${name}  ${version}`);
    for (const { message } of left) await say(line`${message}`);
    const count = updated.length + created.length;
    if (count === 0 && undone.length === 0) await print(line`Nothing to pull.`);
  }
  if (undone.length > 0)
    throw new CommandFailure(
      EXIT.refused,
      undone.length === 1
        ? 'One prompt was left as it is.'
        : `${undone.length} prompts were left as they are.`,
    );
}

/** `promptforge pull`: updates files to the newest versions, and keeps local edits. */
import { Command, Option } from 'commander';
import type { PromptName } from '../../core/name.ts';
import { whyAbsent, whyAllAbsent } from '../../workspace/absent.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { progressOf } from '../progress.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { promptArgument } from '../values.ts';
import { meantName } from '../working/meant-name.ts';
import { promptArguments } from '../working/prompt-arguments.ts';
import { repairLockFile } from '../working/repair-lock.ts';

interface PullOptions extends RemoteOptions {
  readonly restoreDeleted?: true;
  readonly keepDeleted?: true;
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
    .option('--restore-deleted', 'restore files that were deleted here')
    .addOption(
      new Option('--keep-deleted', 'keep files deleted although the registry has newer versions').conflicts(
        'restoreDeleted',
      ),
    )
    .addOption(remoteOption())
    .option('--json', 'print the result for each prompt')
    .addHelpText(
      'after',
      `
Updates unedited files to the newest versions, creates missing files, merges newer versions into
edited files if the changes do not overlap, and records the versions in promptforge.lock.json.
Other edited or deleted files are not touched; if the registry has a newer version of one, the
exit code is 1. After merging by hand, run "promptforge resolve".

Deleted files stay deleted. If the registry has a newer version of one, decide what to do:
--restore-deleted writes it, --keep-deleted keeps it deleted until the next version.

Examples:
  promptforge pull
  promptforge pull support/triage
  promptforge pull support/triage --keep-deleted`,
    )
    .action(pull);
}

async function pull(names: readonly PromptName[], options: PullOptions): Promise<void> {
  const project = await thisProject();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const copy = new WorkingCopy(project, nodeFileSystem);
  await repairLockFile(copy, client);
  // Before the list, so that a version which another process publishes meanwhile is in both.
  const lock = await copy.readLock();
  const prompts = await copy.listPrompts(client);
  const known = new Set(prompts.map(({ name }) => name));
  for (const name of names)
    if (!known.has(name) && lock.has(name)) throw new CommandFailure(EXIT.refused, whyAbsent(name));
    else if (!known.has(name))
      throw new CommandFailure(
        EXIT.refused,
        `There is no prompt "${name}" in the registry.${meantName(name, known) || ' Check the name.'}`,
      );
  const { updated, merged, created, adopted, kept, left } = await copy.pull(client, prompts, {
    isDirty: () => false,
    onProgress: progressOf('Pulling'),
    ...(names.length > 0 && { names: new Set(names) }),
    ...(options.restoreDeleted && { restoreDeleted: true }),
    ...(options.keepDeleted && { keepDeleted: true }),
  });
  const absent = names.length > 0 ? [] : [...lock.keys()].filter(name => !known.has(name));
  // Prompts deleted on purpose or archived need no action.
  const undone = left.filter(({ why }) => why !== 'deleted' && why !== 'archived');
  if (options.json) await printJson({ updated, merged, created, adopted, kept, left, absent });
  else {
    for (const { name, from, to } of updated) await print(line`updated  ${name}  ${from} → ${to}`);
    for (const { name, from, to } of merged) await print(line`merged   ${name}  ${from} → ${to}`);
    for (const { name, version } of created) await print(line`created  ${name}  ${version}`);
    for (const { name, to } of kept) await print(line`deleted  ${name}  stays deleted, as of version ${to}`);
    for (const { message } of left) await say(line`${message}`);
    await sayHowToDecide(left.filter(({ why }) => why === 'deleted_and_changed').map(({ name }) => name));
    const done = updated.length + merged.length + created.length + kept.length;
    if (absent.length > 0) await say(line`${whyAllAbsent(absent.length)}`);
    if (done === 0 && undone.length + absent.length === 0) await print(line`Nothing to pull.`);
  }
  const count = undone.length + absent.length;
  if (count > 0)
    throw new CommandFailure(
      EXIT.refused,
      count === 1 ? 'One prompt was not updated.' : `${count} prompts were not updated.`,
    );
}

const MAX_NAMED = 10;

async function sayHowToDecide(deleted: readonly PromptName[]): Promise<void> {
  if (deleted.length === 0) return;
  const names = deleted.length > MAX_NAMED ? '<prompts>' : deleted.join(' ');
  await say(line`To restore: promptforge pull ${names} --restore-deleted`);
  await say(line`To keep deleted: promptforge pull ${names} --keep-deleted`);
}

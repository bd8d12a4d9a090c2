/** `promptforge resolve`: records that a file includes a version's changes after they were merged by hand. */
import { Command } from 'commander';
import { addsConflictMarkers } from '../../core/conflict-markers.ts';
import { publishedText } from '../../core/line-endings.ts';
import { withMarkers } from '../../workspace/added-markers.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { withoutFile } from '../working/meant-name.ts';
import { type PromptVersion, promptVersionArgument } from '../working/prompt-version.ts';

interface ResolveOptions extends RemoteOptions {
  readonly json?: true;
}

export function resolveCommand(): Command {
  return new Command('resolve')
    .argument('<prompt@version>', 'the version that the file takes into account', promptVersionArgument)
    .addOption(remoteOption())
    .option('--json', 'print the new base of the file')
    .addHelpText(
      'after',
      `
After a conflict, compare the file with the registry's newest version ("promptforge diff --newest"),
merge its changes into the file, then run this command with that version. The file is not changed;
"promptforge publish" publishes it on top of that version. For a deleted file, it confirms that the
file stays deleted although there is a newer version.

Examples:
  promptforge diff support/triage --newest
  promptforge resolve support/triage@12`,
    )
    .action(resolve);
}

async function resolve({ name, version }: PromptVersion, options: ResolveOptions): Promise<void> {
  if (version === undefined)
    throw new CommandFailure(EXIT.usage, `Name the version that you put into the file, such as ${name}@12.`);
  const project = await thisProject();
  const copy = new WorkingCopy(project, nodeFileSystem);
  const text = await copy.folder.read(name);
  const isDeleted = text === undefined;
  const lock = await copy.readLock();
  if (isDeleted && !lock.has(name)) throw new CommandFailure(EXIT.refused, withoutFile(name, lock.keys()));
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const { digest, source } = await client.getVersion(name, version);
  const file = copy.folder.shown(copy.folder.pathOf(name));
  if (text !== undefined && addsConflictMarkers(source, text))
    throw new CommandFailure(EXIT.refused, withMarkers(file));
  await copy.setBase(name, { version, ...publishedText(source) });
  if (options.json) return printJson({ name, base: { version, digest } });
  await say(
    isDeleted
      ? line`${file} stays deleted as of version ${version}.`
      : line`${file} is now based on version ${version}.`,
  );
}

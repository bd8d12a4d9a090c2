/** `promptforge diff`: prints local edits as a unified diff. */
import { Command, Option } from 'commander';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import { type DiffSide, NOTHING, unifiedDiff } from '../../core/diff.ts';
import { withLineEndingsOf } from '../../core/line-endings.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { isAbsent } from '../../workspace/absent.ts';
import { LOCK_FILE } from '../../workspace/lock-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printDiff, printJson, printText, say } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { choice, formatOf, promptArgument } from '../values.ts';
import { diffMarkdown } from '../working/diff-markdown.ts';
import { meantName } from '../working/meant-name.ts';
import { promptArguments } from '../working/prompt-arguments.ts';
import { listed, type PromptStatus, readStatus } from '../working/status.ts';

interface DiffOptions extends RemoteOptions {
  readonly newest?: true;
  readonly format: 'text' | 'json' | 'markdown';
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
    .addOption(
      choice(new Option('--format <format>', 'output format; markdown is for comments on pull requests'), [
        'text',
        'json',
        'markdown',
      ]).default('text'),
    )
    .option('--json', 'the same as --format json: the diff of each prompt')
    .addHelpText(
      'after',
      `
Compares each file with the version it is based on, as recorded in promptforge.lock.json. A prompt
that exists on only one side is compared with an empty text. Prints nothing if nothing differs.

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
  const format = formatOf(options.format, options.json);
  const project = await thisProject();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const { prompts, troubles } = await readStatus(project, await listed(client));
  const wanted = names.length === 0 ? prompts : prompts.filter(({ name }) => names.includes(name));
  for (const name of names)
    if (!wanted.some(each => each.name === name))
      throw new CommandFailure(
        EXIT.refused,
        `There is no prompt "${name}", here or in the registry.${meantName(
          name,
          prompts.map(each => each.name),
        )}`,
      );
  const { folder } = new WorkingCopy(project, nodeFileSystem);
  const side = (prompt: PromptStatus) => (options.newest || isAbsent(prompt) ? prompt.newest : prompt.base);
  const differing = wanted.filter(
    prompt => prompt.state !== 'missing' && (prompt.state !== 'clean' || options.newest),
  );
  const versions = differing.flatMap(prompt => {
    const version = side(prompt);
    return version === null ? [] : [{ prompt: prompt.name, ...version }];
  });
  // Requested by the digests of the lock file and of the list, so that another text under the same number is rejected.
  const sources = await client.getSources(versions).catch((error: unknown) => {
    if (!RegistryUnreachable.is(error, 'digest_mismatch')) throw error;
    throw new CommandFailure(
      EXIT.refused,
      `${error.message} The digest is from ${LOCK_FILE}: the registry may have been restored from a backup, or the file belongs to another registry.`,
    );
  });
  const missing = versions.filter(({ digest }) => !sources.has(digest));
  if (missing.length > 0)
    throw new CommandFailure(
      EXIT.refused,
      `The registry did not return ${missing.map(({ prompt, version }) => versionReference(prompt, version)).join(', ')}. It may be a draft that your key may not read.`,
    );
  const diffs: Diffed[] = [];
  for (const prompt of differing) {
    const { name } = prompt;
    const version = side(prompt);
    const text = await folder.read(name);
    const label = folder.shown(folder.pathOf(name));
    const from: DiffSide =
      version === null
        ? NOTHING
        : { label: versionReference(name, version.version), text: sources.get(version.digest) ?? '' };
    // The text as it would be published, because line endings are not an edit.
    const to: DiffSide =
      text === undefined
        ? NOTHING
        : {
            label,
            text: withLineEndingsOf(text, version === null ? undefined : sources.get(version.digest)),
          };
    const told = unifiedDiff(from, to);
    if (told !== '') diffs.push({ name, from: labelOf(from), to: labelOf(to), diff: told });
  }
  if (format === 'json') await printJson(diffs);
  else if (format === 'markdown') await printText(diffMarkdown(diffs));
  else for (const { diff } of diffs) await printDiff(diff);
  for (const { message } of troubles) await say(line`${message}`);
}

function labelOf(side: DiffSide): string | null {
  return side === NOTHING ? null : side.label;
}

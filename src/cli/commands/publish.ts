/** `promptforge publish`: publishes changed prompts as versions. */
import { Command, Option } from 'commander';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { givenArgument, promptArgument } from '../values.ts';
import { hintAtAttributes } from '../working/attributes-hint.ts';
import { originInCi, readGitHubEvent } from '../working/ci.ts';
import { promptArguments } from '../working/prompt-arguments.ts';
import { publishAll, type Result } from '../working/publish-all.ts';
import { repairLockFile } from '../working/repair-lock.ts';
import { listed, readStatus } from '../working/status.ts';
import { withOrigin } from '../working/with-origin.ts';

interface PublishOptions extends RemoteOptions {
  readonly message?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function publishCommand(): Command {
  return new Command('publish')
    .argument(
      '[prompts...]',
      'names such as support/triage (default: all changed prompts)',
      promptArguments(promptArgument),
      [],
    )
    .addOption(
      new Option('-m, --message <text>', 'what changed and why; kept with each version').argParser(
        givenArgument,
      ),
    )
    .option('--dry-run', 'check everything in the registry, but publish nothing')
    .addOption(remoteOption())
    .option('--json', 'print the result for each prompt')
    .addHelpText(
      'after',
      `
Publishes each changed prompt on top of the version it is based on, partials before the prompts
that use them, and records the new versions in promptforge.lock.json. Each prompt is published on
its own: refused ones are listed with the reason, and the others continue. A text that the
registry already has succeeds as "unchanged".

In GitHub Actions and GitLab CI, each version also records its origin: commit, repository, author
and pull request. "promptforge log" shows it.

The exit code is 3 if only invalid prompts were refused, 4 if the registry could not be reached,
and 1 for other refusals.

Examples:
  promptforge publish -m "Name the fees of the new price list"
  promptforge publish --dry-run
  promptforge publish support/triage -m "Ask for the card number last" --json`,
    )
    .action(publish);
}

async function publish(names: readonly PromptName[], options: PublishOptions): Promise<void> {
  const { message, dryRun = false } = options;
  if (message === undefined && !dryRun)
    throw new CommandFailure(
      EXIT.usage,
      'Describe what changed and why: -m "…". It is kept with each version.',
    );
  const project = await thisProject();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'publish' });
  await repairLockFile(new WorkingCopy(project, nodeFileSystem), client);
  const status = await readStatus(project, await listed(client), client);
  const origin = originInCi(process.env, await readGitHubEvent(process.env));
  const { results, exitCode } = await publishAll({
    ...{ project, status, names, dryRun, message: message ?? '' },
    client: withOrigin(client, origin),
  });
  if (status.hasReturns) await hintAtAttributes(project.root);
  if (options.json) await printJson({ dryRun, results });
  else await tell(results, dryRun);
  if (exitCode === EXIT.ok) return;
  const refused = results.filter(({ outcome }) => outcome === 'refused' || outcome === 'not_tried').length;
  const would = dryRun ? 'would be refused' : refused === 1 ? 'was refused' : 'were refused';
  throw new CommandFailure(exitCode, `${refused} of ${results.length} ${would}.`);
}

const WORDS: Readonly<Record<Result['outcome'], string>> = {
  published: 'published',
  would_publish: 'would publish',
  unchanged: 'unchanged',
  refused: 'refused',
  not_tried: 'not tried',
};

async function tell(results: readonly Result[], dryRun: boolean): Promise<void> {
  for (const { name, outcome, version, message } of results) {
    const what = name === null ? '' : version === null ? name : versionReference(name, version);
    const why = message === null ? '' : what === '' ? message : `: ${message}`;
    const told = line`${WORDS[outcome].padEnd(dryRun ? 13 : 9)}  ${what}${why}`;
    await (outcome === 'refused' || outcome === 'not_tried' ? say(told) : print(told));
  }
  if (results.length === 0) await print(line`Nothing changed here.`);
}

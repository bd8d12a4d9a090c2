/** `promptforge status`: compares the files, or the lock file, with the registry. */
import { Command, Option } from 'commander';
import type { RegistryClient } from '../../client/registry-client.ts';
import { type Channel, STABLE } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { environmentNotFound } from '../../core/environment-not-found.ts';
import { isAbsent, whyAllAbsent } from '../../workspace/absent.ts';
import { LOCK_FILE } from '../../workspace/lock-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { RegistryPrompt } from '../../workspace/prompt-state.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { channelArgument, environmentArgument } from '../values.ts';
import { hintAtAttributes } from '../working/attributes-hint.ts';
import { liveStates } from '../working/drift.ts';
import { isNotAsked, listed, type PromptStatus, readStatus } from '../working/status.ts';

interface StatusOptions extends RemoteOptions {
  readonly check?: true;
  readonly live?: EnvironmentName;
  readonly channel?: Channel;
  readonly json?: true;
}

export function statusCommand(): Command {
  return new Command('status')
    .option('--check', 'exit with 5 if files and registry differ: for CI')
    .addOption(
      new Option(
        '--live <environment>',
        'compare promptforge.lock.json with the versions that are live there, instead of files with newest versions',
      ).argParser(environmentArgument),
    )
    .addOption(
      new Option('--channel <name>', 'the channel for --live (default: stable)').argParser(channelArgument),
    )
    .addOption(remoteOption())
    .option('--json', 'print every prompt with its state, base and newest version')
    .addHelpText(
      'after',
      `
Lists the prompts whose files differ from the registry's newest versions:
  modified  edited here: publish        behind    the registry has a newer version: pull
  new       only here: publish          missing   only in the registry: pull
  conflict  edited here and there       deleted   the file is gone, the prompt is not
  archived  takes no new versions       invalid   edited here, and cannot be published
  absent    in the lock file, but not in the registry: see below
  renamed   the file has a new name: publish creates its version 1; the old name stays in the
            registry until you archive it

If the registry cannot be reached, or there is no key for it, only local changes are shown; with
--check the command then fails.

Registries delete nothing. If one does not have a prompt of the lock file, it was restored from a
backup, or is another one: to publish the file as a new prompt, remove its line from the lock file.

With --live it lists the prompts whose live version differs from the lock file:
  older     promote it                  newer     pull: somebody promoted another version
  not live  promote it                  only live not in the lock file: pull

Examples:
  promptforge status
  promptforge status --check
  promptforge status --live production --check`,
    )
    .action(status);
}

async function status(options: StatusOptions): Promise<void> {
  if (options.channel !== undefined && options.live === undefined)
    throw new CommandFailure(EXIT.usage, '--channel needs --live <environment>.');
  const project = await thisProject();
  if (options.live !== undefined) return statusOfLive(project, options.live, options);
  let prompts: RegistryPrompt[] | null = null;
  let client: RegistryClient | undefined;
  let why: Error | undefined;
  try {
    ({ client } = await (await openRemote(options, project)).clientFor({ kind: 'read' }));
    prompts = await listed(client);
  } catch (error) {
    if (!isNotAsked(error)) throw error;
    why = error;
  }
  const {
    prompts: all,
    troubles,
    hasReturns,
  } = await readStatus(project, prompts, prompts === null ? undefined : client);
  const differing = all.filter(({ agrees }) => !agrees);
  const differs = differing.length + troubles.length > 0;
  if (options.json) {
    const { registry } = project;
    await printJson({
      ...{
        registry: options.registry ?? registry,
        asked: why === undefined,
        why: why?.message ?? null,
        differs,
      },
      prompts: all.map(({ issues, ...prompt }) => ({ ...prompt, issues: issues.map(place) })),
      troubles: troubles.map(({ path, reason, message }) => ({ file: path, reason, message })),
    });
  } else await tell(differing, all.length, troubles);
  const absent = prompts === null ? 0 : all.filter(isAbsent).length;
  if (absent > 0) await say(line`${whyAllAbsent(absent)}`);
  if (hasReturns) await hintAtAttributes(project.root);
  if (why !== undefined) {
    if (options.check) throw why;
    await say(line`Only local changes are shown. ${why.message}`);
  } else if (options.check && differs) throw new CommandFailure(EXIT.differs, 'Files and registry differ.');
}

async function statusOfLive(
  project: Project,
  environment: EnvironmentName,
  options: StatusOptions,
): Promise<void> {
  const { channel = STABLE, check, json } = options;
  const lock = await new WorkingCopy(project, nodeFileSystem).readLock();
  const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
  const environments = await client.listEnvironments();
  if (!environments.some(({ name }) => name === environment))
    throw environmentNotFound(
      environment,
      environments.map(({ name }) => name),
    );
  const prompts = await Array.fromAsync(client.listPrompts({ archived: true }));
  const states = liveStates(lock, prompts, environment, channel);
  const differing = states.filter(({ state }) => state !== 'live');
  if (json) await printJson({ environment, channel, differs: differing.length > 0, prompts: states });
  else if (differing.length === 0)
    await print(
      line`${LOCK_FILE} matches what is live on ${channel} of ${environment}: ${states.length === 1 ? '1 prompt' : `${states.length} prompts`}.`,
    );
  else {
    const rows = differing.map(({ name, state, base, live }) => [
      ...[state, name, String(base ?? ''), String(live ?? '')],
    ]);
    await print(table(['STATE', 'PROMPT', 'LOCK FILE', 'LIVE'], rows));
  }
  if (check && differing.length > 0)
    throw new CommandFailure(
      EXIT.differs,
      `${LOCK_FILE} does not match what is live on ${channel} of ${environment}.`,
    );
}

async function tell(
  differing: readonly PromptStatus[],
  count: number,
  troubles: readonly { readonly message: string }[],
): Promise<void> {
  if (differing.length > 0) {
    // A file that was renamed is one row, unless the registry has something newer under its old name.
    const shown = differing.filter(
      ({ renamedTo, base, newest }) => renamedTo === undefined || base?.version !== newest?.version,
    );
    const rows = shown.map(({ name, state, base, newest, issues, renamedFrom }) => [
      issues.length > 0 ? 'invalid' : state,
      renamedFrom === undefined ? name : `${renamedFrom} → ${name}`,
      base === null ? '' : String(base.version),
      newest === null ? '' : String(newest.version),
    ]);
    await print(table(['STATE', 'PROMPT', 'BASE', 'NEWEST'], rows));
  }
  for (const { issues } of differing)
    for (const { label, line: row, column, message } of issues)
      await print(line`${label}:${row}:${column}: ${message}`);
  for (const { message } of troubles) await print(line`${message}`);
  if (differing.length + troubles.length > 0) return;
  if (count === 0) await print(line`There are no prompts.`);
  else await print(line`Nothing differs: ${count === 1 ? '1 prompt' : `${count} prompts`}.`);
}

function place({ label, line: row, column, code, message }: PromptStatus['issues'][number]) {
  return { file: label, line: row, column, ...(code !== undefined && { code }), message };
}

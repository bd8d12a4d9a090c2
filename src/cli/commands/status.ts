/** `promptforge status`: how the files stand to the registry. */
import { Command } from 'commander';
import type { RegistryPrompt } from '../../workspace/prompt-state.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say, table } from '../output.ts';
import { openRemote, type RemoteOptions, thisProject } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { isNotAsked, listed, type PromptStatus, readStatus } from '../working/status.ts';

interface StatusOptions extends RemoteOptions {
  readonly check?: true;
  readonly json?: true;
}

export function statusCommand(): Command {
  return new Command('status')
    .option('--check', 'exit with 5 where files and registry differ: for CI')
    .addOption(remoteOption())
    .option('--json', 'print every prompt with its state, base and newest version')
    .addHelpText(
      'after',
      `
Lists the prompts whose files are not as the registry's newest versions:
  modified  edited here: publish        behind    the registry has a newer version: pull
  new       only here: publish          missing   only in the registry: pull
  conflict  edited here and there       deleted   the file is gone, the prompt is not
  archived  takes no version any more   invalid   edited here, and cannot be published

Where the registry cannot be asked, it says so and shows what was edited here; with --check it
then fails.

Examples:
  promptforge status
  promptforge status --check`,
    )
    .action(status);
}

async function status(options: StatusOptions): Promise<void> {
  const project = await thisProject();
  let prompts: RegistryPrompt[] | null = null;
  let why: Error | undefined;
  try {
    const { client } = await (await openRemote(options, project)).clientFor({ kind: 'read' });
    prompts = await listed(client);
  } catch (error) {
    if (!isNotAsked(error)) throw error;
    why = error;
  }
  const { prompts: all, troubles } = await readStatus(project, prompts);
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
  if (why !== undefined) {
    if (options.check) throw why;
    await say(line`The registry could not be asked, so only what was edited here is shown. ${why.message}`);
  } else if (options.check && differs) throw new CommandFailure(EXIT.differs, 'Files and registry differ.');
}

async function tell(
  differing: readonly PromptStatus[],
  count: number,
  troubles: readonly { readonly message: string }[],
): Promise<void> {
  if (differing.length > 0) {
    const rows = differing.map(({ name, state, base, newest, issues }) => [
      issues.length > 0 ? 'invalid' : state,
      name,
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

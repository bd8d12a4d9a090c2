/** `promptforge drill`: practices a rollback away from production, times each step, and restores the pointer. */
import { Command, Option } from 'commander';
import { drillMarkdown } from '../../client/drill-report.ts';
import { type DrillPlan, DrillRefused, planDrill, runDrill } from '../../client/rollback-drill.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, printText, say } from '../output.ts';
import { openRemote } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument, promptArgument } from '../values.ts';
import { pointerOption } from '../working/move-options.ts';

interface DrillOptions {
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly registry?: string;
  readonly json?: true;
}

export function drillCommand(): Command {
  return new Command('drill')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', promptArgument)
    .addOption(
      new Option(
        '--environment <name>',
        'the environment to roll back in; never the last one, which is production',
      )
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(pointerOption())
    .addOption(remoteOption())
    .option('--json', 'print the report as JSON, times in milliseconds')
    .addHelpText(
      'after',
      `
Rolls the prompt back to the previous good version, waits until delivery and an application with
a fresh cache have it, and moves it forward again. Prints a report in Markdown with the time of
each step and what is live at the end. Ctrl-C ends the drill early and moves forward, too.

Example:
  promptforge drill support/triage --environment staging`,
    )
    .action(drill);
}

async function drill(prompt: PromptName, { environment, channel, ...options }: DrillOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'promote', environment });
  let plan: DrillPlan;
  try {
    plan = await planDrill(client, { prompt, environment, channel });
  } catch (error) {
    throw error instanceof DrillRefused ? new CommandFailure(EXIT.refused, error.message) : error;
  }
  await say(
    line`Rolling ${prompt} back from @${plan.from} to @${plan.to} in ${environment}, and forward again.`,
  );
  const stopping = new AbortController();
  // The handlers stay registered: a second Ctrl-C must not end the process before the pointer is restored.
  const stop = () => stopping.abort();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  const report = await runDrill(client, plan, stopping.signal);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, stop);
  if (options.json) await printJson(report);
  else await printText(drillMarkdown(report));
  if (report.outcome === 'done') return;
  throw new CommandFailure(
    EXIT.refused,
    report.live === plan.from
      ? `The drill was not completed. @${plan.from} is live in ${environment}, as before.`
      : `The drill was not completed, and what is live in ${environment} is ${report.live === null ? 'not known' : `@${report.live}`}. Before it was @${plan.from}.`,
  );
}

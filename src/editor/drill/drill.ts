/** Practices a rollback outside of production, and reports how long each step took. */
import * as vscode from 'vscode';
import { parsePointerChannel } from '../../core/channel.ts';
import { drillEnvironments } from '../../core/drill-environments.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import { namedTarget } from '../explorer/target.ts';
import { isAt, setTargets } from '../promotion/choices.ts';
import { pickPointer } from '../promotion/pick-pointer.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { drillQuestion } from './words.ts';

/** @throws as the registry client, MissingKey */
export async function drill(workbench: Workbench, argument: unknown): Promise<void> {
  const { ask, session, prompts, report } = workbench;
  const place = await placeOfDrill(workbench, argument);
  if (place === undefined) return;
  const { prompt, pointer } = place;
  const environment = parseEnvironmentName(pointer.environment);
  const client = await session.clientFor({ kind: 'promote', environment });
  const [{ DrillRefused, planDrill, runDrill }, { drillMarkdown }] = await Promise.all([
    import('../../client/rollback-drill.ts'),
    import('../../client/drill-report.ts'),
  ]);
  const wanted = { prompt, environment, channel: parsePointerChannel(pointer.channel) };
  const plan = await inProgress('Planning the drill', signal => planDrill(client, wanted, signal)).catch(
    async (error: unknown) => {
      if (!(error instanceof DrillRefused)) throw error;
      await ask.tell('info', error.message);
    },
  );
  if (plan === undefined || (await ask.confirm(drillQuestion(plan))) !== true) return;
  const found = await inProgress(`Drill: rolling back ${prompt} in ${environment}`, signal =>
    runDrill(client, plan, signal),
  );
  const content = drillMarkdown(found);
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: 'markdown', content }),
    { preview: false },
  );
  await prompts.refresh();
  if (found.live !== plan.from)
    void report(
      new Error(
        found.live === null
          ? `it is unknown what is live in ${environment}. Before the drill it was @${plan.from}.`
          : `@${found.live} is live in ${environment}, and before the drill it was @${plan.from}.`,
      ),
      'Moving the pointer back',
    );
}

/** Picks among the selected or active prompt's pointers, otherwise among all; never in production. */
async function placeOfDrill(workbench: Workbench, argument: unknown): ReturnType<typeof pickPointer> {
  const { ask, prompts, session } = workbench;
  await session.clientFor({ kind: 'read' }); // makes the environments known, or reports what is missing
  const named = await namedTarget(argument, workbench);
  const environments = session.environments.filter(({ name }) =>
    drillEnvironments(session.environments).includes(name),
  );
  const question = {
    title: 'Rollback Drill',
    placeholder: 'Select what to roll back and forward again',
    none: `${named?.prompt ?? 'No prompt'} is not live in an environment that allows drills. Production does not.`,
    environments,
  };
  if (named === undefined) return pickPointer(workbench, question);
  const { prompt, pointer } = named;
  if (pointer !== undefined && environments.some(({ name }) => name === pointer.environment))
    return { prompt, pointer };
  const summary = prompts.listed.get(prompt)?.summary;
  const targets = summary === undefined ? [] : setTargets(summary, environments);
  if (pointer !== undefined && !targets.some(target => isAt(target, pointer))) {
    await ask.tell(
      'info',
      `${pointer.environment} does not allow drills, because applications depend on it.`,
    );
    return undefined;
  }
  const [only, ...others] = targets;
  if (only !== undefined && others.length === 0)
    return { prompt, pointer: { environment: only.environment, channel: only.channel } };
  return pickPointer(workbench, { ...question, only: prompt });
}

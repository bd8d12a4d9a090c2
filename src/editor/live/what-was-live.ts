/** What Was Live At…: asks for environment, channel, date and time, and opens the text. */
import * as vscode from 'vscode';
import type { Live } from '../../contract/live.ts';
import { type Channel, LATEST } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { askMoment } from '../asking/ask-moment.ts';
import { draftName } from '../asking/draft-name.ts';
import { registerCommand } from '../commands.ts';
import { shortName } from '../compare/titles.ts';
import { checkRegistryIsShown } from '../connection/other-project.ts';
import { type CommandTarget, targetOf } from '../explorer/target.ts';
import { targetsOf } from '../promotion/choices.ts';
import { bothZones } from '../wording/age.ts';
import { ownTimeZone } from '../wording/moment.ts';
import { placeOf } from '../wording/place.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { LiveDocuments, registerLiveDocuments } from './live-documents.ts';
import { parseLiveUri } from './live-uri.ts';

const COMPARE = 'Compare with Live Now';

export function registerWhatWasLive(workbench: Workbench): vscode.Disposable {
  const { report } = workbench;
  const documents = new LiveDocuments(workbench);
  return vscode.Disposable.from(
    registerLiveDocuments(documents),
    registerCommand('whatWasLive', 'Looking up what was live', report, async argument => {
      const target = await targetOf(argument, workbench, {
        title: 'What Was Live At',
        admits: ({ summary }) => summary !== undefined,
      });
      if (target !== undefined) await whatWasLiveAt(workbench, documents, target);
    }),
    registerCommand('compareWithLiveNow', 'Comparing with what is live', report, async argument => {
      const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
      const address = uri && parseLiveUri(uri);
      if (address !== undefined) checkRegistryIsShown(address.registry, workbench.session);
      const then = uri === undefined ? undefined : await documents.answer(uri);
      if (then === undefined) await workbench.ask.tell('info', 'Run What Was Live At… first.');
      else await compareWithNow(workbench, documents, then);
    }),
  );
}

async function whatWasLiveAt(
  workbench: Workbench,
  documents: LiveDocuments,
  { prompt, pointer, wasLive }: CommandTarget,
): Promise<void> {
  const named = pointer ?? wasLive;
  const { ask, session } = workbench;
  const client = await session.clientFor({ kind: 'read' });
  const title = `What Was Live: ${prompt}`;
  const place =
    named === undefined
      ? await pickPlace(workbench, prompt, title)
      : { environment: named.environment as EnvironmentName, channel: named.channel as Channel };
  if (place === undefined) return;
  const { environment, channel } = place;
  const draft = draftName(`what was live ${prompt} ${environment} ${channel}`, session);
  const question = {
    title: `${title} in ${placeOf(place)}`,
    prompt: 'When',
    value: Date.now(),
    draft,
    refuses: (at: number) =>
      at > Date.now() ? 'This time is in the future. Enter an earlier one.' : undefined,
  };
  const at = await askMoment(ask, question, ownTimeZone());
  if (at === undefined) return;
  const { fromUntil, notLiveYet, whatWasLive, whoAndWhy } = await import('./words.ts');
  let live: Live;
  try {
    live = await inProgress('Looking up what was live', signal =>
      client.live(prompt, { environment, channel, at }, signal),
    );
  } catch (error) {
    if (!Problem.is(error, 'not_live_yet')) throw error;
    await ask.tell('info', notLiveYet({ prompt, environment, channel, at }, error));
    return;
  }
  ask.sent(draft);
  await vscode.window.showTextDocument(documents.keep(live), { preview: true });
  void ask
    .tell('info', `${whatWasLive(live)}. ${whoAndWhy(live)}. ${fromUntil(live)}.`, COMPARE)
    .then(chosen => (chosen === COMPARE ? compareWithNow(workbench, documents, live) : undefined))
    .catch((error: unknown) => workbench.report(error, 'Comparing with what is live'));
}

async function pickPlace(
  { ask, session, prompts }: Workbench,
  prompt: PromptName,
  title: string,
): Promise<{ environment: EnvironmentName; channel: Channel } | undefined> {
  const pointers = prompts.listed.get(prompt)?.summary?.pointers ?? [];
  const targets = targetsOf({ pointers }, session.environments).toReversed(); // the question is usually about production
  const places = targets.map(({ environment, channel, live }) => ({
    label: `${environment} · ${channel}`,
    description: live === undefined ? 'nothing now' : `@${live.version} now`,
    value: { environment, channel },
  }));
  const newest = session.environments
    .filter(({ policy }) => policy.serves.includes(LATEST))
    .map(({ name }) => ({
      label: `${name} · ${LATEST}`,
      description: 'the newest version',
      value: { environment: name, channel: LATEST },
    }));
  return ask.pick({
    title,
    placeholder: 'Select an environment',
    options: [...places, ...newest],
    isFollowed: true,
  });
}

async function compareWithNow(workbench: Workbench, documents: LiveDocuments, then: Live): Promise<void> {
  const { prompt, environment, channel } = then;
  const client = await workbench.session.clientFor({ kind: 'read' });
  const now = await inProgress('Looking up what is live', signal =>
    client.live(prompt, { environment, channel }, signal),
  );
  if (now.version === then.version) {
    const since = now.from === then.from ? 'Still live' : 'Live again';
    await workbench.ask.tell(
      'info',
      `${since}: ${prompt}@${now.version} is live in ${placeOf(now)}, since ${bothZones(now.from)}. The text is the same.`,
    );
    return;
  }
  const { comparisonTitle } = await import('./words.ts');
  await vscode.commands.executeCommand(
    'vscode.diff',
    documents.keep(then),
    documents.keep(now),
    comparisonTitle(shortName(prompt, workbench.prompts.listed.keys()), then, now),
    { preview: true },
  );
}

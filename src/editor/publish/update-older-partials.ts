/** Update Partials…: every prompt that uses an older version of a partial gets a new version that uses the newest. */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionReference } from '../../core/version.ts';
import { draftOfFiles } from '../asking/draft-name.ts';
import { breakingInWords } from '../compare/change-words.ts';
import { namedTarget } from '../explorer/target.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { EMBEDDED, resolvedUriParts, versionUriParts } from '../versions/uri.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { followInLock } from './follow-in-lock.ts';
import type { PlannedDocuments } from './planned-documents.ts';
import type { Draft } from './update-drafts.ts';
import { type OlderUse, olderUses, updatePlan } from './update-plan.ts';
import { type Updated, updateOutcome, updateQuestion, updateTitle } from './update-words.ts';
import { validateMessage } from './words.ts';

/** The maximum number of prompts per run, so that all changes can be shown; another run updates the next ones. */
const MOST = 100;
const TITLE = 'Update Partials';

/** @param planned stores the compared texts */
export async function updatePartials(
  workbench: Workbench,
  planned: PlannedDocuments,
  argument: unknown,
): Promise<void> {
  const { session, prompts, ask } = workbench;
  const client = await session.clientFor({ kind: 'publish' });
  await prompts.refresh();
  const partials = await choosePartials(workbench, argument);
  if (partials === undefined) return;
  const all = updatePlan(prompts.summaries, partials);
  const plan = all.slice(0, MOST);
  const { partialsTakenIn, updateDrafts } = await import('./update-drafts.ts');
  const drafts = await inProgress(`Comparing ${counted(plan.length, 'prompt')}`, signal =>
    updateDrafts(workbench, plan, signal),
  );
  const taken = [...partialsTakenIn(drafts).values()];
  const update = {
    partials: [...new Set(taken.map(({ to }) => to.id))].sort(),
    prompts: drafts.length,
    left: all.length - plan.length,
  };
  await showUpdate(workbench, planned, updateTitle(update), drafts, taken);
  const breaking = drafts.flatMap(({ prompt, change }) => {
    const words = breakingInWords(change);
    return words === undefined ? [] : [{ prompt, words }];
  });
  const draft = draftOfFiles('update partials', session);
  const message = await ask.text({
    ...updateQuestion(update, breaking),
    draft,
    validate: validateMessage,
  });
  if (message === undefined) return;
  const result = await inProgress(updateTitle(update), signal =>
    publishAll(workbench, client, drafts, message.trim(), signal),
  );
  if (result.failed.length === 0) ask.sent(draft);
  await updateLock(workbench, client, result.updated);
  const severity = result.failed.length === 0 ? 'info' : 'warning';
  const buttons = result.failed.length === 0 ? [] : ['Show Log'];
  void ask.tell(severity, updateOutcome(result), ...buttons).then(chosen => {
    if (chosen !== undefined) void vscode.commands.executeCommand('promptforge.showLog');
  });
}

/** Users of the selected or active partial, or as the person chooses; undefined if there is nothing to do. */
async function choosePartials(
  workbench: Workbench,
  argument: unknown,
): Promise<ReadonlySet<PromptName> | undefined> {
  const { ask, prompts } = workbench;
  const uses = olderUses(prompts.summaries);
  if (uses.length === 0) {
    await ask.tell('info', 'Nothing to update: every prompt uses the newest versions of its partials.');
    return undefined;
  }
  const named = (await namedTarget(argument, workbench))?.prompt;
  if (uses.some(({ partial }) => partial === named)) return new Set([named as PromptName]);
  const all = new Set(uses.map(({ partial }) => partial));
  const users = new Set(uses.flatMap(use => use.users));
  const option = ({ partial, newest, users }: OlderUse) => ({
    label: partial,
    description: `@${newest} · older in ${counted(users.length, 'prompt')}`,
    value: new Set([partial]) as ReadonlySet<PromptName>,
  });
  return ask.pick<ReadonlySet<PromptName>>({
    title: TITLE,
    placeholder: 'Select a partial to update to its newest version',
    options: [
      ...(uses.length === 1
        ? []
        : [{ label: 'All partials', description: `in ${counted(users.size, 'prompt')}`, value: all }]),
      ...uses.map(option),
    ],
  });
}

/** Shows each adopted partial, then the resolved text of every prompt. */
async function showUpdate(
  { session }: Workbench,
  planned: PlannedDocuments,
  title: string,
  drafts: readonly Draft[],
  taken: readonly {
    readonly from: { readonly id: string } | undefined;
    readonly to: { readonly id: string };
  }[],
): Promise<void> {
  const registry = session.registry ?? EMBEDDED;
  const versionUri = ({ id }: { readonly id: string }) =>
    vscode.Uri.from(versionUriParts({ registry, ...parseVersionReference(id) }));
  const resolvedUri = ({ prompt, newest }: Draft) =>
    vscode.Uri.from(resolvedUriParts({ registry, prompt, version: newest.version }));
  await vscode.commands.executeCommand('vscode.changes', title, [
    ...taken.map(({ from, to }) => [versionUri(to), from && versionUri(from), versionUri(to)]),
    ...drafts.flatMap(draft => {
      if (draft.resolved === undefined) return [];
      const uri = planned.keep(draft.prompt, draft.resolved);
      return [[uri, resolvedUri(draft), uri]];
    }),
  ]);
}

/** One after the other, partials first. If a response is lost, the rest is skipped, and the result is read from the registry. */
async function publishAll(
  workbench: Workbench,
  client: RegistryClient,
  drafts: readonly Draft[],
  message: string,
  signal: AbortSignal,
): Promise<Updated> {
  const { log, prompts, session } = workbench;
  const updated: PromptName[] = [];
  const failed: { prompt: PromptName; why: string }[] = [];
  let lost: Draft | undefined;
  for (const draft of drafts) {
    const { prompt, source, newest } = draft;
    if (lost !== undefined || signal.aborted) {
      failed.push({ prompt, why: 'It was skipped.' });
      continue;
    }
    try {
      await client.publish(prompt, { source, message, base: newest.version }, signal);
      updated.push(prompt);
    } catch (error) {
      log.error(`Updating ${prompt}: ${logged(error)}`);
      failed.push({ prompt, why: messageOf(error) });
      if (mayHaveArrived(error)) {
        session.note(error);
        lost = draft;
      }
    }
  }
  await prompts.refresh();
  if (lost === undefined) return { updated, failed };
  const { prompt, newest } = lost;
  const now = prompts.listed.get(prompt)?.summary?.newest;
  const arrived = now !== undefined && now.version > newest.version && now.digest === newest.digest;
  if (!arrived) return { updated, failed };
  return { updated: [...updated, prompt], failed: failed.filter(each => each.prompt !== prompt) };
}

async function updateLock(
  { log, prompts }: Workbench,
  client: RegistryClient,
  updated: readonly string[],
): Promise<void> {
  const copy = updated.length === 0 ? undefined : await prompts.workingCopy();
  if (copy === undefined) return;
  try {
    await followInLock(copy, client, prompts.summaries, updated as readonly PromptName[]);
    await prompts.rescan();
  } catch (error) {
    log.warn(`The lock file could not be updated; the next pull updates it: ${logged(error)}`);
  }
}

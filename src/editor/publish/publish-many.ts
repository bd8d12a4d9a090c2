/**
 * Publishes several prompts with one message, partials before their users. Each prompt is published on its own: a
 * refused one does not stop the others. If a response is lost, the rest is skipped and the result is read from the
 * registry.
 */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { whyAbsent } from '../../workspace/absent.ts';
import { addsMarkers, withMarkers } from '../../workspace/added-markers.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { uriOf } from '../files/paths.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import { followInLock } from './follow-in-lock.ts';
import type { PublishManyOutcome } from './publish-many-words.ts';
import type { SourceDiagnostics } from './source-diagnostics.ts';
import { outdated } from './words.ts';

interface Publication {
  readonly workbench: Workbench;
  readonly diagnostics: SourceDiagnostics;
  readonly copy: WorkingCopy;
  readonly client: RegistryClient;
  /** Without leading or trailing spaces. */
  readonly message: string;
  readonly signal: AbortSignal;
}

/** @returns the outcome of each, in the order of publication; the list of prompts already shows it */
export async function publishMany(
  publication: Publication,
  names: readonly PromptName[],
): Promise<readonly PublishManyOutcome[]> {
  const { workbench, copy, client, signal } = publication;
  const { prompts } = workbench;
  const unsaved = await saveAll(copy, names);
  await prompts.rescan();
  const sources = new Map<PromptName, string>();
  const outcomes: PublishManyOutcome[] = [];
  const refuse = (prompt: PromptName, why: string) => outcomes.push({ prompt, kind: 'refused', why });
  for (const prompt of names) {
    const why = unsaved.get(prompt) ?? whyNot(workbench, prompt);
    const source = why === undefined ? await readOr(copy, prompt) : why;
    if (why !== undefined) refuse(prompt, why);
    else if (typeof source === 'string') sources.set(prompt, source);
    else refuse(prompt, source.why);
  }
  // Somebody may have adopted newer partials: then the text that a file is based on has another number.
  if (sources.size > 0) await followInLock(copy, client, prompts.summaries, sources.keys());
  const { publishOrder } = await import('../../workspace/publish-order.ts');
  const before = new Map(prompts.summaries.map(({ name, newest }) => [name, newest.version]));
  let lost: PromptName | undefined;
  for (const { name } of publishOrder(sources)) {
    if (lost !== undefined || signal.aborted) {
      outcomes.push({ prompt: name, kind: 'not_tried' });
      continue;
    }
    const { outcome, isLost } = await publishOne(publication, name);
    outcomes.push(outcome);
    if (isLost) lost = name;
  }
  await prompts.refresh();
  return lost === undefined ? outcomes : readBack(publication, outcomes, lost, before.get(lost));
}

/** Finds what would be refused, or would revert the work of others, before anything is sent. */
function whyNot({ prompts }: Workbench, prompt: PromptName): string | undefined {
  const listed = prompts.listed.get(prompt);
  if (listed?.trouble !== undefined) return listed.trouble;
  if (listed?.isAbsent === true) return whyAbsent(prompt);
  if (listed?.hasFile !== true) return 'It has no file here.';
  if (listed.state === 'conflict')
    return `The registry has @${listed.summary?.newest.version}, and your file is not based on it. Resolve the conflict first.`;
  if (listed.state === 'archived') return 'It is archived. Restore it first.';
  return undefined;
}

async function publishOne(
  { workbench, diagnostics, copy, client, message, signal }: Publication,
  prompt: PromptName,
): Promise<{ readonly outcome: PublishManyOutcome; readonly isLost: boolean }> {
  const { log, session } = workbench;
  const uri = uriOf(copy.folder.pathOf(prompt));
  diagnostics.clear(uri);
  const refused = (why: string, isLost = false) => ({
    outcome: { prompt, kind: 'refused', why } as const,
    isLost,
  });
  try {
    const [text, base] = [await copy.folder.read(prompt), workbench.prompts.listed.get(prompt)?.base];
    if (await addsMarkers(client, prompt, base as VersionNumber | undefined, text ?? ''))
      return refused(withMarkers(copy.folder.shown(copy.folder.pathOf(prompt))));
    const result = await copy.publish(client, prompt, message, signal);
    if (result.kind === 'base_outdated') {
      const number = result.newest?.version ?? result.problem.details.newest?.version;
      return refused(outdated(prompt, number, result.newest, Date.now()));
    }
    const { version, created } = result;
    const number = version.version;
    const outcome: PublishManyOutcome = created
      ? { prompt, kind: 'published', version: number }
      : { prompt, kind: 'unchanged', version: number };
    return { outcome, isLost: false };
  } catch (error) {
    log.error(`Publishing ${prompt} failed: ${logged(error)}`);
    if (Problem.is(error, 'invalid_source')) diagnostics.show(uri, error.details.issues ?? []);
    session.note(error);
    return refused(messageOf(error), mayHaveArrived(error));
  }
}

/** Reads the outcome from the registry, because the response may have been lost. */
async function readBack(
  { workbench, copy, client }: Publication,
  outcomes: readonly PublishManyOutcome[],
  lost: PromptName,
  before: VersionNumber | undefined,
): Promise<readonly PublishManyOutcome[]> {
  const { prompts, log } = workbench;
  const { summary, state } = prompts.listed.get(lost) ?? {};
  const newest = summary?.newest;
  // There is a newer version than before, and the file has its text.
  if (newest === undefined || newest.version === before || state !== 'clean') return outcomes;
  try {
    await followInLock(copy, client, prompts.summaries, [lost]);
    await prompts.rescan();
  } catch (error) {
    log.warn(`The lock file could not be updated; the next pull updates it: ${logged(error)}`);
  }
  return outcomes.map(outcome =>
    outcome.prompt === lost ? { prompt: lost, kind: 'published', version: newest.version } : outcome,
  );
}

/** @returns the reason why some could not be saved */
async function saveAll(
  copy: WorkingCopy,
  names: readonly PromptName[],
): Promise<ReadonlyMap<PromptName, string>> {
  const unsaved = new Map<PromptName, string>();
  const wanted = new Map(names.map(name => [uriOf(copy.folder.pathOf(name)).toString(), name]));
  for (const document of vscode.workspace.textDocuments) {
    const name = wanted.get(document.uri.toString());
    if (name !== undefined && !(await saveDocument(document)))
      unsaved.set(name, 'Its file could not be saved.');
  }
  return unsaved;
}

async function readOr(copy: WorkingCopy, prompt: PromptName): Promise<string | { readonly why: string }> {
  try {
    return (await copy.folder.read(prompt)) ?? { why: 'It has no file here.' };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

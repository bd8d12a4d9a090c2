/** Publishes a file: shows the changes, asks for a message, and reports the actual result. */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { VersionSummary } from '../../contract/prompts.ts';
import { digestOf } from '../../core/digest.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { addsMarkers, withMarkers } from '../../workspace/added-markers.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { draftOfFiles } from '../asking/draft-name.ts';
import type { PromptChange } from '../compare/change.ts';
import { showComparison } from '../compare/compare.ts';
import { pathOf, readable, uriOf } from '../files/paths.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { inProgress } from '../work/in-progress.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import { followInLock } from './follow-in-lock.ts';
import type { SourceDiagnostics } from './source-diagnostics.ts';
import {
  afterFailure,
  messageQuestion,
  outdated,
  published,
  renamedNote,
  unknownAfterFailure,
  validateMessage,
} from './words.ts';

const MERGE = 'Merge…';

/** Publish…, for a prompt with a file. */
export async function publish(
  workbench: Workbench,
  diagnostics: SourceDiagnostics,
  prompt: PromptName,
): Promise<void> {
  const { session, prompts, ask, log } = workbench;
  const copy = await prompts.workingCopy();
  if (copy === undefined) throw new Error('No prompts folder is open.');
  const uri = uriOf(copy.folder.pathOf(prompt));
  await save(uri);
  diagnostics.clear(uri);
  const source = await checkedSource(workbench, diagnostics, copy, prompt, uri);
  if (source === undefined) return;
  const client = await session.clientFor({ kind: 'publish' });
  const base = prompts.listed.get(prompt)?.base;
  if (await addsMarkers(client, prompt, base as VersionNumber | undefined, source))
    throw new Error(withMarkers(copy.folder.shown(copy.folder.pathOf(prompt))));

  await prompts.rescan();
  // If the registry is unreachable, ask for the message all the same: it is kept, and the error is shown then.
  const asSent = await copy.publishedSource(client, prompt).catch((error: unknown) => {
    if (RegistryUnreachable.isAbsent(error)) return undefined;
    throw error;
  });
  const sent = digestOf(asSent ?? source);
  const hasNewestText = () => prompts.listed.get(prompt)?.summary?.newest.digest === sent;
  // With a newer partial, the same text makes a new version; the list may not know it yet.
  if (hasNewestText()) await prompts.load();
  if (prompts.listed.get(prompt)?.isAbsent === true) await prompts.load(); // it may be there again
  const listed = prompts.listed.get(prompt);
  if (listed?.isAbsent === true) {
    const { whyAbsent } = await import('../../workspace/absent.ts');
    throw new Error(whyAbsent(prompt));
  }
  const newest = listed?.summary?.newest;
  if (newest !== undefined && hasNewestText() && !(await usesOlderPartials(workbench, newest, source))) {
    await ask.tell('info', published(newest, false));
    return;
  }
  if (newest !== undefined && listed?.state === 'conflict') {
    await offerNewest(workbench, diagnostics, prompt, newest.version, newest);
    return;
  }
  // Somebody may have adopted newer partials: then the text that the file is based on has another number.
  if (newest !== undefined && listed?.base !== newest.version)
    await followInLock(copy, client, prompts.summaries, [prompt]);
  const renamedFrom = listed?.renamedFrom?.prompt;
  let change: PromptChange | undefined;
  if (newest === undefined) await vscode.window.showTextDocument(uri, { preview: true });
  else change = await showComparison(workbench, prompt, { version: newest.version }, { file: true });
  const draft = draftOfFiles(`publish ${prompt}`, session);
  const message = await ask.text({
    ...messageQuestion(prompt, newest?.version, change, renamedFrom),
    draft,
    validate: validateMessage,
  });
  if (message === undefined) return;
  await save(uri); // the comparison can be edited while the message is asked for

  let outcome: Awaited<ReturnType<WorkingCopy['publish']>>;
  try {
    outcome = await inProgress(`Publishing ${prompt}`, signal =>
      copy.publish(client, prompt, message.trim(), signal),
    );
  } catch (error) {
    if (Problem.is(error, 'invalid_source')) {
      await showIssues(workbench, diagnostics, uri, error);
      return;
    }
    session.note(error);
    if (!mayHaveArrived(error)) throw error;
    log.error(logged(error));
    await sayWhatIsTrue(workbench, copy, client, { prompt, before: newest?.version, draft }, error);
    return;
  }
  await prompts.refresh();
  if (outcome.kind === 'published') {
    ask.sent(draft);
    workbench.walkthrough.done('publish');
    void offerNext(workbench, outcome.version, outcome.created, renamedFrom);
    return;
  }
  const number = outcome.newest?.version ?? outcome.problem.details.newest?.version;
  void offerNewest(workbench, diagnostics, prompt, number as VersionNumber | undefined, outcome.newest).catch(
    (error: unknown) => workbench.report(error, `Publishing ${prompt}`),
  );
}

/** Returns true if publishing the newest version's text again would use newer partials. */
async function usesOlderPartials(
  workbench: Workbench,
  { prompt, partials }: VersionSummary,
  source: string,
): Promise<boolean> {
  if (Object.keys(partials).length === 0) return false;
  const { newestPartials } = await import('../compare/linked-side.ts');
  const now = newestPartials(workbench, prompt, source);
  // A partial that no longer exists is omitted; publishing would be refused because of it.
  return (
    Object.entries(partials).every(([reference]) => reference in now) &&
    Object.entries(partials).some(([reference, used]) => {
      const newest = now[reference];
      return newest?.prompt !== used.prompt || newest.version !== used.version;
    })
  );
}

/** The source if it can be published; otherwise its errors are shown, and nothing is sent. */
async function checkedSource(
  workbench: Workbench,
  diagnostics: SourceDiagnostics,
  copy: WorkingCopy,
  prompt: PromptName,
  uri: vscode.Uri,
): Promise<string | undefined> {
  const [{ parseSource, sourceKindOf }, { checkNoIssues, sourceIssues }] = await Promise.all([
    import('../../core/source.ts'),
    import('../../core/template.ts'),
  ]);
  try {
    const source = await copy.folder.read(prompt);
    if (source === undefined) {
      await workbench.ask.tell('warning', `This folder has no file for ${prompt}. Create or pull it first.`);
      return undefined;
    }
    checkNoIssues(
      sourceIssues(source, parseSource(source, sourceKindOf(prompt))),
      copy.folder.shown(pathOf(uri)),
    );
    return source;
  } catch (error) {
    if (!Problem.is(error, 'invalid_source')) throw error;
    await showIssues(workbench, diagnostics, uri, error);
    return undefined;
  }
}

async function showIssues(
  { ask, log }: Workbench,
  diagnostics: SourceDiagnostics,
  uri: vscode.Uri,
  problem: Problem,
): Promise<void> {
  const issues = problem.details.issues ?? [];
  diagnostics.show(uri, issues);
  log.error(problem.message);
  void ask.tell('error', `Nothing was published. ${problem.message}`, 'Show Problem').then(async chosen => {
    const [first] = issues;
    if (chosen === undefined || first === undefined) return;
    const start = new vscode.Position(first.line - 1, first.column - 1);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(start, start) });
  });
}

async function offerNext(
  { ask }: Workbench,
  version: { readonly prompt: PromptName; readonly version: VersionNumber },
  created: boolean,
  renamedFrom: PromptName | undefined,
): Promise<void> {
  const archive = `Archive ${renamedFrom}…`;
  const chosen = await ask.tell(
    'info',
    [published(version, created), ...(renamedFrom === undefined ? [] : [renamedNote(renamedFrom)])].join(' '),
    ...(created ? ['Promote…'] : []),
    ...(renamedFrom === undefined ? [] : [archive]),
  );
  if (chosen === archive) await vscode.commands.executeCommand('promptforge.archive', renamedFrom);
  else if (chosen !== undefined)
    await vscode.commands.executeCommand('promptforge.promote', version.prompt, version.version);
}

/** Somebody else published first: offers to compare their version, and then to publish based on it. */
async function offerNewest(
  workbench: Workbench,
  diagnostics: SourceDiagnostics,
  prompt: PromptName,
  number: VersionNumber | undefined,
  newest: Pick<VersionSummary, 'author' | 'publishedAt' | 'digest'> | undefined,
): Promise<void> {
  const { ask, prompts } = workbench;
  const compare = `Compare with @${number}`;
  const onTop = `Publish on Top of @${number}…`;
  const isConflict = prompts.listed.get(prompt)?.state === 'conflict';
  const chosen = await ask.tell(
    'warning',
    outdated(prompt, number, newest, Date.now()),
    ...(isConflict ? [MERGE] : []),
    ...(number === undefined ? [] : [compare]),
    ...(number === undefined || newest === undefined ? [] : [onTop]),
  );
  if (chosen === MERGE) await vscode.commands.executeCommand('promptforge.openMergeEditor', prompt);
  if (chosen === undefined || chosen === MERGE || number === undefined) return;
  await showComparison(workbench, prompt, { version: number }, { file: true });
  if (chosen !== onTop || newest === undefined) return;
  const agreed = await ask.confirm({
    message: `Publish your file on top of @${number}?`,
    detail: `The comparison shows how your file changes @${number}. Anything it removes is missing in the next version. @${number} itself stays in the history.`,
    button: `Publish on Top of @${number}`,
  });
  if (!agreed) return;
  await (await prompts.workingCopy())?.setBase(prompt, { version: number, digest: newest.digest });
  await publish(workbench, diagnostics, prompt);
}

/** The response may have been lost, so the registry is read before the outcome is reported. */
async function sayWhatIsTrue(
  workbench: Workbench,
  copy: WorkingCopy,
  client: RegistryClient,
  {
    prompt,
    before,
    draft,
  }: { readonly prompt: PromptName; readonly before: number | undefined; readonly draft: string },
  error: unknown,
): Promise<void> {
  const { ask, prompts } = workbench;
  const failed = messageOf(error);
  let arrivedAs: number | undefined;
  try {
    const source = await copy.publishedSource(client, prompt);
    const summary = await client.getPrompt(prompt).catch((problem: unknown) => {
      if (Problem.is(problem, 'prompt_not_found')) return undefined;
      throw problem;
    });
    // If only partials are newer, the previous newest version already had this text.
    const arrived =
      source !== undefined &&
      summary?.newest.digest === digestOf(source) &&
      summary.newest.version !== before;
    arrivedAs = arrived ? summary.newest.version : undefined;
    if (arrived) ask.sent(draft);
    if (arrived) await followInLock(copy, client, [summary], [prompt]);
  } catch {
    const chosen = await ask.tell('error', `${failed} ${unknownAfterFailure()}`, 'Try Again', 'Show Log');
    await followUp(chosen, prompt);
    return; // only the first failure is reported; this one says the same
  }
  await prompts.refresh();
  const severity = arrivedAs === undefined ? 'error' : 'info';
  const buttons = arrivedAs === undefined ? ['Try Again', 'Show Log'] : [];
  const chosen = await ask.tell(severity, `${failed} ${afterFailure(prompt, arrivedAs)}`, ...buttons);
  await followUp(chosen, prompt);
}

async function followUp(chosen: string | undefined, prompt: PromptName): Promise<void> {
  if (chosen === 'Try Again') await vscode.commands.executeCommand('promptforge.publish', prompt);
  if (chosen === 'Show Log') await vscode.commands.executeCommand('promptforge.showLog');
}

async function save(uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  if (document !== undefined && !(await saveDocument(document)))
    throw new Error(`${readable(uri)} could not be saved, so nothing was published.`);
}

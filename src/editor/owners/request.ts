/**
 * Request Owners Change: shows the difference, asks for a reason and confirmation, sends the request, and reports the
 * result.
 */
import * as vscode from 'vscode';
import type { OwnersChangeAnswer, OwnersRecord } from '../../contract/owners.ts';
import { diffExcerpt } from '../../core/diff-excerpt.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { type OwnersNote, parseOwners } from '../../core/owners.ts';
import { ownersApprovalsNeeded } from '../../core/owners-decisions.ts';
import { Problem } from '../../core/problem.ts';
import { draftName } from '../asking/draft-name.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { validateReason } from '../promotion/words.ts';
import { inProgress } from '../work/in-progress.ts';
import { saveDocument } from '../work/save-document.ts';
import type { Workbench } from '../workbench.ts';
import type { OwnersDiagnostics } from './diagnostics.ts';
import { closeDraft, namedDraft, type OwnersParts, openDocument, sayWaiting } from './open.ts';
import { unmatchedLines } from './unmatched.ts';
import { NO_CHANGE } from './uri.ts';
import {
  afterRequest,
  changedMeanwhile,
  firstDraft,
  noteIn,
  requestQuestion,
  unknownOwnersOutcome,
  waitsAlready,
} from './words.ts';

export interface RequestParts extends OwnersParts {
  readonly diagnostics: OwnersDiagnostics;
}

interface Draft {
  readonly uri: vscode.Uri;
  readonly environment: EnvironmentName;
}

export async function requestOwnersChange(parts: RequestParts, argument: unknown): Promise<void> {
  const { workbench } = parts;
  const { session, ask } = workbench;
  const draft = await namedDraft(parts, argument, 'Request Owners Change');
  if (draft === undefined) return;
  const { uri, environment } = draft;
  // First, because without the key all questions would be in vain.
  const client = await session.clientFor({ kind: 'change-owners', environment });
  if ((await readyText(parts, draft)) === undefined) return;
  const owners = await inProgress('Fetching the owners', signal => client.getOwners(environment, signal));
  if (await isRefusedHere(parts, draft, owners)) return;
  await showDifference(parts, draft, owners);
  const reasonDraft = draftName(`owners ${environment}`, session);
  const reason = await ask.text({
    title: `Request Owners Change in ${environment}`,
    prompt: 'Enter a reason. It is kept permanently.',
    placeholder: 'Reason',
    draft: reasonDraft,
    validate: validateReason,
  });
  if (reason === undefined) return;
  // The draft can be edited in the comparison during the question: the text at the time of the answer is sent.
  const text = await readyText(parts, draft);
  if (text === undefined) return;
  const policy = session.environments.find(({ name }) => name === environment)?.policy;
  const holds = parseOwners(owners.text);
  const approvals = policy ? ownersApprovalsNeeded(policy, 'rules' in holds && holds.rules.length > 0) : 1;
  const question = requestQuestion(
    { environment, approvals, diff: diffExcerpt(owners.text, text), notes: unmatchedLines(workbench, text) },
    reason.trim(),
  );
  if ((await ask.confirm(question)) !== true) return;
  let answer: OwnersChangeAnswer;
  try {
    const expected = owners.current?.id ?? null;
    answer = await inProgress(`Requesting a change of the owners of ${environment}`, signal =>
      client.requestOwners(environment, { text, reason: reason.trim(), expected }, signal),
    );
  } catch (error) {
    await sayRefusal(parts, draft, error);
    return;
  }
  ask.sent(reasonDraft);
  await closeDraft(parts, uri);
  parts.documents.forget(new Set([environment]));
  await workbench.promotions.load();
  void sayOutcome(workbench, answer).catch(error => workbench.report(error, 'Requesting'));
}

/** The text of the draft, saved; undefined if it is invalid, after showing the first wrong line. */
async function readyText({ workbench, drafts }: RequestParts, { uri }: Draft): Promise<string | undefined> {
  const document = openDocument(uri);
  if (document !== undefined && !(await saveDocument(document))) return undefined; // VS Code reported why
  const text = drafts.of(uri)?.text ?? '';
  const parsed = parseOwners(text);
  if ('rules' in parsed) return text;
  await showLine(uri, parsed.errors[0].line);
  await workbench.ask.tell('warning', notRequested(parsed.errors));
  return undefined;
}

function notRequested(notes: readonly OwnersNote[]): string {
  const [first, ...others] = notes;
  const more =
    others.length === 0
      ? ''
      : ` ${others.length === 1 ? 'One more line is' : `${others.length} more lines are`} wrong.`;
  return `Nothing was requested. Line ${first?.line}: ${first?.message}${more} Your draft is kept.`;
}

/** Shows warnings, and errors that the registry would report. Returns true if there are errors. */
async function isRefusedHere(
  parts: RequestParts,
  { uri, environment }: Draft,
  owners: OwnersRecord,
): Promise<boolean> {
  const { workbench, drafts } = parts;
  const { ask } = workbench;
  const draft = drafts.of(uri);
  const now = owners.current?.id ?? null;
  if (owners.waiting !== null) {
    await sayWaiting(workbench, environment, waitsAlready(owners.waiting));
    return true;
  }
  if (draft === undefined) return true;
  if (draft.text === owners.text || (now === null && draft.text === firstDraft(environment))) {
    await ask.tell('info', `Your draft has the same owners as ${environment}. Edit it first.`);
    return true;
  }
  if (draft.base === now) return false;
  // The person has now seen the others' changes.
  await drafts.keep(uri, { text: draft.text, base: now });
  parts.documents.forget(new Set([environment]));
  await showDifference(parts, { uri, environment }, owners);
  await ask.tell('warning', changedMeanwhile(environment, owners));
  return true;
}

async function showDifference(
  { documents }: RequestParts,
  { uri, environment }: Draft,
  { current }: Pick<OwnersRecord, 'current'>,
): Promise<void> {
  await vscode.commands.executeCommand(
    'vscode.diff',
    documents.uriOf(environment, current?.id ?? NO_CHANGE),
    uri,
    `Owners of ${environment}: now ↔ your draft`,
    { preview: true },
  );
}

/** Compare Owners Draft: compares it with the current owners. */
export async function compareDraft(parts: RequestParts, argument: unknown): Promise<void> {
  const { session } = parts.workbench;
  const draft = await namedDraft(parts, argument, 'Compare Owners Draft');
  if (draft === undefined) return;
  const client = await session.clientFor({ kind: 'read' });
  const owners = await inProgress('Fetching the owners', signal =>
    client.getOwners(draft.environment, signal),
  );
  await showDifference(parts, draft, owners);
}

async function sayRefusal(parts: RequestParts, { uri, environment }: Draft, error: unknown): Promise<void> {
  const { workbench, diagnostics } = parts;
  const { ask, session, log } = workbench;
  session.note(error);
  if (mayHaveArrived(error)) {
    log.error(logged(error));
    await ask.tell('error', `${unknownOwnersOutcome(error, environment)} Your draft is kept.`);
    return;
  }
  if (!Problem.is(error)) throw error;
  log.warn(`Request Owners Change: ${logged(error)}`);
  if (error.code === 'owners_changed') {
    await workbench.promotions.load();
    await sayWaiting(workbench, environment, `${messageOf(error)} Your draft is kept.`);
    return;
  }
  const notes = (error.details.fields ?? [])
    .map(({ message }) => noteIn(message))
    .filter(each => each !== undefined);
  const [first] = notes;
  if (first === undefined) throw error;
  diagnostics.refused(uri, notes);
  await showLine(uri, first.line);
  await ask.tell('warning', notRequested(notes));
}

async function showLine(uri: vscode.Uri, line: number): Promise<void> {
  const editor = await vscode.window.showTextDocument(uri, { preview: false });
  const { range } = editor.document.lineAt(Math.min(line, editor.document.lineCount) - 1);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range);
}

async function sayOutcome({ ask }: Workbench, { change, warnings }: OwnersChangeAnswer): Promise<void> {
  const isApplied = change.state === 'applied';
  const chosen = await ask.tell(
    'info',
    afterRequest(change, warnings),
    isApplied ? 'Open Owners' : 'Cancel Request…',
  );
  if (chosen === undefined) return;
  if (isApplied) await vscode.commands.executeCommand('promptforge.openOwners', change.environment);
  else await vscode.commands.executeCommand('promptforge.cancelOwnersChange', { kind: 'owners', change });
}

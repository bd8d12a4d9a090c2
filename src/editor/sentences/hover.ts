/** Shows when the sentence under the mouse changed, by whom and why. */
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { SentenceHistory } from '../../client/sentence-history.ts';
import { OtherProject } from '../connection/other-project.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { type BlameSubject, blameOfText, sentenceAt, subjectOf } from './document-blame.ts';
import type { SentenceHistories } from './sentence-histories.ts';
import { changeMarkdown } from './words.ts';

/** How long a hover waits for a history, in ms; longer ones continue to load. */
const PATIENCE_MS = 300;
/** The only commands that links in a hover may run. */
const COMMANDS = ['promptforge.openVersion', 'promptforge.previousSentenceChange'];

export async function sentenceHover(
  workbench: Workbench,
  histories: SentenceHistories,
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.Hover | undefined> {
  try {
    const subject = await subjectOf(document, workbench);
    if (subject === undefined || token.isCancellationRequested) return undefined;
    const history = await soon(workbench, histories, subject, token);
    if (token.isCancellationRequested) return undefined;
    if (history === undefined) return new vscode.Hover(progressText(histories, subject));
    const blame = blameOfText(document.getText(), subject, history);
    const offset = document.offsetAt(position);
    const sentence = sentenceAt(blame, offset);
    if (sentence === undefined || offset > sentence.end) return undefined;
    const start = document.positionAt(sentence.start);
    // The cursor may be in the line's indentation, which counts as part of it for Show Hover.
    if (position.line < start.line) return undefined;
    const from = position.isBefore(start) ? position : start;
    const range = new vscode.Range(from, document.positionAt(sentence.end));
    const { change } = sentence;
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: COMMANDS };
    text.appendMarkdown(changeMarkdown(history, change, sentence.isLine ? 'line' : 'sentence', Date.now()));
    const links = linksOf(subject, history, change.version, document.uri, sentence.start);
    if (links !== '') text.appendMarkdown(`\n\n${links}`);
    return new vscode.Hover(text, range);
  } catch (error) {
    // Hovers show no errors: the commands do.
    if (!(error instanceof OtherProject) && !token.isCancellationRequested)
      workbench.log.debug(`No sentence history: ${logged(error)}`);
    return undefined;
  }
}

/** Undefined while it is being read. */
async function soon(
  workbench: Workbench,
  histories: SentenceHistories,
  { prompt, version }: BlameSubject,
  token: vscode.CancellationToken,
): Promise<SentenceHistory | undefined> {
  const controller = new AbortController();
  const canceled = token.onCancellationRequested(() => controller.abort());
  const reading = histories.of(prompt, version, controller.signal);
  const late = setTimeout(PATIENCE_MS, undefined);
  try {
    return await Promise.race([reading, late]);
  } finally {
    // A late history is still loaded, for the next hover.
    canceled.dispose();
    reading.catch((error: unknown) => workbench.log.debug(`No sentence history: ${logged(error)}`));
  }
}

function progressText(
  histories: SentenceHistories,
  { prompt, version }: BlameSubject,
): vscode.MarkdownString {
  const read = histories.progressOf(prompt, version);
  return new vscode.MarkdownString(
    `Reading the sentence history: ${read} of ${version} versions. Hover again in a moment.`,
  );
}

function linksOf(
  subject: BlameSubject,
  { blame }: SentenceHistory,
  version: number | undefined,
  uri: vscode.Uri,
  offset: number,
): string {
  const link = (title: string, command: string, argument: unknown) =>
    `[${title}](command:promptforge.${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
  const place = { uri: uri.toString(), offset };
  if (version === undefined) return link(`Compare with @${subject.version}`, 'previousSentenceChange', place);
  const open = link(`Open @${version}`, 'openVersion', `${subject.prompt}@${version}`);
  if (version === blame.oldest) return open;
  return `${open} · ${link(`Compare with @${version - 1}`, 'previousSentenceChange', place)}`;
}

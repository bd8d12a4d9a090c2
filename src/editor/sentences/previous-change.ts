/**
 * Previous Change of This Sentence: compares the version that changed it with the one before, and then steps further
 * back.
 */
import * as vscode from 'vscode';
import type { SentenceHistory } from '../../client/sentence-history.ts';
import type { SentenceOrigin } from '../../core/blame/blame.ts';
import { earlierSentence, indexAt } from '../../core/blame/earlier-sentence.ts';
import { sentencesOf } from '../../core/blame/sentences.ts';
import type { PromptName } from '../../core/name.ts';
import { sourceKindOf } from '../../core/source.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';
import { compareTitle, shortName } from '../compare/titles.ts';
import { versionUri } from '../versions/open-version.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { fetchVersion } from '../versions/version-files.ts';
import type { Workbench } from '../workbench.ts';
import { blameOfText, sentenceAt, subjectOf } from './document-blame.ts';
import type { SentenceHistories } from './sentence-histories.ts';
import { whyNoEarlier } from './words.ts';

/** One step: compares the version `left` with the next one or the file, with the sentence's index in both. */
interface Step {
  readonly prompt: PromptName;
  readonly left: VersionNumber;
  /** Undefined for the file. */
  readonly right: VersionNumber | undefined;
  readonly earlier: number | undefined;
  /** The position that the sentence would have in the text of `left`. */
  readonly offset: number;
  readonly index: number;
}

/**
 * @param offset of the sentence in `document`
 * @throws OtherProject; what the registry refuses
 */
export async function showPreviousChange(
  workbench: Workbench,
  histories: SentenceHistories,
  document: vscode.TextDocument,
  offset: number,
  signal: AbortSignal,
): Promise<void> {
  const { ask } = workbench;
  const subject = await subjectOf(document, workbench);
  if (subject === undefined) {
    await ask.tell('info', 'This prompt has no published version, so its sentences have no history.');
    return;
  }
  const history = await histories.of(subject.prompt, subject.version, signal);
  const blame = blameOfText(document.getText(), subject, history);
  const sentence = sentenceAt(blame, offset);
  if (sentence === undefined) {
    await ask.tell('info', 'There is no sentence here.');
    return;
  }
  const texts = textsOf(workbench, subject.prompt);
  let at: { readonly history: SentenceHistory; readonly change: SentenceOrigin } = {
    history,
    change: sentence.change,
  };
  for (;;) {
    const step =
      at.change.version === undefined
        ? await stepFromFile(texts, subject, document.getText(), sentence.start)
        : await stepTo(texts, subject.prompt, at);
    if (step === undefined) break;
    const uris = urisOf(workbench, step, document);
    if (!isInFront(uris)) {
      await show(workbench, step, uris);
      return;
    }
    if (step.earlier === undefined) break;
    // The displayed change was seen, so continue from its left side.
    const before = await histories.of(subject.prompt, step.left, signal);
    const change = before.blame.changes.flat()[step.earlier];
    if (change === undefined) break;
    at = { history: before, change };
  }
  await ask.tell('info', whyNoEarlier(at.history, at.change));
}

type ReadText = (version: VersionNumber) => Promise<string>;

function textsOf({ session }: Workbench, prompt: PromptName): ReadText {
  const { registry = EMBEDDED } = session;
  return async version => (await fetchVersion(session, { registry, prompt, version })).source;
}

async function stepFromFile(
  textOf: ReadText,
  { prompt, version }: { readonly prompt: PromptName; readonly version: VersionNumber },
  text: string,
  offset: number,
): Promise<Step> {
  const step = { prompt, left: version, right: undefined };
  return { ...step, ...placesIn(await textOf(version), text, prompt, offset) };
}

/** Undefined if there are no earlier versions, or they are unknown. */
async function stepTo(
  textOf: ReadText,
  prompt: PromptName,
  { history, change }: { readonly history: SentenceHistory; readonly change: SentenceOrigin },
): Promise<Step | undefined> {
  const right = change.version;
  const left = (right ?? 0) - 1;
  if (right === undefined || right === history.blame.oldest || !isVersionNumber(left)) return undefined;
  const [before, after] = await Promise.all([textOf(left), textOf(right)]);
  return { prompt, left, right, ...placesIn(before, after, prompt, change.start) };
}

function placesIn(before: string, after: string, prompt: PromptName, offset: number) {
  const kind = sourceKindOf(prompt);
  const { sentence, offset: place } = earlierSentence(before, after, kind, offset);
  const earlier = sentence && indexAt(sentencesOf(before, kind), sentence.start);
  return { earlier, offset: place, index: indexAt(sentencesOf(after, kind), offset) };
}

interface Uris {
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
}

function urisOf({ session }: Workbench, { prompt, left, right }: Step, document: vscode.TextDocument): Uris {
  const uriOf = (version: VersionNumber) => versionUri(session.registry, { prompt, version });
  return { left: uriOf(left), right: right === undefined ? document.uri : uriOf(right) };
}

function isInFront({ left, right }: Uris): boolean {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputTextDiff)) return false;
  return `${input.original}` === `${left}` && `${input.modified}` === `${right}`;
}

async function show({ prompts }: Workbench, step: Step, { left, right }: Uris): Promise<void> {
  const kind = sourceKindOf(step.prompt);
  const [before, after] = await Promise.all([left, right].map(uri => vscode.workspace.openTextDocument(uri)));
  if (before === undefined || after === undefined) return;
  const rangeIn = (document: vscode.TextDocument, index: number | undefined): vscode.Range => {
    // By its index: the document may have other line endings than the version, and no byte order mark.
    const sentence = index === undefined ? undefined : sentencesOf(document.getText(), kind)[index];
    const [start, end] = sentence === undefined ? [step.offset, step.offset] : [sentence.start, sentence.end];
    return new vscode.Range(document.positionAt(start), document.positionAt(end));
  };
  const name = shortName(step.prompt, prompts.listed.keys());
  const title = compareTitle(
    name,
    { kind: 'version', version: step.left },
    step.right === undefined ? { kind: 'file' } : { kind: 'version', version: step.right },
  );
  const selection = rangeIn(after, step.index);
  await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: true, selection });
  const isOf = (uri: vscode.Uri) => (editor: vscode.TextEditor) => `${editor.document.uri}` === `${uri}`;
  const { viewColumn } = vscode.window.activeTextEditor ?? {};
  const shown = vscode.window.visibleTextEditors.filter(isOf(left));
  const editor = shown.find(each => each.viewColumn === viewColumn) ?? shown.at(-1);
  if (editor === undefined) return;
  const range = rangeIn(before, step.earlier);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Apply Suggestion: inserts a comment's suggestion into the prompt's file, as an edit that can be undone. */
import * as vscode from 'vscode';
import { linesOfText } from '../../core/line-map.ts';
import type { PromptName } from '../../core/name.ts';
import { suggestionIn } from '../../core/suggestion.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { uriOf } from '../files/paths.ts';
import { fetchVersion } from '../versions/version-files.ts';
import type { Workbench } from '../workbench.ts';
import { suggestedEdit } from './suggestion-place.ts';

export interface Suggested {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** The line of the version, from 1. */
  readonly line: number;
  /** The text of the comment. */
  readonly text: string;
}

/** @throws Error with the reason why it was not applied */
export async function applySuggestion(
  { session, prompts }: Workbench,
  { prompt, version, line, text }: Suggested,
): Promise<void> {
  const suggested = suggestionIn(text);
  if (suggested === undefined) throw new Error('This comment has no suggestion.');
  const { registry } = session;
  const copy = await prompts.workingCopy();
  if (registry === undefined || copy === undefined || prompts.listed.get(prompt)?.hasFile !== true)
    throw new Error(`${prompt} has no file here. Pull it, then apply the suggestion.`);
  const { source } = await fetchVersion(session, { registry, prompt, version });
  const document = await vscode.workspace.openTextDocument(uriOf(copy.folder.pathOf(prompt)));
  const before = linesOfText(source);
  const target = suggestedEdit(before, linesOfText(document.getText()), line);
  if (target === undefined)
    throw new Error(
      `Line ${line} of ${versionReference(prompt, version)} is not in the file of ${prompt} any more, so the suggestion was not applied. Edit the file yourself.`,
    );
  const at = target - 1;
  const edit = new vscode.WorkspaceEdit();
  const whole = document.lineAt(at).range;
  if (suggested.length > 0) edit.replace(document.uri, whole, suggested.join('\n'));
  else edit.delete(document.uri, withLineBreak(document, at));
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`${prompt} could not be edited. Check whether its file is read-only.`);
  const last = Math.min(at + Math.max(suggested.length, 1) - 1, document.lineCount - 1);
  const selection = new vscode.Range(Math.min(at, last), 0, last, document.lineAt(last).text.length);
  await vscode.window.showTextDocument(document, { selection });
}

/** The range of a line with the line break after it, or before it for the last line. */
function withLineBreak(document: vscode.TextDocument, at: number): vscode.Range {
  if (at + 1 < document.lineCount) return new vscode.Range(at, 0, at + 1, 0);
  const { range } = document.lineAt(at);
  return at === 0 ? range : new vscode.Range(document.lineAt(at - 1).range.end, range.end);
}

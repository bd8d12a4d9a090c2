/** The possible sources of log lines, the likeliest first. */
import * as vscode from 'vscode';

export interface LogSource {
  /** The name in "3 versions in …". */
  readonly name: string;
  readonly text: () => string | PromiseLike<string>;
}

/** Languages of log files. An open file of another language is only used if the clipboard has no versions. */
const LOGS = ['log', 'plaintext', 'json', 'jsonl'];

/** The selection alone, if there is one; otherwise a log in the active editor, the clipboard, and any other file there. */
export function logSources(): readonly LogSource[] {
  const editor = vscode.window.activeTextEditor;
  const clipboard = { name: 'the clipboard', text: () => vscode.env.clipboard.readText() };
  if (editor === undefined) return [clipboard];
  const { document, selection } = editor;
  if (!selection.isEmpty) return [{ name: 'the selection', text: () => document.getText(selection) }];
  // A prompt is not a log, although it may name versions.
  if (document.languageId === 'dotprompt') return [clipboard];
  const name = document.uri.path.split('/').at(-1) ?? document.uri.path;
  const file = { name, text: () => document.getText() };
  return LOGS.includes(document.languageId) ? [file, clipboard] : [clipboard, file];
}

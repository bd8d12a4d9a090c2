/** Where the lines of a log may come from, the likeliest source first. */
import * as vscode from 'vscode';

export interface LogSource {
  /** As it is named in "3 versions in …". */
  readonly name: string;
  readonly text: () => string | PromiseLike<string>;
}

/** By their languages. An open file of another kind counts only if there is nothing in the clipboard. */
const LOGS = ['log', 'plaintext', 'json', 'jsonl'];

/** The selection alone, if there is one; otherwise a log in the active editor, the clipboard, and any other file there. */
export function logSources(): readonly LogSource[] {
  const editor = vscode.window.activeTextEditor;
  const clipboard = { name: 'the clipboard', text: () => vscode.env.clipboard.readText() };
  if (editor === undefined) return [clipboard];
  const { document, selection } = editor;
  if (!selection.isEmpty) return [{ name: 'the selection', text: () => document.getText(selection) }];
  // A prompt is no log, though it may name versions.
  if (document.languageId === 'dotprompt') return [clipboard];
  const name = document.uri.path.split('/').at(-1) ?? document.uri.path;
  const file = { name, text: () => document.getText() };
  return LOGS.includes(document.languageId) ? [file, clipboard] : [clipboard, file];
}

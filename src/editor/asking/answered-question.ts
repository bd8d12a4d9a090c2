/**
 * Keeps a question on the screen after its answer until the next one: in between, VS Code would return the focus to the
 * editor or a tree, which would receive what is typed, and a tree that is updated meanwhile takes the focus from the next
 * question (`CustomTreeView.doRefresh`).
 */
import type * as vscode from 'vscode';

/** One, because VS Code shows one question at a time. */
let answered: vscode.QuickInput | undefined;

/** Keeps it, busy, until `closeAnswered` is called, or the person leaves it. */
export function keepAnswered(question: vscode.QuickInput): void {
  closeAnswered();
  answered = question;
  question.busy = true;
  question.ignoreFocusOut = false;
}

/** Must be called when the next question is shown, with a message, and at the end of a command. */
export function closeAnswered(): void {
  answered?.dispose();
  answered = undefined;
}

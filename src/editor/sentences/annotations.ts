/** Toggle Sentence History: shows who changed what, and when, in the text itself. */
import * as vscode from 'vscode';
import type { SentenceOrigin } from '../../core/blame/blame.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { blameOfText, type DocumentBlame, subjectOf } from './document-blame.ts';
import type { SentenceHistories } from './sentence-histories.ts';
import { annotation } from './words.ts';

/** The maximum number of annotations in a document. */
const MAX_SHOWN = 5000;
/** How long edits are gathered, in ms. */
const EDITS_MS = 150;

export class Annotations implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #histories: SentenceHistories;
  readonly #type = vscode.window.createTextEditorDecorationType({
    after: {
      color: new vscode.ThemeColor('editorCodeLens.foreground'),
      fontStyle: 'italic',
      margin: '0 0.6em 0 0.4em',
    },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  /** Annotated documents, each with the controller that aborts its work. */
  readonly #shown = new Map<string, AbortController>();
  readonly #options = new Map<string, readonly vscode.DecorationOptions[]>();
  readonly #edited = new Set<string>();
  readonly #events: vscode.Disposable;

  constructor(workbench: Workbench, histories: SentenceHistories) {
    this.#workbench = workbench;
    this.#histories = histories;
    this.#events = vscode.Disposable.from(
      vscode.window.onDidChangeVisibleTextEditors(editors =>
        this.#refresh(editors.map(({ document }) => document)),
      ),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#refreshSoon(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#hide(uri.toString())),
      // A file that was published or pulled is based on another version.
      workbench.prompts.onDidChange(() =>
        this.#refresh(vscode.window.visibleTextEditors.map(({ document }) => document)),
      ),
    );
  }

  /** Undefined while the document is not annotated. */
  shownIn({ uri }: vscode.TextDocument): readonly vscode.DecorationOptions[] | undefined {
    return this.#options.get(uri.toString());
  }

  /** @throws OtherProject; as the registry client; the reason of `signal` */
  async toggle(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    const id = document.uri.toString();
    if (this.#hide(id)) return;
    const controller = new AbortController();
    this.#shown.set(id, controller);
    try {
      const isThere = await this.#show(document, AbortSignal.any([signal, controller.signal]));
      if (isThere) return;
      this.#hide(id);
      await this.#workbench.ask.tell(
        'info',
        'This prompt has no published version, so its sentences have no history.',
      );
    } catch (error) {
      // Canceled by the person: no message.
      if (controller.signal.aborted) return;
      this.#hide(id);
      throw error;
    }
  }

  dispose(): void {
    for (const id of [...this.#shown.keys()]) this.#hide(id);
    this.#events.dispose();
    this.#type.dispose();
  }

  /** @returns true if it was shown */
  #hide(id: string): boolean {
    const controller = this.#shown.get(id);
    if (controller === undefined) return false;
    this.#shown.delete(id);
    this.#options.delete(id);
    controller.abort();
    for (const editor of editorsOf(id)) editor.setDecorations(this.#type, []);
    return true;
  }

  /** Refreshes once after several edits; until then VS Code moves annotations with the text. */
  #refreshSoon(document: vscode.TextDocument): void {
    const id = document.uri.toString();
    if (!this.#shown.has(id) || this.#edited.has(id)) return;
    this.#edited.add(id);
    setTimeout(() => {
      this.#edited.delete(id);
      this.#refresh([document]);
    }, EDITS_MS);
  }

  #refresh(documents: readonly vscode.TextDocument[]): void {
    for (const document of new Set(documents)) {
      const controller = this.#shown.get(document.uri.toString());
      if (controller === undefined) continue;
      this.#show(document, controller.signal).catch((error: unknown) => {
        if (!controller.signal.aborted) this.#workbench.log.warn(`No sentence history: ${logged(error)}`);
      });
    }
  }

  async #show(document: vscode.TextDocument, signal: AbortSignal): Promise<boolean> {
    const subject = await subjectOf(document, this.#workbench);
    if (subject === undefined) return false;
    const history = await this.#histories.of(subject.prompt, subject.version, signal);
    signal.throwIfAborted();
    const options = optionsOf(document, blameOfText(document.getText(), subject, history));
    const id = document.uri.toString();
    this.#options.set(id, options);
    for (const editor of editorsOf(id)) editor.setDecorations(this.#type, options);
    return true;
  }
}

function editorsOf(id: string): vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === id);
}

/**
 * At the end of each line, for all sentences that end in it: within the text it would push words out of view, since VS
 * Code wraps lines without considering it. Of consecutive lines of front matter, code and tags with the same change,
 * only the first has it.
 */
export function optionsOf(
  document: vscode.TextDocument,
  { history, sentences }: DocumentBlame,
): vscode.DecorationOptions[] {
  const now = Date.now();
  const lines = new Map<number, SentenceOrigin[]>();
  for (const [index, { end, change, key, isLine }] of sentences.entries()) {
    if (key === '') continue;
    const before = sentences[index - 1];
    if (isLine && before?.isLine === true && before.change.version === change.version) continue;
    const { line } = document.positionAt(end);
    lines.set(line, [...(lines.get(line) ?? []), change]);
  }
  return [...lines].slice(0, MAX_SHOWN).map(([line, changes]) => {
    const { end } = document.lineAt(line).range;
    const contentText = annotation(history, changes, now);
    return { range: new vscode.Range(end, end), renderOptions: { after: { contentText } } };
  });
}

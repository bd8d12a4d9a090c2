/** The preview goes where its prompt's editor is scrolled to, and the editor where the preview is: as far as the settings say. */
import * as vscode from 'vscode';
import type { Caret } from './messages.ts';

/** Named as those of VS Code's Markdown preview. */
const SETTINGS = {
  preview: 'preview.scrollPreviewWithEditor',
  editor: 'preview.scrollEditorWithPreview',
} as const;

/** Milliseconds after the preview scrolled an editor in which that editor does not scroll the preview. */
const SETTLING = 500;

export interface ScrollParts {
  /** Whose place it is, as `TracedSource.prompt`; undefined for what is no part of the preview. */
  promptOf(document: vscode.TextDocument): string | null | undefined;
  /** Brings a place of the source to the top of the page. */
  scroll(place: Caret): void;
}

export class ScrollSync implements vscode.Disposable {
  readonly #parts: ScrollParts;
  readonly #subscription: vscode.Disposable;
  /** What the preview is about to bring into an editor: VS Code tells of that as of the person's scrolling. */
  #expected: { readonly uri: string; readonly at: vscode.Position; readonly since: number } | undefined;

  constructor(parts: ScrollParts) {
    this.#parts = parts;
    this.#subscription = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) =>
      this.#scrolled(textEditor),
    );
  }

  /** Brings the page to where the editor of its prompt is, if one is visible. */
  follow(uri: vscode.Uri): void {
    const editor = editorOf(uri);
    if (editor !== undefined) this.#follow(editor);
  }

  /** The page shows this place at its top, by the person's doing. */
  lead(uri: vscode.Uri, offset: number): void {
    const editor = isOn('editor') ? editorOf(uri) : undefined;
    if (editor === undefined) return;
    const { line } = editor.document.positionAt(offset);
    if (editor.visibleRanges[0]?.start.line === line) return;
    const at = new vscode.Position(line, 0);
    this.#expected = { uri: uri.toString(), at, since: Date.now() };
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
  }

  /** A place is about to be shown in an editor because it was chosen in the page, which stays as it is. */
  expect(uri: vscode.Uri, at: vscode.Position): void {
    if (editorOf(uri)?.visibleRanges.some(range => range.contains(at)) === true) return;
    this.#expected = { uri: uri.toString(), at, since: Date.now() };
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #scrolled(editor: vscode.TextEditor): void {
    const expected = this.#expected;
    if (expected?.uri === editor.document.uri.toString()) {
      // One gesture leads to several places, and an editor that scrolls smoothly tells of those between.
      if (Date.now() - expected.since < SETTLING) return;
      this.#expected = undefined;
      // A slow connection may tell of it later.
      if (editor.visibleRanges.some(range => range.contains(expected.at))) return;
    }
    this.#follow(editor);
  }

  #follow({ document, visibleRanges }: vscode.TextEditor): void {
    const [visible] = visibleRanges;
    if (visible === undefined || !isOn('preview')) return;
    const prompt = this.#parts.promptOf(document);
    if (prompt !== undefined) this.#parts.scroll({ prompt, offset: document.offsetAt(visible.start) });
  }
}

function isOn(setting: keyof typeof SETTINGS): boolean {
  return vscode.workspace.getConfiguration('promptforge').get<boolean>(SETTINGS[setting], true);
}

function editorOf(uri: vscode.Uri): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
}

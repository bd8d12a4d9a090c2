/** Scrolls the preview with its prompt's editor, and the editor with the preview, according to the settings. */
import * as vscode from 'vscode';
import type { ScrollPlace } from './messages.ts';

/** With the same names as in VS Code's Markdown preview. */
const SETTINGS = {
  preview: 'preview.scrollPreviewWithEditor',
  editor: 'preview.scrollEditorWithPreview',
} as const;

/** Milliseconds after the preview scrolled an editor in which that editor does not scroll the preview. */
const SETTLING = 500;

export interface ScrollParts {
  /** Returns the document's id as in `TracedSource.prompt`; undefined if it is not part of the preview. */
  promptOf(document: vscode.TextDocument): string | null | undefined;
  /** Scrolls a place of the source to its position in the editor. */
  scroll(place: ScrollPlace): void;
}

export class ScrollSync implements vscode.Disposable {
  readonly #parts: ScrollParts;
  readonly #subscription: vscode.Disposable;
  /** The range the preview is about to reveal: VS Code reports that like scrolling by the person. */
  #expected: { readonly uri: string; readonly at: vscode.Position; readonly since: number } | undefined;

  constructor(parts: ScrollParts) {
    this.#parts = parts;
    this.#subscription = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) =>
      this.#scrolled(textEditor),
    );
  }

  /** Scrolls the page to the position of its prompt's editor, if one is visible. */
  follow(uri: vscode.Uri): void {
    const editor = editorOf(uri);
    if (editor !== undefined) this.#follow(editor);
  }

  /** Called when the person scrolled the page, so that it shows an offset at this share of its window. */
  lead(uri: vscode.Uri, { offset, share }: Pick<ScrollPlace, 'offset' | 'share'>): void {
    const editor = isOn('editor') ? editorOf(uri) : undefined;
    if (editor === undefined) return;
    const { top, bottom } = visibleOf(editor);
    const above = Math.round(share * (bottom.line - top.line));
    const line = Math.max(0, editor.document.positionAt(offset).line - above);
    if (editor.visibleRanges[0]?.start.line === line) return;
    const at = new vscode.Position(line, 0);
    this.#expected = { uri: uri.toString(), at, since: Date.now() };
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
  }

  /** A place chosen in the page is about to be shown in an editor; the page does not scroll. */
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
      // One gesture causes several events, and smooth scrolling sends intermediate positions.
      if (Date.now() - expected.since < SETTLING) return;
      this.#expected = undefined;
      // A slow connection may report it later.
      if (editor.visibleRanges.some(range => range.contains(expected.at))) return;
    }
    this.#follow(editor);
  }

  #follow(editor: vscode.TextEditor): void {
    const { document } = editor;
    const prompt = isOn('preview') ? this.#parts.promptOf(document) : undefined;
    if (prompt === undefined) return;
    const { top, bottom } = visibleOf(editor);
    const [start, end] = [document.offsetAt(top), document.offsetAt(bottom)];
    const room = document.getText().length - (end - start);
    // Both beginnings and both ends are aligned, however long they are.
    const share = room <= 0 ? 0 : Math.min(1, start / room);
    this.#parts.scroll({ prompt, offset: Math.round(start + share * (end - start)), share });
  }
}

function visibleOf({ visibleRanges }: vscode.TextEditor): Record<'top' | 'bottom', vscode.Position> {
  const start = new vscode.Position(0, 0);
  return { top: visibleRanges[0]?.start ?? start, bottom: visibleRanges.at(-1)?.end ?? start };
}

function isOn(setting: keyof typeof SETTINGS): boolean {
  return vscode.workspace.getConfiguration('promptforge').get<boolean>(SETTINGS[setting], true);
}

function editorOf(uri: vscode.Uri): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
}

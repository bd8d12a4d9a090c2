/**
 * Fills a webview again if its page does not load. VS Code sometimes serves a page without its script and style, mostly
 * while a window starts, and does not recover (microsoft/vscode#125993).
 */
import type * as vscode from 'vscode';
import { DisposableOwner } from './disposable-owner.ts';

/** The waits for the page's first message, in ms: each before it is filled again, and the last before giving up. */
const PATIENCE = [10_000, 20_000, 40_000];

export interface PageLoaderParts {
  readonly panel: Pick<vscode.WebviewPanel, 'visible' | 'onDidChangeViewState'> & {
    readonly webview: Pick<vscode.Webview, 'onDidReceiveMessage'>;
  };
  /** Sets the webview's HTML. The page sends a message as soon as it has loaded. */
  fill(): void;
  /** Called if the page never loaded, although it was filled repeatedly. */
  onFailed(): void;
  /** As `PATIENCE`. */
  readonly patience?: readonly number[];
}

export class PageLoader extends DisposableOwner {
  readonly #parts: PageLoaderParts;
  readonly #patience: readonly number[];
  /** The waits since the page was opened or shown. */
  #waits = 0;
  #timer: NodeJS.Timeout | undefined;
  #isVisible: boolean;

  constructor(parts: PageLoaderParts) {
    super();
    const { panel, patience = PATIENCE } = parts;
    this.#parts = parts;
    this.#patience = patience;
    this.#isVisible = panel.visible;
    this.own(panel.webview.onDidReceiveMessage(() => clearTimeout(this.#timer)));
    this.own(panel.onDidChangeViewState(() => this.#looked()));
    parts.fill();
    this.#wait();
  }

  override dispose(): void {
    super.dispose();
    clearTimeout(this.#timer);
  }

  /** VS Code reloads a page whenever it is shown, and not before. */
  #looked(): void {
    const { visible } = this.#parts.panel;
    if (visible === this.#isVisible) return;
    this.#isVisible = visible;
    this.#waits = 0;
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isVisible) this.#timer = setTimeout(() => this.#again(), this.#patience[this.#waits]);
  }

  #again(): void {
    this.#waits += 1;
    if (this.#waits >= this.#patience.length) {
      this.#parts.onFailed();
      return;
    }
    this.#parts.fill();
    this.#wait();
  }
}

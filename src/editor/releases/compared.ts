/** Which comparison of two environments is in front: Promote Release takes what it shows. */
import * as vscode from 'vscode';
import type { Session } from '../connection/session.ts';
import { setContext } from '../context-keys.ts';
import type { Pair } from './differences.ts';

/** Pairs that were compared, of which the tab may still be open. */
const MOST_REMEMBERED = 50;

export class ComparedEnvironments implements vscode.Disposable {
  readonly #session: Session;
  /** By the title of the tab. */
  readonly #pairs = new Map<string, { readonly pair: Pair; readonly registry: string | undefined }>();
  readonly #following: vscode.Disposable;

  constructor(session: Session) {
    this.#session = session;
    const show = () => setContext('promptforge.environmentsCompared', this.inFront !== undefined);
    this.#following = vscode.Disposable.from(
      vscode.window.tabGroups.onDidChangeTabs(show),
      vscode.window.tabGroups.onDidChangeTabGroups(show),
      session.onDidChange(show),
    );
  }

  /** What the tab in front compares; undefined where it is another, or of another registry. */
  get inFront(): Pair | undefined {
    const label = vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    if (label === undefined) return undefined;
    // VS Code adds how many texts are shown, such as "(3 files)".
    const shown = this.#pairs.get(label) ?? this.#pairs.get(label.replace(/ \([^()]*\)$/, ''));
    return shown?.registry === this.#session.registry ? shown?.pair : undefined;
  }

  /** @param title of the tab that shows the pair */
  remember(title: string, pair: Pair): void {
    this.#pairs.delete(title);
    this.#pairs.set(title, { pair, registry: this.#session.registry });
    for (const oldest of [...this.#pairs.keys()].slice(0, -MOST_REMEMBERED)) this.#pairs.delete(oldest);
  }

  dispose(): void {
    this.#following.dispose();
  }
}

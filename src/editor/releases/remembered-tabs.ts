/** The targets of multi-diff tabs, of which VS Code only exposes the titles. */
import * as vscode from 'vscode';
import type { Session } from '../connection/session.ts';

/** The maximum number of remembered tabs, some of which may be closed. */
const MOST_REMEMBERED = 50;

export class RememberedTabs<Value> implements vscode.Disposable {
  readonly #session: Session;
  /** By the title of the tab. */
  readonly #values = new Map<string, { readonly value: Value; readonly registry: string | undefined }>();
  readonly #following: vscode.Disposable;

  /** @param changed called when another tab may be active */
  constructor(session: Session, changed: () => void) {
    this.#session = session;
    this.#following = vscode.Disposable.from(
      vscode.window.tabGroups.onDidChangeTabs(changed),
      vscode.window.tabGroups.onDidChangeTabGroups(changed),
      session.onDidChange(changed),
    );
  }

  /** The target of the active tab; undefined if it is another tab or belongs to another registry. */
  get inFront(): Value | undefined {
    const label = vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    if (label === undefined) return undefined;
    // VS Code adds how many texts are shown, such as "(3 files)".
    const shown = this.#values.get(label) ?? this.#values.get(label.replace(/ \([^()]*\)$/, ''));
    return shown?.registry === this.#session.registry ? shown?.value : undefined;
  }

  /** @param title of the tab */
  remember(title: string, value: Value): void {
    this.#values.delete(title);
    this.#values.set(title, { value, registry: this.#session.registry });
    for (const oldest of [...this.#values.keys()].slice(0, -MOST_REMEMBERED)) this.#values.delete(oldest);
  }

  dispose(): void {
    this.#following.dispose();
  }
}

/** The changes of a tree view, announced again if VS Code has missed one. */
import * as vscode from 'vscode';
import { DisposableOwner } from './disposable-owner.ts';

/** Within this time, a visible view asks for its roots. A hidden one does not, and announcing a change again costs it little. */
const PATIENCE_MS = 2_000;
const REPEATS = 2;

/**
 * VS Code asks for the roots after each change. While it shows the tree for the first time, it may receive a change
 * together with the roots from before it; it then keeps these roots until the next change, and never gets their children.
 */
export class TreeChanges extends DisposableOwner {
  readonly #changed = this.own(new vscode.EventEmitter<undefined>());
  readonly event = this.#changed.event;
  #waiting: NodeJS.Timeout | undefined;

  fire(): void {
    this.#announce(REPEATS);
  }

  /** Must be called when VS Code asks for the roots. */
  asked(): void {
    clearTimeout(this.#waiting);
  }

  override dispose(): void {
    clearTimeout(this.#waiting);
    super.dispose();
  }

  #announce(repeats: number): void {
    clearTimeout(this.#waiting);
    this.#changed.fire(undefined);
    if (repeats > 0) this.#waiting = setTimeout(() => this.#announce(repeats - 1), PATIENCE_MS);
  }
}

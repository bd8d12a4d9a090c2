/** The base of classes with event emitters, listeners and the like, as `Disposable` is in VS Code's own source. */
import type * as vscode from 'vscode';

export abstract class DisposableOwner implements vscode.Disposable {
  readonly #owned: vscode.Disposable[] = [];

  /** Disposes of `disposable` together with this object. @returns `disposable` */
  protected own<Owned extends vscode.Disposable>(disposable: Owned): Owned {
    this.#owned.push(disposable);
    return disposable;
  }

  /** May be called again. Disposes in reverse order. */
  dispose(): void {
    for (const disposable of this.#owned.splice(0).reverse()) disposable.dispose();
  }
}

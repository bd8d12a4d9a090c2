/**
 * Checks the steps of the walkthrough that are done, whether before it was opened or while it is.
 *
 * VS Code checks a step when a context key becomes true, but only once it knows the walkthrough, up to five seconds after
 * a welcome page was opened first; a key that is true by then counts as seen, and its step is never checked. So the keys
 * are true for a moment only, again and again: that does no harm, and the first time VS Code listens, the step is checked.
 */
import * as vscode from 'vscode';
import type { Session } from '../connection/session.ts';
import { setContext } from '../context-keys.ts';
import { PROMPTS } from '../language/selectors.ts';

/** The steps' ids in package.json. */
export type WalkthroughStep = 'connect' | 'keys' | 'open' | 'publish' | 'promote';

/** The time after which VS Code knows the walkthrough of a new welcome page, in ms. */
const REGISTERED_MS = 6_000;

export class Walkthrough implements vscode.Disposable {
  readonly #done = new Set<WalkthroughStep>();
  readonly #subscription: vscode.Disposable;
  #later: NodeJS.Timeout | undefined;

  constructor(session: Session) {
    const look = (editor: vscode.TextEditor | undefined) => {
      if (editor !== undefined && vscode.languages.match(PROMPTS, editor.document) > 0) this.done('open');
    };
    look(vscode.window.activeTextEditor);
    this.#subscription = vscode.Disposable.from(
      session.onDidChange(() => {
        if (session.project !== undefined && vscode.workspace.isTrusted) this.done('connect');
        if (session.state.kind === 'connected') this.done('keys');
      }),
      vscode.window.onDidChangeActiveTextEditor(look),
      vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
        // Extensions can only see that a welcome page is an editor without an input.
        if (opened.some(({ input }) => input === undefined)) this.#tellNowAndLater();
      }),
    );
  }

  /** Checks a step, now or when the walkthrough is opened. */
  done(step: WalkthroughStep): void {
    if (this.#done.has(step)) return;
    this.#done.add(step);
    tell(step);
  }

  #tellNowAndLater(): void {
    this.#tellAll();
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#tellAll(), REGISTERED_MS);
  }

  #tellAll(): void {
    for (const step of this.#done) tell(step);
  }

  dispose(): void {
    clearTimeout(this.#later);
    this.#subscription.dispose();
  }
}

function tell(step: WalkthroughStep): void {
  setContext(`promptforge.did.${step}`, true);
  setContext(`promptforge.did.${step}`, false);
}

/** Documents of the resolved text after publishing, to compare with the current resolved text. */
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';

const SCHEME = 'promptforge-planned';
/** Documents kept while their editors may be open. */
const KEPT = 300;

export class PlannedDocuments implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: uri =>
      this.#texts.get(uri.toString()) ??
      'This comparison is from an earlier window. Run Update Partials… again.\n',
  });
  #made = 0;

  /** Creates a new document each time, because a text belongs to the moment at which it was created. */
  keep(prompt: PromptName, text: string): vscode.Uri {
    this.#made += 1;
    const path = `/${prompt}${PROMPT_FILE_EXTENSION}`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path, query: String(this.#made) });
    this.#texts.set(uri.toString(), text);
    const oldest = this.#texts.keys().next();
    if (this.#texts.size > KEPT && oldest.done !== true) this.#texts.delete(oldest.value);
    return uri;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

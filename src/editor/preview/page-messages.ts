/** Handles requests of the preview's page: other inputs, and positions in the editor. */
import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import type { DeclaredInputs } from './declared-inputs.ts';
import { readJsonInput } from './json-input.ts';
import { type FromPreviewPage, fromPage, type ToPreviewPage } from './messages.ts';
import type { NewestRendering } from './newest-rendering.ts';
import { openPlace } from './open-place.ts';
import type { ScrollSync } from './scroll-sync.ts';
import { blamedUri, type PreviewSubject, partialUri } from './subject.ts';
import type { Trials } from './trials.ts';

export interface PageMessagesParts {
  readonly workbench: Workbench;
  readonly trials: Trials;
  readonly rendering: NewestRendering;
  readonly scroll: ScrollSync;
  readonly declared: DeclaredInputs;
  /** Returns the subject shown; undefined before the first. */
  subject(): PreviewSubject | undefined;
  send(message: ToPreviewPage): void;
  sendInputs(): void;
  /** Called when the page has loaded, but shows nothing yet. */
  onReady(): void;
  /** Called when the page requests something that is also a command. */
  onAsked(asked: Extract<FromPreviewPage, { type: 'save' | 'copy' }>): void;
}

type SourcePlace = Extract<FromPreviewPage, { type: 'reveal' }>['source'];

export class PageMessages {
  readonly #parts: PageMessagesParts;
  /** The last opened document. */
  #opened: string | undefined;

  constructor(parts: PageMessagesParts) {
    this.#parts = parts;
  }

  /** True if this is the last document that the page opened. */
  hasOpened(uri: vscode.Uri): boolean {
    return this.#opened === uri.toString();
  }

  forgetOpened(): void {
    this.#opened = undefined;
  }

  /** Handles a message of the page. Never rejects: failures are shown. */
  async receive(message: unknown): Promise<void> {
    const parsed = fromPage.safeParse(message);
    const { log, report } = this.#parts.workbench;
    if (!parsed.success) {
      log.warn('The preview’s page sent an unknown message.');
      return;
    }
    try {
      await this.#answer(parsed.data);
    } catch (error) {
      await report(error, 'The preview');
    }
  }

  /** Opens a document beside the preview's prompt. @param rangeIn as for `openPlace` */
  async open(uri: vscode.Uri, rangeIn?: Parameters<typeof openPlace>[2]): Promise<void> {
    this.#opened = uri.toString();
    await openPlace(uri, this.#parts.subject()?.uri, rangeIn);
  }

  async #answer(said: FromPreviewPage): Promise<void> {
    const { trials, rendering, scroll } = this.#parts;
    const subject = this.#parts.subject();
    switch (said.type) {
      case 'ready':
        return this.#parts.onReady();
      case 'input':
        trials.edit(said.input);
        return rendering.schedule();
      case 'json':
        return this.#json(said.text);
      case 'choose':
        return this.#choose(said.sample);
      case 'openSamples':
        if (subject?.samplesUri !== undefined) await this.open(subject.samplesUri);
        return;
      case 'openIssue':
        return this.#openIssue(said.index);
      case 'reveal':
        return this.#reveal(said.source);
      case 'scrolled':
        if (subject !== undefined) scroll.lead(subject.uri, said);
        return;
      case 'save':
      case 'copy':
        return this.#parts.onAsked(said);
    }
  }

  #json(text: string): void {
    const { trials, rendering, declared, send, sendInputs } = this.#parts;
    const { input, ...verdict } = readJsonInput(text, declared.fields);
    if (input !== undefined) {
      trials.edit(input);
      sendInputs();
      rendering.schedule();
    }
    send({ type: 'json', verdict });
  }

  /** Selects a sample; the edited input that it replaces can be restored. */
  async #choose(sample: string | null): Promise<void> {
    const { workbench, trials, rendering, subject, sendInputs } = this.#parts;
    const [before, uri] = [trials.current, subject()?.uri.toString()];
    trials.choose(sample);
    sendInputs();
    await rendering.run();
    if (!before.isEdited) return;
    const chosen = await workbench.ask.tell(
      'info',
      'The sample replaced your edited input.',
      'Restore My Input',
    );
    if (chosen === undefined || subject()?.uri.toString() !== uri) return;
    trials.set(before);
    sendInputs();
    await rendering.run();
  }

  /** @param index among the issues of the failed rendering */
  async #openIssue(index: number): Promise<void> {
    const subject = this.#parts.subject();
    const { outcome } = this.#parts.rendering;
    if (outcome?.kind !== 'problem' || subject === undefined) return;
    const issue = outcome.issues?.[index];
    if (issue === undefined) return;
    const at = new vscode.Position(issue.line - 1, issue.column - 1);
    await this.open(blamedUri(subject, outcome), () => new vscode.Range(at, at));
  }

  /** Selects the source of a piece of the rendering. */
  async #reveal({ prompt, start, end }: SourcePlace): Promise<void> {
    const { rendering, scroll } = this.#parts;
    const subject = this.#parts.subject();
    if (subject === undefined) return;
    const uri = prompt === null ? subject.uri : partialUri(subject, prompt, rendering.rendered?.files);
    if (uri === undefined) return;
    await this.open(uri, document => {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      scroll.expect(uri, range.start);
      return range;
    });
  }
}

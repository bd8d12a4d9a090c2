/** The preview's panel: follows a prompt, renders it in the worker on every change, and handles the page's messages. */
import * as vscode from 'vscode';
import { versionReference } from '../../core/version.ts';
import { isCanceled, messageOf } from '../problems/explain.ts';
import { parseVersionUri } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { DeclaredInputs } from './declared-inputs.ts';
import { fillPanel } from './fill-panel.ts';
import type { Input } from './form.ts';
import { readJsonInput } from './json-input.ts';
import {
  type FromPreviewPage,
  fromPage,
  type PreviewState,
  type ScrollPlace,
  type ToPreviewPage,
} from './messages.ts';
import { openPlace } from './open-place.ts';
import type { PreviewOutcome, PreviewRendered } from './renderer/outcome.ts';
import type { PreviewRenderer } from './renderer/preview-renderer.ts';
import { samplesAt } from './samples-file.ts';
import { ScrollSync } from './scroll-sync.ts';
import { shownOf } from './shown.ts';
import {
  blamedUri,
  isPrompt,
  type PreviewSubject,
  partialUri,
  requestOf,
  shortTitle,
  subjectOf,
} from './subject.ts';
import type { Trials } from './trials.ts';

/** Milliseconds without a keystroke before it is rendered. */
const DEBOUNCE = 100;

export interface PanelParts {
  readonly workbench: Workbench;
  readonly extensionUri: vscode.Uri;
  readonly renderer: PreviewRenderer;
  readonly trials: Trials;
  /** The page asks for what the person can also do by a command. */
  onAsked(asked: Extract<FromPreviewPage, { type: 'save' | 'copy' }>): void;
}

export class PreviewPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #parts: PanelParts;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #trials: Trials;
  #document: vscode.TextDocument | undefined;
  #subject: PreviewSubject | undefined;
  /** The subject shown, or about to be. */
  #showing: { readonly uri: string; readonly done: Promise<void> } | undefined;
  /** Readings of the samples file that were begun, and the last of them that ended. */
  #reads = 0;
  #readsEnded = 0;
  /** The error in the samples file. */
  #trouble: string | undefined;
  readonly #declared = new DeclaredInputs();
  #isLocked = false;
  /** VS Code sends events for every editor that it restores beside the preview. */
  #isRestoring = false;
  #isClosed = false;
  /** The document that the preview opened last. */
  #opened: string | undefined;
  #rendering: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #outcome: PreviewOutcome | undefined;
  #rendered: PreviewRendered | undefined;
  readonly #scroll = new ScrollSync({
    promptOf: document => this.#promptOf(document),
    scroll: place => this.#send({ type: 'scroll', place, edits: this.#edits }),
  });
  /** Changes of what is rendered, and how many of them the outcome has. */
  #edits = 0;
  #editsRendered = 0;
  /** True if the page still has to scroll to the editor's position. */
  #isAstray = true;

  constructor(panel: vscode.WebviewPanel, parts: PanelParts) {
    this.panel = panel;
    this.#parts = parts;
    this.#trials = parts.trials;
    const { webview } = panel;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{prompt,samples.yaml}');
    this.#disposables.push(
      watcher,
      this.#scroll,
      watcher.onDidChange(uri => this.#changedOnDisk(uri)),
      watcher.onDidCreate(uri => this.#changedOnDisk(uri)),
      watcher.onDidDelete(uri => this.#changedOnDisk(uri)),
      webview.onDidReceiveMessage(message => void this.#heard(message)),
      vscode.window.onDidChangeActiveTextEditor(editor => {
        if (editor !== undefined) this.#follow(editor.document);
      }),
      vscode.workspace.onDidOpenTextDocument(document => {
        if (document.uri.toString() === this.#document?.uri.toString()) this.#document = document;
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#changed(document)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#sendCaret(textEditor)),
      parts.workbench.session.onDidChange(() => void this.#resubject()),
    );
    panel.onDidDispose(() => this.#close());
    fillPanel(panel, parts.extensionUri);
  }

  get subject(): PreviewSubject | undefined {
    return this.#subject;
  }

  get input(): Input {
    return this.#trials.current.input;
  }

  /** The name of the sample that the input began as. */
  get sample(): string | null {
    return this.#trials.current.sample;
  }

  /** The last rendering, for copying; undefined if it failed. */
  get rendered(): PreviewRendered | undefined {
    return this.#outcome?.kind === 'rendered' ? this.#outcome : undefined;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  lock(isLocked: boolean): void {
    this.#isLocked = isLocked;
    this.#titled();
    this.#sendInputs();
    this.followActive();
  }

  /** Shows the prompt in front, if there is one. */
  followActive(): void {
    const { activeTextEditor } = vscode.window;
    if (activeTextEditor !== undefined) this.#follow(activeTextEditor.document);
  }

  /**
   * A partial of what is shown does not take its place, nor does what the preview itself led to: one looks at the
   * whole while one writes the part.
   */
  #follow(document: vscode.TextDocument): void {
    const isPart = this.#partialOf(document.uri) !== undefined || this.#opened === document.uri.toString();
    if (this.#isLocked || this.#isRestoring || !isPrompt(document) || isPart) return;
    this.#opened = undefined;
    this.show(document).catch(error => this.#parts.workbench.report(error, 'The preview'));
  }

  /** Shows another prompt, or the same one after it was opened anew. */
  show(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    if (this.#showing?.uri === uri) {
      if (this.#document?.uri.toString() === uri) this.#document = document;
      return this.#showing.done;
    }
    const done = this.#load(document);
    this.#showing = { uri, done };
    return done;
  }

  async #load(document: vscode.TextDocument): Promise<void> {
    const subject = await subjectOf(document.uri, this.#parts.workbench);
    if (this.#showing?.uri !== document.uri.toString()) return;
    this.#document = document;
    this.#subject = subject;
    this.#trouble = undefined;
    this.#trials.goTo(subject.uri.toString());
    this.#outcome = undefined;
    this.#rendered = undefined;
    this.#isAstray = true;
    this.#titled();
    await this.#readSamples();
    await this.#render();
  }

  /** Restores the state of an earlier window's page; editors that become active meanwhile are not followed. */
  async restore({ uri, isLocked, sample, input }: PreviewState): Promise<void> {
    this.#isLocked = isLocked;
    this.#isRestoring = true;
    try {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
      this.#trials.restore(document.uri.toString(), sample, input);
      await this.show(document);
    } finally {
      this.#isRestoring = false;
    }
  }

  /** An input was saved as a sample of this name. */
  async saved(sample: string, input: Input): Promise<void> {
    this.#trials.set({ sample, input, isEdited: false });
    await this.#readSamples();
    this.#schedule();
  }

  /** The project may be found only after the preview of an earlier window is restored. */
  async #resubject(): Promise<void> {
    const before = this.#subject;
    if (before === undefined) return;
    const subject = await subjectOf(before.uri, this.#parts.workbench);
    if (this.#subject !== before) return;
    this.#subject = subject;
    this.#titled();
    await this.#readSamples();
    this.#schedule();
  }

  showJson(): void {
    this.panel.reveal(undefined, false);
    this.#send({ type: 'showJson' });
  }

  async showSource(): Promise<void> {
    if (this.#subject !== undefined) await this.#open(this.#subject.uri);
  }

  #titled(): void {
    const { listed } = this.#parts.workbench.prompts;
    const title = this.#subject === undefined ? 'Prompt' : shortTitle(this.#subject, listed.keys());
    this.panel.title = this.#isLocked ? `[Preview] ${title}` : `Preview ${title}`;
  }

  /** The page was scrolled to this place of the prompt's source. */
  scrolledTo(place: Pick<ScrollPlace, 'offset' | 'share'>): void {
    if (this.#subject !== undefined) this.#scroll.lead(this.#subject.uri, place);
  }

  async #readSamples(): Promise<void> {
    this.#reads += 1;
    const read = this.#reads;
    const { samples, trouble } = await samplesAt(this.#subject?.samplesUri);
    // An older reading may end after a newer one.
    if (read !== this.#reads) return;
    this.#readsEnded = read;
    this.#trouble = trouble;
    this.#trials.read(samples, trouble !== undefined);
    this.#sendInputs();
  }

  #changed(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    if (uri === this.#subject?.samplesUri?.toString()) void this.#readSamples().then(() => this.#schedule());
    else if (isPrompt(document)) this.#schedule();
  }

  #changedOnDisk(uri: vscode.Uri): void {
    if (uri.toString() === this.#subject?.samplesUri?.toString())
      void this.#readSamples().then(() => this.#schedule());
    else this.#schedule();
  }

  #schedule(): void {
    this.#edits += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#render(), DEBOUNCE);
  }

  async #render(): Promise<void> {
    clearTimeout(this.#timer);
    const [document, subject] = [this.#document, this.#subject];
    if (document === undefined || subject === undefined) return;
    // Without its sample a prompt would show its values as missing for a moment: who reads the samples renders after it.
    if (this.#readsEnded !== this.#reads) return;
    this.#rendering?.abort();
    const controller = new AbortController();
    this.#rendering = controller;
    const { workbench, renderer } = this.#parts;
    const [source, edits] = [document.getText(), this.#edits];
    if (this.#declared.read(source, subject.prompt)) this.#sendInputs();
    try {
      const request = await requestOf(subject, source, this.#trials.current.input, workbench);
      const outcome = await renderer.render(request, controller.signal);
      if (controller.signal.aborted) return;
      this.#outcome = outcome;
    } catch (error) {
      if (controller.signal.aborted || isCanceled(error)) return;
      this.#outcome = { kind: 'problem', message: messageOf(error) };
    }
    this.#editsRendered = edits;
    if (this.#outcome.kind === 'rendered') this.#rendered = this.#outcome;
    this.#sendRendering();
  }

  #sendInputs(): void {
    const [subject, document] = [this.#subject, this.#document];
    if (subject === undefined || document === undefined) return;
    if (!this.#declared.isRead) this.#declared.read(document.getText(), subject.prompt);
    const { sample, input, isEdited } = this.#trials.current;
    const trouble = this.#trouble;
    this.#send({
      type: 'inputs',
      inputs: {
        uri: subject.uri.toString(),
        title: subject.title,
        isLocked: this.#isLocked,
        fields: this.#declared.fieldsFor(input),
        defaults: this.#declared.defaults,
        samples: [...new Set(this.#trials.samples.map(({ name }) => name))],
        sample,
        input,
        isEdited,
        ...(trouble !== undefined && { trouble }),
      },
    });
  }

  #sendRendering(): void {
    if (this.#outcome === undefined) return;
    const rendering = shownOf(this.#outcome, this.#partialToBlame());
    this.#send({ type: 'rendering', rendering, edits: this.#editsRendered });
    if (this.#outcome.kind !== 'rendered') return;
    for (const editor of vscode.window.visibleTextEditors) this.#sendCaret(editor);
    if (this.#isAstray && this.#subject !== undefined) this.#scroll.follow(this.#subject.uri);
    this.#isAstray = false;
  }

  /** The file of a partial that keeps the prompt from being rendered, as messages name it. */
  #partialToBlame(): string | undefined {
    const [subject, outcome] = [this.#subject, this.#outcome];
    if (subject === undefined || outcome?.kind !== 'problem') return undefined;
    const uri = blamedUri(subject, outcome);
    return uri.toString() === subject.uri.toString()
      ? undefined
      : vscode.workspace.asRelativePath(uri, false);
  }

  #sendCaret(editor: vscode.TextEditor): void {
    const prompt = this.#promptOf(editor.document);
    if (prompt === undefined) return;
    const offset = editor.document.offsetAt(editor.selection.active);
    this.#send({ type: 'caret', caret: { prompt, offset } });
  }

  /** As `TracedSource.prompt`; undefined for a document that can be no part of what is shown. */
  #promptOf(document: vscode.TextDocument): string | null | undefined {
    if (this.#subject === undefined || this.#document === undefined || !isPrompt(document)) return undefined;
    if (document.uri.toString() === this.#document.uri.toString()) return null;
    return this.#partialOf(document.uri) ?? versionId(document.uri);
  }

  /** The id of the partial that a document is, among those of the last rendering. */
  #partialOf(uri: vscode.Uri): string | undefined {
    const { files } = this.#rendered ?? {};
    for (const [id, path] of files ?? []) if (uri.scheme === 'file' && path === uri.fsPath) return id;
    return undefined;
  }

  async #heard(message: unknown): Promise<void> {
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

  /** A custom input that is replaced by a sample can be brought back. */
  async #choose(sample: string | null): Promise<void> {
    const [before, uri] = [this.#trials.current, this.#subject?.uri.toString()];
    this.#trials.choose(sample);
    this.#sendInputs();
    await this.#render();
    if (!before.isEdited) return;
    const chosen = await this.#parts.workbench.ask.tell(
      'info',
      'The sample replaced your edited input.',
      'Restore My Input',
    );
    if (chosen === undefined || this.#subject?.uri.toString() !== uri) return;
    this.#trials.set(before);
    this.#sendInputs();
    await this.#render();
  }

  async #answer(said: FromPreviewPage): Promise<void> {
    switch (said.type) {
      case 'ready':
        this.#isAstray = true;
        this.#sendInputs();
        if (this.#rendered !== undefined && this.#rendered !== this.#outcome)
          this.#send({ type: 'rendering', rendering: shownOf(this.#rendered), edits: 0 });
        return this.#sendRendering();
      case 'input':
        this.#trials.edit(said.input);
        return this.#schedule();
      case 'json': {
        const { input, ...verdict } = readJsonInput(said.text, this.#declared.fields);
        if (input !== undefined) {
          this.#trials.edit(input);
          this.#sendInputs();
          this.#schedule();
        }
        return this.#send({ type: 'json', verdict });
      }
      case 'choose':
        return this.#choose(said.sample);
      case 'openSamples':
        if (this.#subject?.samplesUri !== undefined) await this.#open(this.#subject.samplesUri);
        return;
      case 'openIssue': {
        const [outcome, subject] = [this.#outcome, this.#subject];
        if (outcome?.kind !== 'problem' || subject === undefined) return;
        const issue = outcome.issues?.[said.index];
        if (issue === undefined) return;
        const at = new vscode.Position(issue.line - 1, issue.column - 1);
        await this.#open(blamedUri(subject, outcome), () => new vscode.Range(at, at));
        return;
      }
      case 'reveal': {
        const { prompt, start, end } = said.source;
        if (this.#subject === undefined) return;
        const uri =
          prompt === null ? this.#subject.uri : partialUri(this.#subject, prompt, this.#rendered?.files);
        if (uri === undefined) return;
        await this.#open(uri, document => {
          const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
          this.#scroll.expect(uri, range.start);
          return range;
        });
        return;
      }
      case 'scrolled':
        return this.scrolledTo(said);
      case 'save':
      case 'copy':
        return this.#parts.onAsked(said);
    }
  }

  async #open(uri: vscode.Uri, rangeIn?: Parameters<typeof openPlace>[2]): Promise<void> {
    this.#opened = uri.toString();
    await openPlace(uri, this.#subject?.uri, rangeIn);
  }

  #send(message: ToPreviewPage): void {
    if (this.#isClosed) return;
    void this.panel.webview.postMessage(message);
  }

  #close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#rendering?.abort();
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** The id that a version has as a partial of other versions. */
function versionId(uri: vscode.Uri): string | undefined {
  const address = parseVersionUri(uri);
  return address && versionReference(address.prompt, address.version);
}

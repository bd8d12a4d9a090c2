/** The preview's panel: follows the active prompt and shows the worker's rendering, updated with each change. */
import * as vscode from 'vscode';
import { tellNotLoaded } from '../problems/page-not-loaded.ts';
import { PageLoader } from '../work/page-loader.ts';
import type { Workbench } from '../workbench.ts';
import { DeclaredInputs } from './declared-inputs.ts';
import { fillPanel } from './fill-panel.ts';
import type { Input } from './form.ts';
import type { FromPreviewPage, PreviewState, ToPreviewPage } from './messages.ts';
import { NewestRendering } from './newest-rendering.ts';
import { PageMessages } from './page-messages.ts';
import type { PreviewRendered } from './renderer/outcome.ts';
import type { PreviewRenderer } from './renderer/preview-renderer.ts';
import { SamplesReading } from './samples-reading.ts';
import { ScrollSync } from './scroll-sync.ts';
import { shownOf } from './shown.ts';
import {
  blamedUri,
  isPrompt,
  type PreviewSubject,
  partialIdOf,
  requestOf,
  shortTitle,
  subjectOf,
  versionId,
} from './subject.ts';
import type { Trials } from './trials.ts';

export interface PanelParts {
  readonly workbench: Workbench;
  readonly extensionUri: vscode.Uri;
  readonly renderer: PreviewRenderer;
  readonly trials: Trials;
  /** Called when the page requests something that is also a command. */
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
  readonly #samples = new SamplesReading();
  readonly #declared = new DeclaredInputs();
  #isLocked = false;
  /** VS Code sends events for every editor that it restores beside the preview. */
  #isRestoring = false;
  #isClosed = false;
  readonly #rendering: NewestRendering;
  readonly #messages: PageMessages;
  readonly #scroll = new ScrollSync({
    promptOf: document => this.#promptOf(document),
    scroll: place => this.#send({ type: 'scroll', place, edits: this.#rendering.edits }),
  });
  /** True if the page still has to scroll to the editor's position. */
  #isAstray = true;

  constructor(panel: vscode.WebviewPanel, parts: PanelParts) {
    this.panel = panel;
    this.#parts = parts;
    this.#trials = parts.trials;
    this.#rendering = new NewestRendering({
      renderer: parts.renderer,
      request: () => this.#request(),
      onOutcome: () => this.#sendRendering(),
    });
    this.#messages = new PageMessages({
      workbench: parts.workbench,
      trials: parts.trials,
      rendering: this.#rendering,
      scroll: this.#scroll,
      declared: this.#declared,
      subject: () => this.#subject,
      send: message => this.#send(message),
      sendInputs: () => this.#sendInputs(),
      onReady: () => this.#sendAll(),
      onAsked: parts.onAsked,
    });
    const { webview } = panel;
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{prompt,samples.yaml}');
    this.#disposables.push(
      watcher,
      this.#scroll,
      this.#rendering,
      watcher.onDidChange(uri => this.#changedOnDisk(uri)),
      watcher.onDidCreate(uri => this.#changedOnDisk(uri)),
      watcher.onDidDelete(uri => this.#changedOnDisk(uri)),
      webview.onDidReceiveMessage(message => void this.receive(message)),
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
    const loader = new PageLoader({
      panel,
      fill: () => fillPanel(panel, parts.extensionUri),
      onFailed: () => void tellNotLoaded(parts.workbench, 'the preview'),
    });
    this.#disposables.push(loader);
  }

  get subject(): PreviewSubject | undefined {
    return this.#subject;
  }

  get input(): Input {
    return this.#trials.current.input;
  }

  /** The name of the sample that the input started from. */
  get sample(): string | null {
    return this.#trials.current.sample;
  }

  /** The last rendering, for copying; undefined if it failed. */
  get rendered(): PreviewRendered | undefined {
    const { outcome } = this.#rendering;
    return outcome?.kind === 'rendered' ? outcome : undefined;
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

  /** Shows the active prompt, if there is one. */
  followActive(): void {
    const { activeTextEditor } = vscode.window;
    if (activeTextEditor !== undefined) this.#follow(activeTextEditor.document);
  }

  /**
   * A partial of the shown prompt does not replace it, nor does a document opened from the preview, so that the whole
   * stays visible while a part is edited.
   */
  #follow(document: vscode.TextDocument): void {
    const isPart = this.#partialOf(document.uri) !== undefined || this.#messages.hasOpened(document.uri);
    if (this.#isLocked || this.#isRestoring || !isPrompt(document) || isPart) return;
    this.#messages.forgetOpened();
    this.show(document).catch(error => this.#parts.workbench.report(error, 'The preview'));
  }

  /** Shows another prompt, or the same one after it was reopened. */
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
    this.#samples.forget();
    this.#trials.goTo(subject.uri.toString());
    this.#rendering.forget();
    this.#isAstray = true;
    this.#titled();
    await this.#readSamples();
    await this.#rendering.run();
  }

  /** Restores the state of an earlier window's page; ignores editors that become active meanwhile. */
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

  /** Called when an input was saved as a sample with this name. */
  async saved(sample: string, input: Input): Promise<void> {
    this.#trials.set({ sample, input, isEdited: false });
    await this.#readSamples();
    this.#rendering.schedule();
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
    this.#rendering.schedule();
  }

  /** Handles a message of the page. Never rejects: failures are shown. */
  receive(message: unknown): Promise<void> {
    return this.#messages.receive(message);
  }

  showJson(): void {
    this.panel.reveal(undefined, false);
    this.#send({ type: 'showJson' });
  }

  async showSource(): Promise<void> {
    if (this.#subject !== undefined) await this.#messages.open(this.#subject.uri);
  }

  #titled(): void {
    const { listed } = this.#parts.workbench.prompts;
    const title = this.#subject === undefined ? 'Prompt' : shortTitle(this.#subject, listed.keys());
    this.panel.title = this.#isLocked ? `[Preview] ${title}` : `Preview ${title}`;
  }

  async #readSamples(): Promise<void> {
    const file = await this.#samples.read(this.#subject?.samplesUri);
    if (file === undefined) return;
    this.#trials.read(file.samples, file.trouble !== undefined);
    this.#sendInputs();
  }

  #changed(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    if (uri === this.#subject?.samplesUri?.toString())
      void this.#readSamples().then(() => this.#rendering.schedule());
    else if (isPrompt(document)) this.#rendering.schedule();
  }

  #changedOnDisk(uri: vscode.Uri): void {
    if (uri.toString() === this.#subject?.samplesUri?.toString())
      void this.#readSamples().then(() => this.#rendering.schedule());
    else this.#rendering.schedule();
  }

  /** The request for the current subject; undefined if there is none, or while its samples are read. */
  #request(): ReturnType<typeof requestOf> | undefined {
    const [document, subject] = [this.#document, this.#subject];
    if (document === undefined || subject === undefined) return undefined;
    // Without its sample, a prompt would briefly show missing values; it is rendered after the samples are read.
    if (this.#samples.isUnderWay) return undefined;
    const source = document.getText();
    if (this.#declared.read(source, subject.prompt)) this.#sendInputs();
    return requestOf(subject, source, this.#trials.current.input, this.#parts.workbench);
  }

  #sendInputs(): void {
    const [subject, document] = [this.#subject, this.#document];
    if (subject === undefined || document === undefined) return;
    if (!this.#declared.isRead) this.#declared.read(document.getText(), subject.prompt);
    const { sample, input, isEdited } = this.#trials.current;
    const { trouble } = this.#samples;
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

  /** Fills a new page, including the last rendering if the prompt fails now. */
  #sendAll(): void {
    this.#isAstray = true;
    this.#sendInputs();
    const { outcome, rendered } = this.#rendering;
    if (rendered !== undefined && rendered !== outcome)
      this.#send({ type: 'rendering', rendering: shownOf(rendered), edits: 0 });
    this.#sendRendering();
  }

  #sendRendering(): void {
    const { outcome, editsRendered } = this.#rendering;
    if (outcome === undefined) return;
    this.#send({
      type: 'rendering',
      rendering: shownOf(outcome, this.#partialToBlame()),
      edits: editsRendered,
    });
    if (outcome.kind !== 'rendered') return;
    for (const editor of vscode.window.visibleTextEditors) this.#sendCaret(editor);
    if (this.#isAstray && this.#subject !== undefined) this.#scroll.follow(this.#subject.uri);
    this.#isAstray = false;
  }

  /** The file of the partial that prevents rendering, as named in messages. */
  #partialToBlame(): string | undefined {
    const [subject, outcome] = [this.#subject, this.#rendering.outcome];
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

  /** As in `TracedSource.prompt`; undefined for a document that cannot be part of the preview. */
  #promptOf(document: vscode.TextDocument): string | null | undefined {
    if (this.#subject === undefined || this.#document === undefined || !isPrompt(document)) return undefined;
    if (document.uri.toString() === this.#document.uri.toString()) return null;
    return this.#partialOf(document.uri) ?? versionId(document.uri);
  }

  /** The id of a document that is a partial in the last rendering. */
  #partialOf(uri: vscode.Uri): string | undefined {
    return partialIdOf(uri, this.#rendering.rendered?.files);
  }

  #send(message: ToPreviewPage): void {
    if (this.#isClosed) return;
    void this.panel.webview.postMessage(message);
  }

  #close(): void {
    this.#isClosed = true;
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** The commands of the preview: one panel that follows the active prompt, and copying or saving from it. */
import * as vscode from 'vscode';
import { InputDrafts } from '../asking/drafts.ts';
import { withoutIcons } from '../asking/plain-ask.ts';
import { setContext } from '../context-keys.ts';
import { namedTarget } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import { virtualFiles } from '../files/virtual-files.ts';
import { logged } from '../problems/explain.ts';
import { curlNote } from '../versions/curl.ts';
import { versionUri } from '../versions/open-version.ts';
import { shellOf } from '../versions/shell.ts';
import { EMBEDDED, parseVersionUri } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { messagesJson, renderCurl } from './copies.ts';
import { PreviewDifference } from './difference.ts';
import { type FromPreviewPage, keptState } from './messages.ts';
import { PreviewPanel } from './panel.ts';
import { VIEW_TYPE } from './preview.ts';
import { PreviewRenderer } from './renderer/preview-renderer.ts';
import { samplesAt, saveSample } from './samples-file.ts';
import { isPrompt } from './subject.ts';
import { Trials } from './trials.ts';

type Copied = Extract<FromPreviewPage, { type: 'copy' }>['what'];

const MAX_NAME = 200;

export class Previews implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #extensionUri: vscode.Uri;
  readonly #renderer: PreviewRenderer;
  readonly #difference: PreviewDifference;
  /** Custom inputs, including those of earlier panels and windows. */
  readonly #inputs: InputDrafts;
  #shown: PreviewPanel | undefined;

  /** @param memory of the workspace, for custom inputs */
  constructor(workbench: Workbench, extensionUri: vscode.Uri, memory: vscode.Memento) {
    this.#workbench = workbench;
    this.#inputs = new InputDrafts(memory, { key: 'promptforge.inputs' });
    this.#extensionUri = extensionUri;
    const worker = vscode.Uri.joinPath(extensionUri, 'dist', 'preview-worker.js');
    this.#renderer = new PreviewRenderer(new URL(worker.toString(true)), virtualFiles);
    this.#difference = new PreviewDifference(workbench, this.#renderer);
  }

  /** The panel; undefined while none is open. */
  get shown(): PreviewPanel | undefined {
    return this.#shown;
  }

  /** Previews the named or active prompt, beside its editor. */
  async open(argument: unknown): Promise<void> {
    const document = await this.#named(argument);
    if (document === undefined) {
      await this.#workbench.ask.tell('info', 'Open a prompt first: the preview shows the active editor.');
      return;
    }
    if (this.#shown === undefined) {
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      const options = { enableFindWidget: true };
      this.#attach(vscode.window.createWebviewPanel(VIEW_TYPE, 'Preview', place, options));
    } else this.#shown.panel.reveal(undefined, true);
    await this.#shown?.show(document);
  }

  /** Fills a panel of an earlier window. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const shown = this.#attach(panel);
    const kept = keptState.safeParse(state);
    try {
      if (!kept.success) {
        // The window ended before its page could save its state: follow the active prompt.
        shown.followActive();
        return;
      }
      setContext('promptforge.previewLocked', kept.data.isLocked);
      await shown.restore(kept.data);
    } catch (error) {
      this.#workbench.log.info(`The preview of an earlier window cannot be restored: ${logged(error)}`);
      panel.dispose();
    }
  }

  lock(isLocked: boolean): void {
    this.#shown?.lock(isLocked);
    setContext('promptforge.previewLocked', isLocked);
  }

  showJson(): void {
    this.#shown?.showJson();
  }

  async showSource(): Promise<void> {
    await this.#shown?.showSource();
  }

  difference(argument: unknown): Promise<void> {
    const shown = this.#shown;
    const trial = shown && { prompt: shown.subject?.prompt, sample: shown.sample, input: shown.input };
    return this.#difference.show(argument, trial);
  }

  async copy(what: Copied): Promise<void> {
    const { ask, session, prompts } = this.#workbench;
    const shown = this.#shown;
    if (shown?.subject === undefined) {
      await ask.tell('info', 'No preview is open. Open a prompt, then its preview to the side.');
      return;
    }
    if (what === 'curl') {
      const { prompt, version, title } = shown.subject;
      const listed = prompt && prompts.listed.get(prompt);
      const of = version ?? listed?.summary?.newest.version;
      if (prompt === undefined || of === undefined) {
        await ask.tell('info', `${title} is not published, so the registry cannot render it yet.`);
        return;
      }
      const shell = shellOf(process.platform, vscode.env.shell);
      const registry = parseVersionUri(shown.subject.uri)?.registry ?? session.registry ?? EMBEDDED;
      const command = renderCurl(registry, prompt, of, shown.input, shell);
      await vscode.env.clipboard.writeText(command);
      const unpublished =
        version === undefined && listed?.state !== 'clean' ? ' It does not include unpublished changes.' : '';
      const note = curlNote(registry);
      const said = `Copied: the registry renders ${prompt}@${of}.${unpublished} Set the environment variable PROMPTFORGE_KEY to a key before you run it.`;
      void ask.tell('info', note === undefined ? said : `${said} ${note}`);
      return;
    }
    const rendered = shown.rendered?.traced.rendered;
    if (rendered === undefined) {
      await ask.tell('info', `${shown.subject.title} does not render. Fix it first, then copy.`);
      return;
    }
    await vscode.env.clipboard.writeText(what === 'text' ? rendered.text : messagesJson(rendered.messages));
    vscode.window.setStatusBarMessage(what === 'text' ? 'Copied the text' : 'Copied the messages', 3000);
  }

  async saveSample(): Promise<void> {
    const { ask } = this.#workbench;
    const shown = this.#shown;
    const uri = shown?.subject?.samplesUri;
    if (shown?.subject === undefined || uri === undefined) {
      await ask.tell('info', 'Samples are kept next to the prompt’s file. Save the prompt first.');
      return;
    }
    const { samples, trouble } = await samplesAt(uri);
    if (trouble !== undefined) {
      const open = 'Open Samples';
      const chosen = await ask.tell('error', `No sample was saved. ${trouble}`, open);
      if (chosen === open) await vscode.window.showTextDocument(uri);
      return;
    }
    const { input } = shown;
    const draft = `save sample ${uri.path}`;
    const typed = await ask.text({
      title: `Save Sample of ${shown.subject.title}`,
      prompt: 'Enter a name that describes this input',
      draft,
      ...(shown.sample !== null && { value: shown.sample }),
      validate: text => {
        if (text.trim() === '') return 'Enter a name for the sample.';
        return text.length > MAX_NAME ? `Enter at most ${MAX_NAME} characters.` : undefined;
      },
    });
    if (typed === undefined) return;
    const name = typed.trim();
    if (samples.some(sample => sample.name === name)) {
      const agreed = await ask.confirm({
        message: `Replace the sample "${name}"?`,
        detail: 'A sample of this name already exists. Its input is replaced with the one in the preview.',
        button: 'Replace',
      });
      if (agreed !== true) return;
    }
    await saveSample(uri, name, input);
    ask.sent(draft);
    await shown.saved(name, input);
    vscode.window.setStatusBarMessage(withoutIcons(`Saved the sample "${name}"`), 3000);
  }

  dispose(): void {
    this.#shown?.panel.dispose();
    this.#difference.dispose();
    this.#renderer.dispose();
  }

  #attach(panel: vscode.WebviewPanel): PreviewPanel {
    this.#shown?.panel.dispose();
    const shown = new PreviewPanel(panel, {
      workbench: this.#workbench,
      extensionUri: this.#extensionUri,
      renderer: this.#renderer,
      trials: new Trials(this.#inputs),
      onAsked: asked =>
        void vscode.commands.executeCommand(
          `promptforge.${asked.type === 'save' ? 'previewSaveSample' : COPY[asked.what]}`,
        ),
    });
    this.#shown = shown;
    setContext('promptforge.previewOpen', true);
    setContext('promptforge.previewLocked', false);
    panel.onDidDispose(() => {
      if (this.#shown !== shown) return;
      this.#shown = undefined;
      setContext('promptforge.previewOpen', false);
    });
    return shown;
  }

  async #named(argument: unknown): Promise<vscode.TextDocument | undefined> {
    const active = vscode.window.activeTextEditor?.document;
    if (argument === undefined && active !== undefined && isPrompt(active)) return active;
    const uri = argument instanceof vscode.Uri ? argument : await this.#uriOf(argument);
    if (uri === undefined) return undefined;
    const document = await vscode.workspace.openTextDocument(uri);
    return isPrompt(document) ? document : undefined;
  }

  /** The document for a tree node or a prompt's name: its file, otherwise its newest version. */
  async #uriOf(argument: unknown): Promise<vscode.Uri | undefined> {
    const { prompts, session } = this.#workbench;
    const target = await namedTarget(argument, this.#workbench);
    if (target === undefined) return undefined;
    const { prompt } = target;
    const listed = prompts.listed.get(prompt);
    const copy = await prompts.workingCopy();
    if (target.version === undefined && listed?.hasFile === true && copy !== undefined)
      return uriOf(copy.folder.pathOf(prompt));
    const version = target.version ?? listed?.summary?.newest.version;
    return version === undefined ? undefined : versionUri(session.registry, { prompt, version });
  }
}

const COPY: Readonly<Record<Copied, string>> = {
  text: 'previewCopyText',
  messages: 'previewCopyMessages',
  curl: 'previewCopyCurl',
};

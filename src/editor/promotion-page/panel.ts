/** The panel of one promotion: fetches it, fills its page, and handles the person's actions. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { lastSegment } from '../../core/name.ts';
import { isCanceled, logged, messageOf } from '../problems/explain.ts';
import { tellNotLoaded } from '../problems/page-not-loaded.ts';
import { allComments } from '../promotions/all-comments.ts';
import { MAX_COMMENT, validateComment } from '../promotions/comment-length.ts';
import { groupOf } from '../promotions/groups.ts';
import { knownStandings } from '../promotions/standing.ts';
import { NewestRun } from '../work/newest-run.ts';
import { PageLoader } from '../work/page-loader.ts';
import { Turns } from '../work/turns.ts';
import type { Workbench } from '../workbench.ts';
import type { ChangeSummary } from './change-summary.ts';
import { contentOf } from './content.ts';
import { type FromPromotionPage, fromPage, type PromotionContent, type ToPromotionPage } from './messages.ts';
import { promotionPageHtml } from './page.ts';

export interface PromotionPanelParts {
  readonly workbench: Workbench;
  readonly extensionUri: vscode.Uri;
  /** The promotion's id in the connected registry. */
  readonly id: string;
  /** The registry's address or folder, which counts its promotions from 1. */
  readonly place: string;
  /** @throws Problem, MissingKey, RegistryUnreachable for versions that cannot be read */
  readonly summarize: (promotion: Promotion, signal: AbortSignal) => Promise<ChangeSummary>;
}

export class PromotionPanel implements vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
  readonly #parts: PromotionPanelParts;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #loading = new NewestRun();
  /** Runs one after the other, however many events there are. */
  readonly #refreshing = new Turns(1, () => this.load());
  #promotion: Promotion | undefined;
  #comments: readonly Comment[] = [];
  #change: ChangeSummary | { readonly unknown: string } | undefined;
  #changeOf: string | undefined;
  #trouble: string | undefined;
  #isClosed = false;

  constructor(panel: vscode.WebviewPanel, parts: PromotionPanelParts) {
    this.panel = panel;
    this.#parts = parts;
    const { session, promotions, prompts } = parts.workbench;
    this.#disposables.push(
      panel.webview.onDidReceiveMessage(message => void this.receive(message)),
      promotions.onDidChange(() => this.#refreshing.add(this.id)),
      prompts.onDidChange(() => this.#send()),
      session.onDidChange(() => this.#send()),
    );
    panel.onDidDispose(() => this.dispose());
    const loader = new PageLoader({
      panel,
      fill: () => this.#fill(),
      onFailed: () => void tellNotLoaded(parts.workbench, 'the promotion'),
    });
    this.#disposables.push(loader);
    void this.load();
  }

  get id(): string {
    return this.#parts.id;
  }

  get place(): string {
    return this.#parts.place;
  }

  /** Fetches the promotion again. Never rejects: the page shows the error. */
  load(): Promise<void> {
    return this.#loading.start(signal => this.#load(signal));
  }

  dispose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#loading.stop();
    for (const disposable of this.#disposables) disposable.dispose();
    this.panel.dispose();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { session } = this.#parts.workbench;
    try {
      // A page of an earlier window may be restored before the session is ready.
      await session.settled();
      if (signal.aborted) return;
      if (this.#elsewhere !== undefined) {
        this.#send();
        return;
      }
      const client = await session.clientFor({ kind: 'read' });
      // Fetched again, because a list may be outdated.
      const promotion = await client.getPromotion(this.id, signal);
      const comments = await allComments(session, this.id, signal);
      if (signal.aborted) return;
      this.#promotion = promotion;
      this.#comments = comments;
      this.#trouble = undefined;
    } catch (error) {
      if (signal.aborted || isCanceled(error)) return;
      session.note(error);
      this.#trouble = messageOf(error);
    }
    this.#send();
    if (this.#promotion !== undefined) await this.#summarize(this.#promotion, signal);
  }

  /** Versions never change: computed once, and again only after a failure. */
  async #summarize(promotion: Promotion, signal: AbortSignal): Promise<void> {
    const of = `${promotion.from} ${promotion.version}`;
    if (of === this.#changeOf) return;
    try {
      const change = await this.#parts.summarize(promotion, signal);
      if (signal.aborted) return;
      this.#change = change;
      this.#changeOf = of;
    } catch (error) {
      if (signal.aborted || isCanceled(error)) return;
      this.#parts.workbench.log.warn(`Comparing the versions of a promotion: ${logged(error)}`);
      this.#change = { unknown: `The versions could not be compared: ${messageOf(error)}` };
    }
    this.#send();
  }

  #send(): void {
    const promotion = this.#promotion;
    const { session, promotions, prompts } = this.#parts.workbench;
    const elsewhere = this.#elsewhere;
    const isElsewhere = elsewhere !== undefined;
    const trouble = elsewhere ?? this.#trouble;
    if (promotion === undefined) {
      if (trouble !== undefined)
        this.#post({ type: 'content', content: this.#unknown(trouble), kept: this.#kept() });
      return;
    }
    const environment = session.environments.find(({ name }) => name === promotion.environment);
    const content = contentOf({
      promotion,
      standing: isElsewhere ? { kind: 'unknown' } : knownStandings(promotions, prompts).of(promotion),
      comments: this.#comments,
      change: this.#change,
      key: session.keys.get(promotion.environment),
      policy: isElsewhere ? undefined : environment?.policy,
      pointers: isElsewhere ? undefined : prompts.listed.get(promotion.prompt)?.summary?.pointers,
      trouble,
      isElsewhere,
      now: Date.now(),
    });
    this.panel.title = `${groupOf(promotion) === 'waiting' ? 'Review' : 'Promotion'} ${lastSegment(promotion.prompt)}@${promotion.version} → ${promotion.environment}`;
    this.#post({ type: 'content', content, kept: this.#kept() });
  }

  #unknown(trouble: string): PromotionContent {
    const nothing = { facts: [], changes: [], policy: [], approvals: [], discussion: [], actions: [] };
    return {
      ...nothing,
      id: this.id,
      title: `Promotion ${this.id}`,
      status: '',
      breaking: undefined,
      left: 0,
      note: undefined,
      mayComment: false,
      longestComment: MAX_COMMENT,
      trouble,
    };
  }

  #kept() {
    return { id: this.id, place: this.place };
  }

  /** An explanation if the window is connected to another registry; otherwise undefined. */
  get #elsewhere(): string | undefined {
    const { place } = this.#parts.workbench.session;
    return place === this.place
      ? undefined
      : `This promotion belongs to ${this.place}, and this window is connected to ${place ?? 'no registry'}.`;
  }

  /** @throws Error if the window is now connected to another registry */
  #checkPlace(): void {
    if (this.#elsewhere !== undefined) throw new Error(this.#elsewhere);
  }

  /** Called with the prompts of new comment events. */
  heard(prompts: ReadonlySet<string | undefined>): void {
    if (this.#promotion !== undefined && prompts.has(this.#promotion.prompt)) this.#refreshing.add(this.id);
  }

  /** Handles a message of the page. Failures are shown. */
  async receive(message: unknown): Promise<void> {
    const parsed = fromPage.safeParse(message);
    const { log, report } = this.#parts.workbench;
    if (!parsed.success) {
      log.warn('The page of a promotion sent an unknown message.');
      return;
    }
    try {
      await this.#do(parsed.data);
    } catch (error) {
      await report(error, 'The page of the promotion');
    }
  }

  async #do(said: FromPromotionPage): Promise<void> {
    switch (said.type) {
      case 'ready':
        return this.#send();
      case 'refresh':
        this.#changeOf = undefined;
        return this.load();
      case 'openChanges':
        this.#checkPlace();
        await vscode.commands.executeCommand('promptforge.reviewPromotion', this.id);
        return;
      case 'decide':
        this.#checkPlace();
        await vscode.commands.executeCommand(`promptforge.${said.action}Promotion`, this.id);
        return this.load();
      case 'comment':
        return this.#comment(said.text, said.key);
    }
  }

  /** The page keeps the text until it hears that it has arrived. */
  async #comment(text: string, key: string): Promise<void> {
    const { session, log } = this.#parts.workbench;
    const why = validateComment(text, true);
    if (why !== undefined) return this.#post({ type: 'notCommented', key, message: why });
    try {
      this.#checkPlace();
      const client = await session.clientFor({ kind: 'read' });
      await client.comment(this.id, { text: text.trim(), place: null }, undefined, key);
    } catch (error) {
      session.note(error);
      log.error(`Commenting: ${logged(error)}`);
      const message = `Not sent: ${messageOf(error)} Your text is kept here.`;
      return this.#post({ type: 'notCommented', key, message });
    }
    this.#post({ type: 'commented', key });
    return this.load();
  }

  #post(message: ToPromotionPage): void {
    if (this.#isClosed) return;
    void this.panel.webview.postMessage(message);
  }

  #fill(): void {
    const { webview } = this.panel;
    const media = vscode.Uri.joinPath(this.#parts.extensionUri, 'media');
    const folder = vscode.Uri.joinPath(media, 'promotion');
    const uriOf = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
    this.panel.iconPath = {
      light: vscode.Uri.joinPath(media, 'prompt-file-light.svg'),
      dark: vscode.Uri.joinPath(media, 'prompt-file-dark.svg'),
    };
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    webview.html = promotionPageHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(24).toString('base64url'),
      scriptUri: uriOf('promotion.js'),
      styleUri: uriOf('promotion.css'),
    });
  }
}

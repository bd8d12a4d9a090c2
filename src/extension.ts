/** The composition root: builds the parts, hands each what it needs, registers them, and nothing else. */
import * as vscode from 'vscode';
import type { Dialogs } from './editor/asking/ask.ts';
import { boundAsk } from './editor/asking/bound-ask.ts';
import { dialogs } from './editor/asking/dialogs.ts';
import { InputDrafts } from './editor/asking/drafts.ts';
import { plainAsk } from './editor/asking/plain-ask.ts';
import { registerCompare } from './editor/compare/compare.ts';
import { registerConflicts } from './editor/conflicts/register.ts';
import { registerEnvironmentsView } from './editor/connection/environments-view.ts';
import { registerKeepConnected } from './editor/connection/keep-connected.ts';
import { registerKeepFresh } from './editor/connection/keep-fresh.ts';
import { registerKeys } from './editor/connection/keys.ts';
import { registerProjectDiagnostics } from './editor/connection/project-diagnostics.ts';
import { registerConnect } from './editor/connection/register-connect.ts';
import { registerRevokeKey } from './editor/connection/revoke-key.ts';
import { Session } from './editor/connection/session.ts';
import { registerSwitchProject } from './editor/connection/switch-project.ts';
import { registerContextKeys } from './editor/context-keys.ts';
import { lazyDiscardedTexts } from './editor/discard/lazy-texts.ts';
import { registerDrill } from './editor/drill/register.ts';
import { registerDecorations } from './editor/explorer/decorations.ts';
import { registerFileDecorations } from './editor/explorer/file-decorations.ts';
import { PromptList } from './editor/explorer/prompt-list.ts';
import { registerPromptsView } from './editor/explorer/prompts-view.ts';
import { registerFollowing } from './editor/following/following.ts';
import { registerHistoryView } from './editor/history/history-view.ts';
import { registerLanguage } from './editor/language/register.ts';
import { registerAttributesOffer } from './editor/line-endings/offer-attributes.ts';
import { type Links, registerLinks } from './editor/links/register.ts';
import { registerWhatWasLive } from './editor/live/what-was-live.ts';
import { PromptLives } from './editor/lives/prompt-lives.ts';
import { registerLog } from './editor/log/log.ts';
import { plainLog } from './editor/log/plain-log.ts';
import { type OwnersRegistration, registerOwners } from './editor/owners/register.ts';
import { registerPreview } from './editor/preview/preview.ts';
import { reporter } from './editor/problems/report.ts';
import { registerPromotion } from './editor/promotion/promotion.ts';
import { registerPromotionPages } from './editor/promotion-page/register.ts';
import { registerComments } from './editor/promotions/comments.ts';
import { PromotionList } from './editor/promotions/promotion-list.ts';
import { registerPromotionsView } from './editor/promotions/promotions-view.ts';
import { registerDecisions } from './editor/promotions/register-decisions.ts';
import { registerReview } from './editor/promotions/review.ts';
import { registerArchive } from './editor/prompts/archive.ts';
import { registerDuplicate } from './editor/prompts/duplicate.ts';
import { registerNewPrompt } from './editor/prompts/new-prompt.ts';
import { registerRename, renaming } from './editor/prompts/rename.ts';
import { registerRevealInExplorer } from './editor/prompts/reveal-in-explorer.ts';
import { registerAutoPull } from './editor/publish/auto-pull.ts';
import { registerPull } from './editor/publish/pull.ts';
import { registerPublish } from './editor/publish/register-publish.ts';
import { SourceDiagnostics } from './editor/publish/source-diagnostics.ts';
import { registerSync } from './editor/publish/sync.ts';
import { registerUpdatePartials } from './editor/publish/update-partials.ts';
import { registerReleases } from './editor/releases/register.ts';
import { registerSourceControl } from './editor/scm/register.ts';
import { registerSentenceHistory } from './editor/sentences/register.ts';
import { registerStatusBar } from './editor/status/status-bar.ts';
import { registerTrace } from './editor/trace/trace-versions.ts';
import { registerCopying } from './editor/versions/copying.ts';
import { registerOpenVersion } from './editor/versions/open-version.ts';
import { registerSearchVersions } from './editor/versions/search-versions.ts';
import { registerVersionFiles } from './editor/versions/version-files.ts';
import { Walkthrough } from './editor/walkthrough/walkthrough.ts';
import type { Workbench } from './editor/workbench.ts';

/** The API for the extension's own tests; undefined otherwise. */
export interface Inside {
  readonly workbench: Workbench;
  readonly tree: ReturnType<typeof registerPromptsView>['tree'];
  readonly dragAndDrop: ReturnType<typeof registerPromptsView>['dragAndDrop'];
  readonly selected: ReturnType<typeof registerPromptsView>['selected'];
  readonly history: ReturnType<typeof registerHistoryView>;
  readonly promotionsView: ReturnType<typeof registerPromotionsView>;
  readonly comments: ReturnType<typeof registerComments>;
  readonly fileDecorations: ReturnType<typeof registerFileDecorations>;
  readonly sourceControl: ReturnType<typeof registerSourceControl>;
  readonly alarms: ReturnType<typeof registerFollowing>['alarms'];
  readonly previews: ReturnType<typeof registerPreview>['previews'];
  readonly promotionPages: ReturnType<typeof registerPromotionPages>['pages'];
  readonly links: Links;
  readonly owners: OwnersRegistration;
  readonly sentenceHistory: ReturnType<typeof registerSentenceHistory>;
  /** Answers questions in the person's place from now on. */
  answerWith(ask: Dialogs): void;
}

/** Measured in every window (`performance.getEntriesByName`), so that a benchmark and a bug report speak of the same figure. */
const ACTIVATE = 'promptforge/activate';

export function activate(context: vscode.ExtensionContext): Inside | undefined {
  performance.mark(ACTIVATE);
  const { extension, secrets, globalState, workspaceState, globalStorageUri, subscriptions, extensionMode } =
    context;
  const storage = context.storageUri ?? globalStorageUri;
  const log = plainLog(vscode.window.createOutputChannel('PromptForge', { log: true }));
  const drafts = new InputDrafts(workspaceState);
  let answering: Dialogs = dialogs(drafts);
  const ask = boundAsk(
    plainAsk({
      text: question => answering.text(question),
      sent: draft => answering.sent(draft),
      pick: question => answering.pick(question),
      pickMany: question => answering.pickMany(question),
      confirm: question => answering.confirm(question),
      tell: (severity, message, ...buttons) => answering.tell(severity, message, ...buttons),
    }),
    () => ({ root: session.project?.root, registry: session.registry }),
  );
  const userAgent = `promptforge-vscode/${extension.packageJSON.version}`;
  const session = new Session({
    log,
    secrets,
    memory: workspaceState,
    storage: globalStorageUri,
    userAgent,
  });
  const prompts = new PromptList(session);
  const promotions = new PromotionList(session);
  const report = reporter(ask, log);
  const walkthrough = new Walkthrough(session);
  const lives = new PromptLives(session);
  const workbench: Workbench = { session, prompts, promotions, lives, ask, report, walkthrough, log };
  const language = registerLanguage({ workbench, extensionUri: extension.extensionUri });
  const renames = renaming({ workbench, language });
  const view = registerPromptsView(workbench, renames.move, drafts);
  const promotionsView = registerPromotionsView(workbench);
  const history = registerHistoryView(workbench);
  const comments = registerComments(workbench, workspaceState);
  const connection = registerKeepConnected(workbench);
  const owners = registerOwners(workbench, workspaceState);
  const promotionPages = registerPromotionPages(workbench, context.extensionUri);
  const following = registerFollowing(workbench, globalState, connection.soon, events => {
    comments.heard(events);
    owners.heard(events);
    promotionPages.heard(events);
  });
  const fileDecorations = registerFileDecorations(session, prompts);
  const discarded = lazyDiscardedTexts(storage);
  const diagnostics = new SourceDiagnostics();
  const sourceControl = registerSourceControl(workbench, { drafts, diagnostics, discarded });
  const links = registerLinks(workbench);
  const sentenceHistory = registerSentenceHistory(workbench);
  const preview = registerPreview(workbench, context.extensionUri, workspaceState);

  subscriptions.push(
    log,
    session,
    prompts,
    promotions,
    walkthrough,
    view,
    promotionsView,
    history,
    comments,
    owners,
    connection,
    following,
    registerReview(workbench),
    promotionPages,
    registerDecisions(workbench),
    registerContextKeys(session),
    registerLog(log, report),
    registerEnvironmentsView(session),
    registerDecorations(session, prompts),
    fileDecorations,
    diagnostics,
    sourceControl,
    registerConflicts(workbench, storage, discarded),
    registerSync(workbench),
    registerAutoPull(workbench),
    registerAttributesOffer(workbench),
    registerVersionFiles(session),
    registerConnect(workbench),
    registerSwitchProject(workbench),
    registerProjectDiagnostics(session),
    registerKeys(workbench),
    registerRevokeKey(workbench),
    registerOpenVersion(workbench),
    links,
    registerSearchVersions(workbench),
    registerCopying(workbench, view.focused, history.focused),
    registerCompare(workbench),
    registerWhatWasLive(workbench),
    registerTrace(workbench),
    registerPublish(workbench, diagnostics),
    registerUpdatePartials(workbench),
    preview,
    registerPull(workbench),
    registerPromotion(workbench),
    registerReleases(workbench),
    registerDrill(workbench),
    registerNewPrompt(workbench, view.reveal),
    registerRename(workbench, renames, view.focused, view.reveal),
    registerDuplicate(workbench, view.reveal),
    registerRevealInExplorer(workbench),
    registerArchive(workbench, view.focused),
    sentenceHistory,
    registerStatusBar(workbench),
    registerKeepFresh(workbench, secrets),
    language,
  );
  void prompts.refresh();
  performance.measure(ACTIVATE, ACTIVATE);

  if (extensionMode !== vscode.ExtensionMode.Test) return undefined;
  return {
    workbench,
    tree: view.tree,
    dragAndDrop: view.dragAndDrop,
    selected: view.selected,
    history,
    promotionsView,
    comments,
    fileDecorations,
    sourceControl,
    alarms: following.alarms,
    previews: preview.previews,
    promotionPages: promotionPages.pages,
    links,
    owners,
    sentenceHistory,
    answerWith: other => (answering = other),
  };
}

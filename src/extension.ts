/** The composition root: builds the parts, hands each what it needs, registers them, and nothing else. */
import * as vscode from 'vscode';
import type { Ask } from './editor/asking/ask.ts';
import { dialogs } from './editor/asking/dialogs.ts';
import { Drafts } from './editor/asking/drafts.ts';
import { plainAsk } from './editor/asking/plain-ask.ts';
import { registerCompare } from './editor/compare/compare.ts';
import { registerConnect } from './editor/connection/connect.ts';
import { registerEnvironmentsView } from './editor/connection/environments-view.ts';
import { registerKeepConnected } from './editor/connection/keep-connected.ts';
import { registerKeepFresh } from './editor/connection/keep-fresh.ts';
import { registerKeys } from './editor/connection/keys.ts';
import { registerProjectDiagnostics } from './editor/connection/project-diagnostics.ts';
import { registerRevokeKey } from './editor/connection/revoke-key.ts';
import { Session } from './editor/connection/session.ts';
import { registerContextKeys } from './editor/context-keys.ts';
import { registerDecorations } from './editor/explorer/decorations.ts';
import { PromptList } from './editor/explorer/prompt-list.ts';
import { registerPromptsView } from './editor/explorer/prompts-view.ts';
import { registerFollowing } from './editor/following/following.ts';
import { registerLanguage } from './editor/language/register.ts';
import { registerWhatWasLive } from './editor/live/what-was-live.ts';
import { registerLog } from './editor/log/log.ts';
import { plainLog } from './editor/log/plain-log.ts';
import { registerPreview } from './editor/preview/preview.ts';
import { reporter } from './editor/problems/report.ts';
import { registerPromotion } from './editor/promotion/promotion.ts';
import { registerComments } from './editor/promotions/comments.ts';
import { registerDecisions } from './editor/promotions/decide.ts';
import { PromotionList } from './editor/promotions/promotion-list.ts';
import { registerPromotionsView } from './editor/promotions/promotions-view.ts';
import { registerReview } from './editor/promotions/review.ts';
import { registerArchive } from './editor/prompts/archive.ts';
import { registerDuplicate } from './editor/prompts/duplicate.ts';
import { registerNewPrompt } from './editor/prompts/new-prompt.ts';
import { registerRename, renaming } from './editor/prompts/rename.ts';
import { registerRevealInExplorer } from './editor/prompts/reveal-in-explorer.ts';
import { registerPublish } from './editor/publish/publish.ts';
import { registerPull } from './editor/publish/pull.ts';
import { registerUpdatePartials } from './editor/publish/update-partials.ts';
import { registerStatusBar } from './editor/status/status-bar.ts';
import { registerCopying } from './editor/versions/copying.ts';
import { registerOpenVersion } from './editor/versions/open-version.ts';
import { registerVersionFiles } from './editor/versions/version-files.ts';
import { Walkthrough } from './editor/walkthrough/walkthrough.ts';
import type { Workbench } from './editor/workbench.ts';

/** What the extension's own tests get of it; undefined for everyone else. */
export interface Inside {
  readonly workbench: Workbench;
  readonly tree: ReturnType<typeof registerPromptsView>['tree'];
  readonly dragAndDrop: ReturnType<typeof registerPromptsView>['dragAndDrop'];
  readonly selected: ReturnType<typeof registerPromptsView>['selected'];
  readonly promotionsView: ReturnType<typeof registerPromotionsView>;
  readonly comments: ReturnType<typeof registerComments>;
  readonly alarms: ReturnType<typeof registerFollowing>['alarms'];
  readonly previews: ReturnType<typeof registerPreview>['previews'];
  /** Answers questions in the person's place from now on. */
  answerWith(ask: Ask): void;
}

/** Measured in every window (`performance.getEntriesByName`), so that a benchmark and a bug report speak of the same figure. */
const ACTIVATE = 'promptforge/activate';

export function activate(context: vscode.ExtensionContext): Inside | undefined {
  performance.mark(ACTIVATE);
  const { extension, secrets, globalState, workspaceState, globalStorageUri, subscriptions, extensionMode } =
    context;
  const log = plainLog(vscode.window.createOutputChannel('PromptForge', { log: true }));
  const drafts = new Drafts(workspaceState);
  let answering: Ask = dialogs(drafts);
  const ask = plainAsk({
    text: question => answering.text(question),
    sent: draft => answering.sent(draft),
    pick: question => answering.pick(question),
    confirm: question => answering.confirm(question),
    tell: (severity, message, ...buttons) => answering.tell(severity, message, ...buttons),
  });
  const userAgent = `promptforge-vscode/${extension.packageJSON.version}`;
  const session = new Session({ log, secrets, storage: globalStorageUri, userAgent });
  const prompts = new PromptList(session);
  const promotions = new PromotionList(session);
  const report = reporter(ask, log);
  const walkthrough = new Walkthrough(session);
  const workbench: Workbench = { session, prompts, promotions, ask, report, walkthrough, log };
  const language = registerLanguage({ workbench, extensionUri: extension.extensionUri });
  const renames = renaming({ workbench, language });
  const view = registerPromptsView(workbench, renames.move, drafts);
  const promotionsView = registerPromotionsView(workbench);
  const comments = registerComments(workbench, workspaceState);
  const connection = registerKeepConnected(workbench);
  const following = registerFollowing(workbench, globalState, connection.soon);
  const preview = registerPreview(workbench, context.extensionUri, workspaceState);

  subscriptions.push(
    log,
    session,
    prompts,
    promotions,
    walkthrough,
    view,
    promotionsView,
    comments,
    connection,
    following,
    registerReview(workbench),
    registerDecisions(workbench),
    registerContextKeys(session),
    registerLog(log, report),
    registerEnvironmentsView(session),
    registerDecorations(session, prompts),
    registerVersionFiles(session),
    registerConnect(workbench),
    registerProjectDiagnostics(session),
    registerKeys(workbench),
    registerRevokeKey(workbench),
    registerOpenVersion(workbench),
    registerCopying(workbench, view.focused),
    registerCompare(workbench),
    registerWhatWasLive(workbench),
    registerPublish(workbench),
    registerUpdatePartials(workbench),
    preview,
    registerPull(workbench),
    registerPromotion(workbench),
    registerNewPrompt(workbench, view.reveal),
    registerRename(workbench, renames, view.focused, view.reveal),
    registerDuplicate(workbench, view.reveal),
    registerRevealInExplorer(workbench),
    registerArchive(workbench, view.focused),
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
    promotionsView,
    comments,
    alarms: following.alarms,
    previews: preview.previews,
    answerWith: other => (answering = other),
  };
}

/** Comments in the diff of a review, through VS Code's own comments: a thread for each line of a side, kept by the registry. */
import * as vscode from 'vscode';
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { oneLine } from '../../core/visible-text.ts';
import { registerCommand } from '../commands.ts';
import type { Session } from '../connection/session.ts';
import { parseVersionUri } from '../versions/uri.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { groupOf } from './groups.ts';
import { promotionIn } from './named-promotion.ts';
import { reviewUri } from './review.ts';
import { lineOf, type Place, sideOf, threadsOf } from './threads.ts';
import { whyNotComment } from './words.ts';

export interface ReviewComments extends vscode.Disposable {
  /** The threads that are shown now. */
  shown(): readonly vscode.CommentThread[];
}

export function registerComments(workbench: Workbench): ReviewComments {
  const { session, promotions, report } = workbench;
  const controller = vscode.comments.createCommentController('promptforge.review', 'Review of a Promotion');
  controller.options = { prompt: 'Comment…', placeHolder: 'Comment' };
  const threads = new Map<string, vscode.CommentThread[]>();

  const load = async (id: string): Promise<void> => {
    const promotion =
      promotions.find(id) ?? (await (await session.clientFor({ kind: 'read' })).getPromotion(id));
    const comments = await allComments(session, id);
    for (const thread of threads.get(id) ?? []) thread.dispose();
    threads.set(
      id,
      threadsOf(comments).map(({ place, comments }) =>
        shownThread(controller, session.registry, promotion, place, comments),
      ),
    );
  };
  const update = () => {
    const open = openReviews();
    for (const [id, shown] of threads) {
      if (open.has(id)) continue;
      for (const thread of shown) thread.dispose();
      threads.delete(id);
    }
    for (const id of open)
      if (!threads.has(id)) {
        threads.set(id, []);
        load(id).catch((error: unknown) => report(error, 'Fetching the comments', () => load(id)));
      }
  };
  controller.commentingRangeProvider = {
    provideCommentingRanges(document) {
      const id = parseVersionUri(document.uri)?.promotion;
      const promotion = id === undefined ? undefined : promotions.find(id);
      if (promotion === undefined || groupOf(promotion) === 'done') return [];
      return [new vscode.Range(0, 0, document.lineCount - 1, 0)];
    },
  };
  const disposable = vscode.Disposable.from(
    controller,
    vscode.window.tabGroups.onDidChangeTabs(update),
    promotions.onDidChange(() => {
      for (const id of threads.keys())
        load(id).catch((error: unknown) => workbench.log.warn(`Comments: ${String(error)}`));
    }),
    registerCommand('addComment', 'Commenting', report, async reply => {
      const { thread, text } = reply as vscode.CommentReply;
      const address = parseVersionUri(thread.uri);
      const id = address?.promotion;
      if (id === undefined) return;
      const why = whyNotComment(text, true);
      if (why !== undefined) throw new Error(why);
      const client = await session.clientFor({ kind: 'read' });
      const promotion = promotions.find(id) ?? (await client.getPromotion(id));
      const side = sideOf(promotion, address?.version);
      const line = lineOf(thread.range);
      const place = line === undefined || side === undefined ? null : { side, line };
      await inProgress('Commenting', signal => client.comment(id, { text: text.trim(), place }, signal));
      // A new thread is VS Code's own until it is one of the registry's.
      if (!(threads.get(id) ?? []).includes(thread)) thread.dispose();
      await load(id);
    }),
  );
  return { shown: () => [...threads.values()].flat(), dispose: () => disposable.dispose() };
}

async function allComments(session: Session, id: string): Promise<Comment[]> {
  const client = await session.clientFor({ kind: 'read' });
  const comments: Comment[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listComments(id, { limit: 500, cursor });
    comments.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return comments;
}

function shownThread(
  controller: vscode.CommentController,
  registry: string | undefined,
  promotion: Promotion,
  place: Place,
  comments: readonly Comment[],
): vscode.CommentThread {
  const version = place?.side === 'from' && promotion.from !== null ? promotion.from : promotion.version;
  const line = (place?.line ?? 1) - 1;
  const thread = controller.createCommentThread(
    reviewUri(registry, promotion, version),
    new vscode.Range(line, 0, line, 0),
    comments.map(({ actor, at, text }) => ({
      author: { name: oneLine(actor) },
      body: new vscode.MarkdownString(escapeLines(text)),
      mode: vscode.CommentMode.Preview,
      timestamp: new Date(at),
    })),
  );
  const about = place === null ? 'The whole promotion' : `@${version}, line ${place.line}`;
  if (place === null) thread.range = undefined;
  const ended = groupOf(promotion) === 'done';
  thread.canReply = !ended;
  thread.label = ended ? `${about} · This promotion has ended` : about;
  thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
  return thread;
}

const LINE_BREAK = /\r\n|[\n\r]/;

/** The lines of what somebody wrote, as text. */
function escapeLines(text: string): string {
  return text.split(LINE_BREAK).map(escapeMarkdown).join('  \n');
}

/** The ids of the promotions whose reviews stand in a tab. */
function openReviews(): Set<string> {
  const ids = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(promotionIn));
  return new Set(ids.filter(id => id !== undefined));
}

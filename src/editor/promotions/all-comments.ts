/** Fetches the comments of a promotion's review, page by page. */
import type { Comment } from '../../contract/promotions.ts';
import type { Session } from '../connection/session.ts';

/** Comments per request, and the maximum number of requests. */
const PAGE = 500;
const MAX_PAGES = 20;

export async function allComments(session: Session, id: string, signal: AbortSignal): Promise<Comment[]> {
  const client = await session.clientFor({ kind: 'read' });
  const comments: Comment[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await client.listComments(id, { limit: PAGE, cursor }, signal);
    comments.push(...page.data);
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined) break;
  }
  return comments;
}

/** Fetches the open promotions of a registry, page by page. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Promotion } from '../../contract/promotions.ts';

/** The maximum size of a page. */
const PAGE = 500;
/** The maximum number to fetch of pending promotions, and of planned ones. */
export const MOST_OPEN = 2000;

/** @throws as the registry client */
export async function allThatAre(
  state: Promotion['state'],
  client: Pick<RegistryClient, 'listPromotions'>,
  signal: AbortSignal,
): Promise<Promotion[]> {
  const found: Promotion[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listPromotions({ state, limit: PAGE, cursor }, signal);
    found.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.length < MOST_OPEN);
  return found;
}

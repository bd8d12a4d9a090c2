/** Histories as far as they were requested, page by page, until the prompt gets a newer version. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';
import { keptHistory } from '../versions/kept-history.ts';

/** The default page size. */
const PAGE = 20;

export interface History {
  /** Newest first. */
  readonly versions: readonly VersionSummary[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

export class VersionPages {
  readonly #session: Session;
  readonly #page: number;
  readonly #histories = new Map<
    PromptName,
    { readonly newest: number; readonly history: Promise<History> }
  >();

  /** @param page the number of versions per request */
  constructor(session: Session, page = PAGE) {
    this.#session = session;
    this.#page = page;
  }

  /**
   * Returns the pages that were fetched, or the first one; the cached history while the registry is unreachable.
   * @param newest the newest version's number
   * @throws as the registry client
   */
  async of(name: PromptName, newest: number): Promise<History> {
    const isKnown = () => this.#histories.get(name)?.newest === newest;
    const kept = isKnown() ? [] : await keptHistory(this.#session, name);
    if (kept.length > 0) return { versions: kept, nextCursor: undefined };
    const known = this.#histories.get(name);
    if (known?.newest === newest) return known.history;
    return this.#keep(name, newest, this.#fetch(name, undefined));
  }

  /** Loads another page of `limit` versions, at most 500. */
  async more(name: PromptName, newest: number, limit = this.#page): Promise<History> {
    const so = await this.of(name, newest);
    if (so.nextCursor === undefined) return so;
    const longer = this.#fetch(name, so.nextCursor, limit).then(page => ({
      ...page,
      versions: [...so.versions, ...page.versions],
    }));
    const history = await longer;
    return this.#keep(name, newest, Promise.resolve(history));
  }

  clear(): void {
    this.#histories.clear();
  }

  #keep(name: PromptName, newest: number, history: Promise<History>): Promise<History> {
    this.#histories.set(name, { newest, history });
    history.catch(() => this.#histories.delete(name)); // requested again next time; waiting callers get the error
    return history;
  }

  async #fetch(name: PromptName, cursor: string | undefined, limit = this.#page): Promise<History> {
    const client = await this.#session.clientFor({ kind: 'read' });
    const page = await client.listVersions(name, { limit, ...(cursor !== undefined && { cursor }) });
    return { versions: page.data, nextCursor: page.nextCursor ?? undefined };
  }
}

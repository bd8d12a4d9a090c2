/** Caches the applied promotions of prompts, page by page, until a pointer of the prompt moves. */
import type { Promotion } from '../../contract/promotions.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';

const PAGE = 200;

export interface Promotions {
  /** Newest first. */
  readonly promotions: readonly Promotion[];
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined;
}

type Prompt = Pick<PromptSummary, 'name' | 'pointers'>;

export class PromotionHistory {
  readonly #session: Pick<Session, 'clientFor'>;
  readonly #known = new Map<
    PromptName,
    { readonly pointers: string; readonly promotions: Promise<Promotions> }
  >();

  constructor(session: Pick<Session, 'clientFor'>) {
    this.#session = session;
  }

  /** The cached pages; undefined if there are none, or a pointer has moved since. */
  known({ name, pointers }: Prompt): Promise<Promotions> | undefined {
    const known = this.#known.get(name);
    return known?.pointers === standOf(pointers) ? known.promotions : undefined;
  }

  /** @throws as the registry client */
  of(prompt: Prompt): Promise<Promotions> {
    return this.known(prompt) ?? this.#keep(prompt, this.#fetch(prompt.name, undefined));
  }

  /** Loads another page. @throws as the registry client */
  async more(prompt: Prompt): Promise<void> {
    const { promotions, nextCursor } = await this.of(prompt);
    if (nextCursor === undefined) return;
    const page = await this.#fetch(prompt.name, nextCursor);
    await this.#keep(prompt, Promise.resolve({ ...page, promotions: [...promotions, ...page.promotions] }));
  }

  clear(): void {
    this.#known.clear();
  }

  #keep({ name, pointers }: Prompt, promotions: Promise<Promotions>): Promise<Promotions> {
    const kept = { pointers: standOf(pointers), promotions };
    this.#known.set(name, kept);
    promotions.catch(() => {
      // Retried next time; waiting callers get the error.
      if (this.#known.get(name) === kept) this.#known.delete(name);
    });
    return promotions;
  }

  async #fetch(prompt: PromptName, cursor: string | undefined): Promise<Promotions> {
    const client = await this.#session.clientFor({ kind: 'read' });
    const query = { prompt, state: 'applied' as const, limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const { data, nextCursor } = await client.listPromotions(query);
    return { promotions: data, nextCursor: nextCursor ?? undefined };
  }
}

function standOf(pointers: PromptSummary['pointers']): string {
  return JSON.stringify(pointers.map(({ promotion, promotedAt }) => [promotion, promotedAt]));
}

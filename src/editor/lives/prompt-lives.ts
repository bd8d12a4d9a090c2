/** When a prompt's versions were live, fetched on demand and cached until one of its pointers moves. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';
import { type Lives, livesOf } from './lives.ts';

/** The maximum number of promotions; older ones are not shown. */
const PROMOTIONS = 200;

export class PromptLives {
  readonly #session: Pick<Session, 'clientFor'>;
  readonly #known = new Map<PromptName, { readonly pointers: string; readonly lives: Promise<Lives> }>();

  constructor(session: Pick<Session, 'clientFor'>) {
    this.#session = session;
  }

  /** The cached ones; undefined if there are none, or a pointer has moved since. */
  known({ name, pointers }: Pick<PromptSummary, 'name' | 'pointers'>): Promise<Lives> | undefined {
    const known = this.#known.get(name);
    return known?.pointers === standOf(pointers) ? known.lives : undefined;
  }

  /** @throws as the registry client */
  of({ name, pointers }: Pick<PromptSummary, 'name' | 'pointers'>): Promise<Lives> {
    const known = this.known({ name, pointers });
    if (known !== undefined) return known;
    const stand = standOf(pointers);
    const lives = this.#session.clientFor({ kind: 'read' }).then(client => fetchLives(client, name));
    this.#known.set(name, { pointers: stand, lives });
    lives.catch(() => this.#known.delete(name)); // requested again next time; waiting callers get the error
    return lives;
  }

  clear(): void {
    this.#known.clear();
  }
}

function standOf(pointers: PromptSummary['pointers']): string {
  return JSON.stringify(pointers.map(({ promotion, promotedAt }) => [promotion, promotedAt]));
}

/** @throws as the registry client */
export async function fetchLives(
  client: Pick<RegistryClient, 'listPromotions'>,
  prompt: PromptName,
  signal?: AbortSignal,
): Promise<Lives> {
  const { data } = await client.listPromotions({ prompt, state: 'applied', limit: PROMOTIONS }, signal);
  return livesOf(data);
}

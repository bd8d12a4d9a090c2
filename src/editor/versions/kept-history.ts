/** Reads a prompt's cached history while the registry is unreachable. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';

/** Newest first; empty unless the registry is unreachable and the history is cached. */
export async function keptHistory(session: Session, prompt: PromptName): Promise<readonly VersionSummary[]> {
  const { state, registry } = session;
  if (state.kind !== 'offline' || registry === undefined) return [];
  return (await session.cache()).getHistory(session.cacheUrl(registry), prompt);
}

/** The current state of a pointer, before it is moved. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Session } from '../connection/session.ts';
import { type PointerTarget, promotedFromFirst } from './choices.ts';
import type { IntendedPromotion } from './words.ts';

/** Notes for the choice; the registry decides. */
export function noteOn(
  session: Pick<Session, 'environments' | 'keys'>,
  summary: PromptSummary,
  target: PointerTarget,
  kind: IntendedPromotion['kind'],
  version?: VersionNumber,
): string | undefined {
  const environment = session.environments.find(({ name }) => name === target.environment);
  if (environment === undefined) return undefined;
  const notes: string[] = [];
  const key = session.keys.get(target.environment)?.kind ?? 'none';
  if (key === 'none') notes.push('you have no key here');
  if (key === 'refused') notes.push('your key was refused here');
  const first = version === undefined ? undefined : promotedFromFirst(summary, version, environment);
  if (first !== undefined) notes.push(`must be live in ${first} first`);
  const { approvals, rollbackNeedsApproval } = environment.policy;
  if (kind === 'roll-back' && approvals > 0 && !rollbackNeedsApproval)
    notes.push('a rollback needs no approval');
  else if (approvals > 0) notes.push(approvals === 1 ? 'needs an approval' : `needs ${approvals} approvals`);
  return notes.length === 0 ? undefined : notes.join(' · ');
}

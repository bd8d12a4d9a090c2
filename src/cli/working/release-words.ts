/** Prints a release to a terminal. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Release, ReleaseAnswer, ReleaseSummary } from '../../contract/releases.ts';
import { waitedForWords } from '../../core/owners-words.ts';
import { stateWord } from '../../core/state-word.ts';
import { versionReference } from '../../core/version.ts';
import { line, lines, type TerminalText, table } from '../output.ts';

/** `3 applied, 1 pending`. */
export function countsInWords(counts: ReleaseSummary['counts']): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${stateWord(state)}`)
    .join(', ');
}

/** One release with its promotions. */
export function releaseInLines(release: Release): TerminalText {
  const { id, environment, channel, atomic, requestedBy, requestedAt, reason, counts, effectiveAt } = release;
  const how = atomic ? 'goes live as a whole or not at all' : 'goes live one by one';
  const when = effectiveAt === null ? '' : `, planned for ${effectiveAt}`;
  return lines([
    line`Release ${id} to ${channel} of ${environment}: ${countsInWords(counts)}. It ${how}${when}.`,
    line`${requestedBy} requested it at ${requestedAt}: ${reason}`,
    table(
      ['PROMPT', 'VERSION', 'INSTEAD OF', 'STATE', 'APPROVALS', 'WHY NOT'],
      release.promotions.map(each => [
        each.prompt,
        String(each.version),
        each.from === null ? '' : String(each.from),
        stateWord(each.state),
        `${each.approvals.length} of ${each.approvalsNeeded}`,
        each.held?.detail ?? each.closed?.comment ?? waitsForWhom(each),
      ]),
    ),
  ]);
}

function waitsForWhom({ owners }: Promotion): string {
  const whom = waitedForWords(owners);
  return whom === undefined ? '' : `waits for ${whom}`;
}

/** Why each refused promotion was refused. */
export function refusalsInLines({ results }: Pick<ReleaseAnswer, 'results'>): TerminalText[] {
  return results
    .filter(({ outcome }) => outcome === 'refused')
    .map(({ prompt, version, detail }) => line`${versionReference(prompt, version)}: ${detail ?? ''}`);
}

/** The texts of a change of owners in the view Promotions. */
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { changeWaitsFor } from '../../core/owners-words.ts';
import { firstLine, type ItemWords } from '../explorer/labels.ts';
import { ageOf, counted, instantOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';

/** `Owners of production: 0 of 1 approval`, then `ada · 2 hours ago`. */
export function ownersWords(change: OwnersChangeRecord, now: number): ItemWords {
  const { id, environment, requestedBy, requestedAt, reason, approvals } = change;
  const label = `Owners of ${environment}: ${ownersApprovals(change)}`;
  const details = `${requestedBy} · ${ageOf(requestedAt, now)}`;
  const md = escapeMarkdown;
  return {
    label,
    description: details,
    tooltip: () =>
      [
        `**Owners of ${md(environment)}**, change ${id}`,
        `${md(requestedBy)} requested it, ${md(instantOf(requestedAt))}: ${md(firstLine(reason))}`,
        `Waits for ${md(changeWaitsFor(change))}.`,
        ...approvals.map(({ actor, at }) => `Approved by ${md(actor)}, ${md(instantOf(at))}`),
      ].join('\n\n'),
    spoken: `Change of the owners of ${label.slice('Owners of '.length)} · ${details}`,
  };
}

/** `1 of 2 approvals`. */
export function ownersApprovals({ approvals, approvalsNeeded }: OwnersChangeRecord): string {
  return `${approvals.length} of ${counted(approvalsNeeded, 'approval')}`;
}

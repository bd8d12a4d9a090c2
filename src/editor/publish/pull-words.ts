/** Describes a pull, in one sentence for the message and line by line for the log. */
import type { PullReport } from '../../workspace/pull-plan.ts';
import { counted, listed } from '../wording/age.ts';

export function pullSummary({ updated, merged, created, left }: PullReport): string {
  const done = [
    ...(updated.length > 0 ? [`${counted(updated.length, 'file')} updated`] : []),
    ...(merged.length > 0 ? [`${counted(merged.length, 'file')} merged`] : []),
    ...(created.length > 0 ? [`${counted(created.length, 'file')} added`] : []),
  ];
  const did = done.length === 0 ? 'Nothing to pull: your files are up to date.' : `Pulled: ${listed(done)}.`;
  const [first] = left;
  if (first === undefined) return did;
  const rest = left.length > 1 ? ` (and ${counted(left.length - 1, 'more file')}: see the log)` : '';
  const start = done.length === 0 ? 'Nothing was pulled.' : did;
  return `${start} Left as it is: ${first.message}${rest}`;
}

/** True if nothing was done and nothing needs to be reported. */
export function isNothing({ updated, merged, created, left }: PullReport): boolean {
  return updated.length + merged.length + created.length + left.length === 0;
}

export function pullDetails({ updated, merged, created, adopted, kept, left }: PullReport): string[] {
  return [
    ...updated.map(({ name, from, to }) => `Pulled ${name}: @${from} → @${to}`),
    ...merged.map(
      ({ name, from, to }) => `Pulled ${name}: @${from} → @${to}, merged with the changes in the file`,
    ),
    ...created.map(({ name, version }) => `Pulled ${name}@${version}: a new file`),
    ...adopted.map(({ name, version }) => `Pulled ${name}@${version}: the file already had its text`),
    ...kept.map(({ name, from, to }) => `Kept ${name} deleted: @${from} → @${to}`),
    ...left.map(({ message }) => `Left as it is: ${message}`),
  ];
}

/** @param changes the number of prompts with unpublished changes */
export function syncSummary(report: PullReport, changes: number): string {
  const is = changes === 1 ? 'is' : 'are';
  return changes === 0
    ? pullSummary(report)
    : `${pullSummary(report)} ${counted(changes, 'prompt')} changed here ${is} not published yet.`;
}

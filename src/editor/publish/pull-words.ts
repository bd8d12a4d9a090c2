/** What a pull did, in one sentence for the message and line by line for the log. */
import type { PullReport } from '../../workspace/pull-plan.ts';
import { counted, listed } from '../wording/age.ts';

export function pullSummary({ updated, created, left }: PullReport): string {
  const done = [
    ...(updated.length > 0 ? [`${counted(updated.length, 'file')} updated`] : []),
    ...(created.length > 0 ? [`${counted(created.length, 'file')} added`] : []),
  ];
  const did = done.length === 0 ? 'Nothing to pull: your files are up to date.' : `Pulled: ${listed(done)}.`;
  const [first] = left;
  if (first === undefined) return did;
  const rest = left.length > 1 ? ` (and ${counted(left.length - 1, 'more file')}: see the log)` : '';
  const start = done.length === 0 ? 'Nothing was pulled.' : did;
  return `${start} Left as it is: ${first.message}${rest}`;
}

export function pullDetails({ updated, created, adopted, left }: PullReport): string[] {
  return [
    ...updated.map(({ name, from, to }) => `Pulled ${name}: @${from} → @${to}`),
    ...created.map(({ name, version }) => `Pulled ${name}@${version}: a new file`),
    ...adopted.map(({ name, version }) => `Pulled ${name}@${version}: the file already had its text`),
    ...left.map(({ message }) => `Left as it is: ${message}`),
  ];
}

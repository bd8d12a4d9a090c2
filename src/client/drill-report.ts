/** The report of a rollback drill as Markdown, for the person and for their records. */
import { STABLE } from '../core/channel.ts';
import { redactKeys } from '../core/key.ts';
import { visibleLines } from '../core/visible-text.ts';
import type { DrillReport } from './rollback-drill.ts';

/** The longest text of a failure, in UTF-16 code units. */
const MOST = 2000;

export function drillMarkdown(report: DrillReport): string {
  const { prompt, environment, channel, from, to, startedAt, failure } = report;
  const place = channel === STABLE ? environment : `${environment} (${channel})`;
  const failed = failure === null ? [] : ['', fenced(failure)];
  return [
    `# Rollback drill: ${prompt} in ${place}`,
    '',
    `${startedAt}: from @${from} back to @${to}, and forward again. ${OUTCOME[report.outcome]}`,
    ...failed,
    '',
    ...table([
      ['Step', 'Time'],
      ...steps(report).map(
        ([step, time]): Row => [step, time === undefined ? 'not reached' : lengthOf(time)],
      ),
    ]),
    '',
    liveNow(report, place),
    '',
  ].join('\n');
}

type Row = readonly [string, string];

/** Aligns the columns, because the report is also read as plain text. */
function table([heading, ...rows]: readonly [Row, ...Row[]]): string[] {
  const all = [heading, ...rows];
  const widths = [0, 1].map(column => Math.max(...all.map(row => row[column as 0 | 1].length)));
  const lineOf = (row: Row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`;
  return [lineOf(heading), rule, ...rows.map(lineOf)];
}

const OUTCOME: Readonly<Record<DrillReport['outcome'], string>> = {
  done: 'It went well.',
  cancelled: 'It was canceled.',
  failed: 'It failed:',
};

function steps({ times, from, to, maxAge }: DrillReport): [step: string, time: number | undefined][] {
  return [
    ['The registry answered the request', times.ask],
    ['Of that, it moved the pointer in', times.apply],
    [`Delivery gave @${to}`, times.delivery],
    [`An application that keeps answers for their max-age of ${maxAge} s had @${to}`, times.application],
    [`Moved forward: delivery gave @${from} again`, times.back],
  ];
}

function liveNow({ live, from, to }: DrillReport, place: string): string {
  if (live === from) return `**@${from} is live in ${place}**, as before the drill.`;
  if (live === null)
    return `**It is unknown what is live in ${place}**: the registry could not be asked at the end. Before the drill it was @${from}; during the drill, @${to}.`;
  return `**@${live} is live in ${place}.** Before the drill it was @${from}. If that is not what you want, promote @${from}.`;
}

/** `12 ms`, `5.0 s` */
function lengthOf(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Encloses foreign text in a code block that it cannot close. */
function fenced(text: string): string {
  const shown = visibleLines(redactKeys(text)).slice(0, MOST);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

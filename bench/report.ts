/** The report of a benchmark: its figures, and their limits. */

export interface Figure {
  readonly name: string;
  /** The measured value; the median if it was measured more than once. */
  readonly value: number;
  readonly unit: string;
  /** The limit for `value`; undefined if the figure is only informative. */
  readonly limit?: Limit;
}

export interface Limit {
  readonly text: string;
  readonly holds: boolean;
}

export interface Report {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** The middle value; the mean of the two middle ones for an even count. @throws RangeError if there are no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError('The median of nothing.');
  return (low + high) / 2;
}

/** An upper limit: `at most 20 ms`. */
export function atMost(value: number, limit: number, unit: string): NonNullable<Figure['limit']> {
  return { text: `at most ${limit} ${unit}`, holds: value <= limit };
}

/** A lower limit: `at least 0.8 ×`. */
export function atLeast(value: number, limit: number, unit: string): NonNullable<Figure['limit']> {
  return { text: `at least ${limit} ${unit}`, holds: value >= limit };
}

/** The report as a Markdown table. */
export function asMarkdown({ title, figures }: Report): string {
  const rows = figures.map(
    ({ name, value, unit, limit }) =>
      `| ${name} | ${round(value)} ${unit} | ${limit?.text ?? ''} | ${limit === undefined ? '' : limit.holds ? 'yes' : '**no**'} |`,
  );
  return [
    `## ${title}`,
    '',
    '| figure | median | limit | holds |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Formats a time span as briefly as possible. */

/** `Sep 3 – Sep 12`, `Sep 12, 14:03 – 15:20`, `since Sep 12`. Instants are RFC 3339; the zone is the reader's own by default. */
export function spanOf(
  from: string,
  until: string | null,
  now: number,
  timeZone: string | undefined = undefined,
): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const year = new Intl.DateTimeFormat('en-US', { ...zone, year: 'numeric' });
  const isOld = year.format(Date.parse(from)) !== year.format(now);
  const days = new Intl.DateTimeFormat('en-US', {
    ...zone,
    month: 'short',
    day: 'numeric',
    ...(isOld && { year: 'numeric' }),
  });
  const times = new Intl.DateTimeFormat('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' });
  const start = days.format(Date.parse(from));
  const end = days.format(until === null ? now : Date.parse(until));
  if (until === null)
    return start === end ? `since ${times.format(Date.parse(from))} today` : `since ${start}`;
  if (start !== end) return `${start} – ${end}`;
  const [begun, ended] = [from, until].map(at => times.format(Date.parse(at)));
  return begun === ended ? `${start}, ${begun}` : `${start}, ${begun} – ${ended}`;
}

/** Asks for a date and time in the person's time zone, validated while typing, with the instant in UTC shown below. */
import { utcOf } from '../wording/age.ts';
import { localText, parseMoment } from '../wording/moment.ts';
import type { Dialogs } from './ask.ts';

export interface MomentQuestion {
  readonly title: string;
  /** The start of the question, such as `When does it go live`. */
  readonly prompt: string;
  /** The initial value, in milliseconds since 1970. */
  readonly value: number;
  /** As in a text question; an invalid time is not offered again. */
  readonly draft: string;
  /** Validates an instant (milliseconds since 1970): returns an error as a sentence. */
  readonly refuses: (at: number) => string | undefined;
}

/** RFC 3339 UTC; undefined if the person cancels. */
export async function askMoment(
  ask: Dialogs,
  { title, prompt, value, draft, refuses }: MomentQuestion,
  timeZone: string,
): Promise<string | undefined> {
  const text = await ask.text({
    title,
    prompt: `${prompt}? Date and time in ${timeZone}, or a UTC time such as ${utcOf(new Date(value).toISOString())}`,
    value: localText(value, timeZone),
    placeholder: localText(value, timeZone),
    draft,
    isStale(kept) {
      const moment = parseMoment(kept, Date.now(), timeZone);
      return typeof moment !== 'string' && refuses(Date.parse(moment.at)) !== undefined;
    },
    validate: typed => {
      const moment = parseMoment(typed, Date.now(), timeZone);
      if (typeof moment === 'string') return moment;
      const why = refuses(Date.parse(moment.at));
      if (why !== undefined) return why;
      const twice = moment.twice
        ? ' This time occurs twice that night, and this is the first; for the second, enter the time in UTC.'
        : '';
      return { note: `That is ${utcOf(moment.at)}.${twice}` };
    },
  });
  if (text === undefined) return undefined;
  const moment = parseMoment(text, Date.now(), timeZone);
  return typeof moment === 'string' ? undefined : moment.at;
}

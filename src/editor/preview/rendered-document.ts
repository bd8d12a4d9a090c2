/** A rendering as one text, for comparisons: with headings if there are several roles. */
import { compareTitle, type Side } from '../compare/titles.ts';

/** The longest name of a sample in a tab's title, in UTF-16 code units. */
const MAX_SAMPLE = 20;

interface ShownMessage {
  readonly role: string;
  readonly content: readonly object[];
}

/** Only the text of a single user message; otherwise every message under a line such as `── system ──`. */
export function renderedDocument(messages: readonly ShownMessage[]): string {
  const [only, ...others] = messages;
  if (only?.role === 'user' && others.length === 0) return textOf(only);
  return messages.map(message => `── ${message.role} ──\n${textOf(message)}`).join('\n\n');
}

/**
 * `Rendered triage: @11 ↔ your file · Ada, as always`, with a long sample name truncated.
 * @param sample null for only the defaults
 */
export function renderedTitle(name: string, left: Side, right: Side, sample: string | null): string {
  const tried = sample ?? 'defaults';
  const short = tried.length > MAX_SAMPLE ? `${tried.slice(0, MAX_SAMPLE - 1).trimEnd()}…` : tried;
  return `Rendered ${compareTitle(name, left, right)} · ${short}`;
}

function textOf({ content }: ShownMessage): string {
  return content.map(wordsOfPart).join('');
}

function wordsOfPart(part: object): string {
  if ('text' in part && typeof part.text === 'string') return part.text;
  return `\n${JSON.stringify(part, null, 2)}\n`;
}

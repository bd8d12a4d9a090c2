/** A rendering as one plain text, to be compared: where there are roles, each message is headed by its own. */

interface ShownMessage {
  readonly role: string;
  readonly content: readonly object[];
}

/** The text alone of a single message of the user; otherwise every message under a line such as `── system ──`. */
export function renderedDocument(messages: readonly ShownMessage[]): string {
  const [only, ...others] = messages;
  if (only?.role === 'user' && others.length === 0) return textOf(only);
  return messages.map(message => `── ${message.role} ──\n${textOf(message)}`).join('\n\n');
}

function textOf({ content }: ShownMessage): string {
  return content.map(wordsOfPart).join('');
}

function wordsOfPart(part: object): string {
  if ('text' in part && typeof part.text === 'string') return part.text;
  return `\n${JSON.stringify(part, null, 2)}\n`;
}

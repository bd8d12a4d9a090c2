/** Messages with their text. */
import type { Message, Rendered } from './types.ts';

/** The text has an empty line between two messages. */
export function renderedOf(messages: readonly Message[]): Pick<Rendered, 'text' | 'messages'> {
  const texts = messages.map(({ content }) => content.map(part => part.text ?? '').join(''));
  return { text: texts.join('\n\n'), messages };
}

/** Adds the text to rendered messages. */
import type { Message, RenderedText } from './types.ts';

/** Joins the messages' texts, with an empty line between two messages. */
export function renderedOf(messages: readonly Message[]): RenderedText {
  const texts = messages.map(({ content }) => content.map(part => part.text ?? '').join(''));
  return { text: texts.join('\n\n'), messages };
}

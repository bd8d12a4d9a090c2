/** Rendered text as messages, by Dotprompt's rules: what begins a message, which white space counts, where history goes. */
import type { Message, Part } from 'dotprompt';
import type { Marker } from './markers.ts';

/**
 * White space alone makes no part and no message. Where nothing marks its place, the history stands before the last
 * message if that is the user's, else at the end.
 */
export function toMessages(
  pieces: Iterable<string | Marker>,
  history: readonly Message[] = [],
): readonly Message[] {
  const messages: Message[] = [];
  let open = opened('user');
  const close = () => {
    if (open.content.length > 0) messages.push(open);
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      if (piece.trim() !== '') open.content.push({ text: piece });
    } else if (piece.kind === 'part') {
      open.content.push(piece.part);
    } else if (piece.kind === 'history') {
      close();
      messages.push(...history.map(asHistory));
      open = opened('model');
    } else {
      const { role, metadata } = piece;
      // A role that nothing was said in only hands on what it says of itself.
      const said = open.content.length > 0;
      close();
      open = opened(role, said ? metadata : { ...open.metadata, ...metadata });
    }
  }
  close();
  return messages.some(isHistory) ? messages : withHistory(messages, history);
}

/** Content grows while the message is open. */
interface OpenMessage extends Message {
  readonly content: Part[];
}

function opened(role: string, metadata?: Readonly<Record<string, unknown>>): OpenMessage {
  const some = metadata !== undefined && Object.keys(metadata).length > 0;
  // Dotprompt's type names four roles; its helper takes any.
  return { role: role as Message['role'], content: [], ...(some && { metadata }) };
}

function asHistory(message: Message): Message {
  return { ...message, metadata: { ...message.metadata, purpose: 'history' } };
}

function isHistory({ metadata }: Message): boolean {
  return metadata?.['purpose'] === 'history';
}

function withHistory(messages: readonly Message[], history: readonly Message[]): readonly Message[] {
  const last = messages.at(-1);
  return last?.role === 'user' ? [...messages.slice(0, -1), ...history, last] : [...messages, ...history];
}

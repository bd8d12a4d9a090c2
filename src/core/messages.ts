/** Converts segments to messages by Dotprompt's rules: message boundaries, significant white space, and the place of the history. */
import type { Message, Part } from 'dotprompt';
import {
  type Segment,
  type StructureSegment,
  type TextSegment,
  textOfSegments,
  type ValueSegment,
} from './evaluate/segment.ts';

/** A part of a message: a range of text with its segments, or a part of another kind. */
export type MessageContent = TextContent | { readonly kind: 'part'; readonly part: Part };

export interface TextContent {
  readonly kind: 'text';
  readonly text: string;
  readonly segments: readonly (TextSegment | ValueSegment)[];
}

/** A message of the template or of the history. */
export type ComposedMessage =
  | {
      readonly kind: 'own';
      readonly role: string;
      readonly metadata?: Readonly<Record<string, unknown>>;
      readonly content: readonly MessageContent[];
    }
  | { readonly kind: 'history'; readonly message: Message };

/**
 * White space alone is neither a part nor a message. Without `{{history}}`, the history is inserted before the last
 * message if that is the user's, otherwise at the end.
 * @param keepsBlank selects white space that counts anyway; default: none
 */
export function composeMessages(
  segments: Iterable<Segment>,
  history: readonly Message[] = [],
  keepsBlank: (content: TextContent) => boolean = () => false,
): readonly ComposedMessage[] {
  const messages: ComposedMessage[] = [];
  let open = opened('user');
  let text: (TextSegment | ValueSegment)[] = [];
  const closeText = () => {
    if (text.length === 0) return;
    const content = { kind: 'text', text: textOfSegments(text), segments: text } as const;
    if (content.text.trim() !== '' || keepsBlank(content)) open.content.push(content);
    text = [];
  };
  const close = () => {
    closeText();
    if (open.content.length > 0) messages.push(open);
  };
  for (const segment of segments) {
    if (segment.kind === 'text' || segment.kind === 'value') {
      text.push(segment);
    } else if (segment.kind === 'part') {
      closeText();
      open.content.push({ kind: 'part', part: segment.part });
    } else if (segment.kind === 'history') {
      close();
      messages.push(...history.map(message => ({ kind: 'history', message: asHistory(message) }) as const));
      open = opened('model');
    } else {
      closeText();
      open = afterRole(segment, open, messages);
    }
  }
  close();
  const isPlaced = messages.some(message =>
    message.kind === 'history' ? isHistory(message.message.metadata) : isHistory(message.metadata),
  );
  return isPlaced ? messages : withHistory(messages, history);
}

/** The messages as Dotprompt defines them. */
export function toMessages(
  segments: Iterable<Segment>,
  history: readonly Message[] = [],
): readonly Message[] {
  return composeMessages(segments, history).map(message =>
    message.kind === 'history'
      ? message.message
      : {
          // Dotprompt's type has four roles; its helper accepts any.
          role: message.role as Message['role'],
          content: message.content.map(content =>
            content.kind === 'text' ? { text: content.text } : content.part,
          ),
          ...(message.metadata && { metadata: message.metadata }),
        },
  );
}

/** A message whose content still grows. */
type OpenMessage = Extract<ComposedMessage, { kind: 'own' }> & { readonly content: MessageContent[] };

function opened(role: string, metadata?: Readonly<Record<string, unknown>>): OpenMessage {
  const some = metadata !== undefined && Object.keys(metadata).length > 0;
  return { kind: 'own', role, content: [], ...(some && { metadata }) };
}

/** The message that a role begins, after `open`. */
function afterRole(
  { role, metadata }: Extract<StructureSegment, { kind: 'role' }>,
  open: OpenMessage,
  messages: ComposedMessage[],
): OpenMessage {
  // A role without content only passes its metadata on.
  if (open.content.length === 0) return opened(role, { ...open.metadata, ...metadata });
  messages.push(open);
  return opened(role, metadata);
}

function asHistory(message: Message): Message {
  return { ...message, metadata: { ...message.metadata, purpose: 'history' } };
}

function isHistory(metadata: Readonly<Record<string, unknown>> | undefined): boolean {
  return metadata?.['purpose'] === 'history';
}

function withHistory(
  messages: readonly ComposedMessage[],
  history: readonly Message[],
): readonly ComposedMessage[] {
  const placed = history.map(message => ({ kind: 'history', message }) as const);
  const last = messages.at(-1);
  const isUsers = last?.kind === 'own' ? last.role === 'user' : last?.message.role === 'user';
  return last !== undefined && isUsers
    ? [...messages.slice(0, -1), ...placed, last]
    : [...messages, ...placed];
}

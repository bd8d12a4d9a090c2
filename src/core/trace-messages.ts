/** Messages that were rendered with marks, read: their text, and the places that the marks were around. */
import type { Message, Part } from 'dotprompt';
import type { LinkedTemplate, Piece } from './flatten.ts';
import { mapStrings } from './map-strings.ts';
import type { PreparedRendering } from './render.ts';
import type { TracedMessage, TracedPart, TracedSource, TracedSpan } from './trace.ts';
import { type Marks, takeOutMarks } from './trace-marks.ts';
import { readMark, type TracedExpression } from './trace-tree.ts';

/** Whether the marks changed nothing, but for messages and parts that only a missing input would stand in. */
export function isAlike(marked: readonly Message[], plain: readonly Message[], marks: Marks): boolean {
  const unmarked = mapStrings(marked, text => takeOutMarks(text, marks).text);
  return JSON.stringify(withoutBlank(unmarked)) === JSON.stringify(withoutBlank(plain));
}

/** Dotprompt has neither parts nor messages of white space alone, except in a history that came so. */
function withoutBlank(messages: readonly Message[]): readonly Message[] {
  return messages.flatMap(message => {
    const content = message.content.filter(part => part.text === undefined || part.text.trim() !== '');
    return content.length === 0 ? [] : [{ ...message, content }];
  });
}

/** Messages rendered from a traced tree. Without `marks` there are no spans. */
export function tracedMessages(
  messages: readonly Message[],
  marks: Marks | undefined,
  expressions: readonly TracedExpression[],
  prepared: PreparedRendering,
): TracedMessage[] {
  // One object for each expression, however often it was written: so it also crosses to another thread once.
  const sources = expressions.map(expression =>
    sourceOf(expression, prepared.pieces, prepared.parsed.templateOffset),
  );
  const texts = expressions.map(({ start, end }) => prepared.template.slice(start, end));
  const take = (text: string) => (marks === undefined ? { text, spans: [] } : takeOutMarks(text, marks));
  return messages.map(({ role, metadata, content }) => ({
    role,
    ...(metadata && { metadata }),
    parts: content.map(part),
  }));

  function part(part: Part): TracedPart {
    if (part.text === undefined) {
      const plain = mapStrings(part, text => take(text).text);
      return plain.media === undefined
        ? { kind: 'other', json: JSON.stringify(plain) }
        : { kind: 'media', ...plain.media };
    }
    const { text, spans } = take(part.text);
    return { kind: 'text', text, spans: spans.flatMap(span) };
  }

  function span({ start, end, number }: ReturnType<typeof takeOutMarks>['spans'][number]): TracedSpan[] {
    const { expression: at, isMissing } = readMark(number);
    const [source, expression] = [sources[at], texts[at]];
    if (source === undefined || expression === undefined) return [];
    return [{ start, end, kind: isMissing ? 'missing' : 'value', expression, source }];
  }
}

/** An expression's place, from its place in the whole template; undefined where no template holds it. */
function sourceOf(
  { start, end }: TracedExpression,
  pieces: readonly Piece[],
  ownOffset: number,
): TracedSource | undefined {
  const piece = pieces[lastNotAfter(pieces, start)];
  if (piece === undefined || start >= piece.start + piece.length) return undefined;
  const { prompt, offset } = promptOf(piece.of, ownOffset);
  const from = start - piece.start + piece.at + offset;
  return { prompt, start: from, end: from + end - start };
}

/** The index of the last piece that begins at `start` or before; -1 when none does. */
function lastNotAfter(pieces: readonly Piece[], start: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pieces[middle]?.start ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Which prompt a template is of, and where in its source it begins. */
function promptOf(
  linked: LinkedTemplate & { readonly id?: string; readonly templateOffset?: number },
  ownOffset: number,
): { prompt: string | null; offset: number } {
  return linked.id === undefined
    ? { prompt: null, offset: ownOffset }
    : { prompt: linked.id, offset: linked.templateOffset ?? 0 };
}

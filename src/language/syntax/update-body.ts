/** Updates a tree after an edit: parses the top-level nodes around it, keeps those before, and moves those after. */
import { type ParsedBody, parseBody } from './parse-body.ts';

/**
 * Parses the body `text` at `offset`, reusing `previous`. The result equals `parseBody(text, offset)`, but only the
 * edited nodes take time.
 */
export function updateBody(
  previous: ParsedBody,
  previousText: string,
  text: string,
  offset: number,
): ParsedBody {
  const moved = offset - previous.body.span.start;
  if (previousText === text) return moved === 0 ? previous : shifted(previous, moved);
  const whole = () => parseBody(text, offset);
  // An error that is not inside a single tag may depend on any other text.
  if (!previous.local) return whole();
  const edit = changedRange(previousText, text);
  const { nodes } = previous.body;
  const from = previous.body.span.start;
  let first = nodes.findIndex(({ span }) => span.end - from >= edit.start);
  if (first < 0) first = Math.max(0, nodes.length - 1);
  let last = nodes.findLastIndex(({ span }) => span.start - from <= edit.oldEnd);
  // A backslash at the end of text affects the tag after it, and new text at the start of a node joins that before it.
  if (nodes[first]?.type === 'content' && first > 0) first -= 1;
  if (nodes[last]?.type === 'content' && last < nodes.length - 1) last += 1;
  const delta = text.length - previousText.length;
  const start = (nodes[first]?.span.start ?? from) - from;
  const oldEnd = (nodes[last]?.span.end ?? from) - from;
  const atEnd = last >= nodes.length - 1;
  // A brace after the edited tags may now belong to them.
  if (!atEnd && text.charCodeAt(oldEnd + delta) === CLOSING_BRACE) return whole();
  const part = parseBody(text.slice(start, oldEnd + delta), offset + start);
  if (!part.local) return whole();
  // Text at either end would have to be joined with the text beyond it.
  if (!atEnd && part.body.nodes.at(-1)?.type === 'content') return whole();
  if (first > 0 && part.body.nodes[0]?.type === 'content' && nodes[first - 1]?.type === 'content')
    return whole();
  const before = nodes.slice(0, first);
  const after = nodes.slice(last + 1);
  const sooner = previous.unreadable.filter(span => span.end <= from + start && span.start < from + start);
  const later = previous.unreadable.filter(span => span.start >= from + oldEnd);
  return {
    body: {
      span: { start: offset, end: offset + text.length },
      nodes: [
        ...(moved === 0 ? before : before.map(node => shift(node, moved))),
        ...part.body.nodes,
        ...after.map(node => shift(node, moved + delta)),
      ],
    },
    unreadable: [
      ...sooner.map(span => shift(span, moved)),
      ...part.unreadable,
      ...later.map(span => shift(span, moved + delta)),
    ],
    local: true,
  };
}

const CLOSING_BRACE = 125;

/** The range between the longest common beginning and end of two texts. */
function changedRange(before: string, after: string): { start: number; oldEnd: number } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let common = 0;
  while (
    common < most - start &&
    before.charCodeAt(before.length - 1 - common) === after.charCodeAt(after.length - 1 - common)
  )
    common += 1;
  return { start, oldEnd: before.length - common };
}

function shifted({ body, unreadable, local }: ParsedBody, by: number): ParsedBody {
  return {
    body: shift(body, by),
    unreadable: unreadable.map(span => shift(span, by)),
    local,
  };
}

/** A copy with every `start` and `end` in it moved, which are always offsets. */
function shift<T extends object>(value: T, by: number): T {
  if (by === 0) return value;
  if (Array.isArray(value)) return value.map(item => shiftAny(item, by)) as unknown as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const item = value[key] as unknown;
    copy[key] =
      typeof item === 'number' && (key === 'start' || key === 'end') ? item + by : shiftAny(item, by);
  }
  return copy as T;
}

function shiftAny(value: unknown, by: number): unknown {
  return typeof value === 'object' && value !== null ? shift(value, by) : value;
}

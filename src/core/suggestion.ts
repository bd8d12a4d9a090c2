/** Suggestions in comments: a fenced code block (CommonMark, section 4.5) whose info string is `suggestion`. */

export type CommentPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'suggestion'; readonly lines: readonly string[] };

const OPENING = /^ {0,3}(`{3,}|~{3,})[ \t]*suggestion[ \t]*$/i;

/** In order. A block that is not closed is text, so that a truncated suggestion never replaces a line. */
export function partsOfComment(text: string): CommentPart[] {
  const lines = text.split(/\r\n|\r|\n/);
  const parts: CommentPart[] = [];
  let plain: string[] = [];
  const endText = () => {
    if (plain.length > 0) parts.push({ kind: 'text', text: plain.join('\n') });
    plain = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = OPENING.exec(line)?.[1];
    const end = fence === undefined ? -1 : endOfFence(lines, at + 1, fence);
    if (end < 0) {
      plain.push(line);
      continue;
    }
    endText();
    parts.push({ kind: 'suggestion', lines: lines.slice(at + 1, end) });
    at = end;
  }
  endText();
  return parts;
}

/** The replacement of a comment's line by its first suggestion, empty to remove the line; undefined if it has none. */
export function suggestionIn(text: string): readonly string[] | undefined {
  const found = partsOfComment(text).find(part => part.kind === 'suggestion');
  return found?.kind === 'suggestion' ? found.lines : undefined;
}

function endOfFence(lines: readonly string[], from: number, fence: string): number {
  const closing = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},}[ \\t]*$`);
  for (let at = from; at < lines.length; at++) if (closing.test(lines[at] ?? '')) return at;
  return -1;
}

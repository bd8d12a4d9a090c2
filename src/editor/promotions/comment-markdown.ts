/** The Markdown of a comment: plain text, with suggestions as code blocks. Pure. */
import { partsOfComment } from '../../core/suggestion.ts';
import { visibleLines } from '../../core/visible-text.ts';
import { escapeMarkdown } from '../wording/markdown.ts';

const LINE_BREAK = /\r\n|[\n\r]/;

export function commentMarkdown(text: string): string {
  return partsOfComment(text)
    .map(part => (part.kind === 'text' ? escapeLines(part.text) : suggestionBlock(part.lines)))
    .join('\n\n');
}

function escapeLines(text: string): string {
  return text
    .split(LINE_BREAK)
    .map(line => escapeMarkdown(line).replace(/^ +/, spaces => '&nbsp;'.repeat(spaces.length)))
    .join('  \n');
}

function suggestionBlock(lines: readonly string[]): string {
  if (lines.length === 0) return '*Suggestion: remove the line*';
  const text = visibleLines(lines.join('\n'));
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `*Suggestion:*\n${fence}dotprompt\n${text}\n${fence}`;
}

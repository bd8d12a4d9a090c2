/** Writes Markdown for hovers and completion, in which an author's text stays plain text. */
import { oneLine, visibleLines } from '../../core/visible-text.ts';

/** `text` with possible Markdown and HTML markup escaped; keeps line breaks. */
export function escapeMarkdown(text: string): string {
  return visibleLines(text)
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, character => (character === '&' ? '&amp;' : `\\${character}`))
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/^[ \t]+/gm, '')
    .replace(/\r\n?|\n/g, '  \n');
}

/** `text` as code within a line, line breaks as spaces. */
export function codeSpan(text: string): string {
  const line = oneLine(text.replace(/\s+/g, ' '));
  const fence = '`'.repeat(longestRun(line) + 1);
  const padding = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** `text` as a block of code on lines of its own. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${visibleLines(text)}\n${fence}`;
}

/** The length of the longest run of backticks. */
function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** Text of people put into Markdown: names and messages come from the registry and must stay text. */
import { oneLine } from '../../core/visible-text.ts';

/**
 * `text` with all that Markdown or HTML could read as markup escaped, on one line: no link, image, command or address
 * is made of it. Line breaks are spaces; what acts or hides otherwise is shown.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '))
    .replace(/[\\`*_{}[\]()#+\-=.!|<>~&$]/g, character => (character === '&' ? '&amp;' : `\\${character}`))
    .replace(/:(?=\/\/)/g, '\\:');
}

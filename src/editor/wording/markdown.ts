/** Escapes text by people for Markdown: names and messages come from the registry and must stay text. */
import { oneLine } from '../../core/visible-text.ts';

/**
 * Escapes everything in `text` that Markdown or HTML could read as markup, on one line, so that it contains no link,
 * image, command or address. Line breaks become spaces; invisible and control characters are shown.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '))
    .replace(/[\\`*_{}[\]()#+\-=.!|<>~&$]/g, character => (character === '&' ? '&amp;' : `\\${character}`))
    .replace(/:(?=\/\/)/g, '\\:');
}

/** Text of people put into Markdown: names and messages come from the registry and must stay text. */

/** `text` with all that Markdown or HTML could read as markup escaped, on one line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, character => (character === '&' ? '&amp;' : `\\${character}`));
}

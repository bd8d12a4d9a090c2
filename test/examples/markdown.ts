/** The fenced blocks of a Markdown file, in order. */

export interface Block {
  /** The first word after the fence, such as `sh`. */
  readonly language: string;
  /** The word after that: a file, or the terminal that commands are for. */
  readonly of: string | undefined;
  /** With the line break at its end. */
  readonly text: string;
}

export function blocksOf(markdown: string): Block[] {
  const blocks = markdown.matchAll(/^```(\S*)(?: +(\S+))? *\n(.*?\n)```$/gms);
  return [...blocks].map(([, language = '', of, text = '']) => ({ language, of, text }));
}

/** The form of a virtual file's path: absolute, and one that no disk can have, because it contains a NUL character. */

/** Starts the file system and the authority in the path. */
export const VIRTUAL = '\0';
export const END_OF_SCHEME = '+';

const TOP = /(?:[A-Za-z]:)?[/\\]\0([^+/\\]*)\+([^/\\]*)/g;

/** True for a path of a virtual file system. */
export function isVirtual(path: string): boolean {
  return path.includes(VIRTUAL);
}

/** A text in which paths of virtual files begin like their URIs: `vscode-vfs://github/team/prompts`. */
export function withReadablePaths(text: string): string {
  return text.replace(TOP, (_, scheme: string, authority: string) => `${scheme}://${authority}`);
}

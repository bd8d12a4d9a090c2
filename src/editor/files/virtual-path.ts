/** The form of a virtual file's path: absolute, and one that no disk can have, because it contains a NUL character. */

/** The parts of a virtual file's URI that its path contains. */
export interface VirtualUri {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

/** Starts the file system in the path. */
const VIRTUAL = '\0';
/** Between the scheme, which may contain it, and the authority, which is encoded. */
const END_OF_SCHEME = '+';
/** Before the query: some file systems name there the archive whose files they show. */
const QUERY = '?';

const TOP = /(?:[A-Za-z]:)?[/\\]\0([^/\\]*)\+([^+?/\\]*)(?:\?[^/\\]*)?/g;

/** True for a path of a virtual file system. */
export function isVirtual(path: string): boolean {
  return path.includes(VIRTUAL);
}

/** The path of a URI. @param sep as in `node:path`: the separator of this machine's paths */
export function virtualPath({ scheme, authority, path, query }: VirtualUri, sep: string): string {
  // On Windows with a drive, because `resolve` would otherwise add one, and paths are compared as texts.
  const start = sep === '/' ? sep : `c:${sep}`;
  const place = scheme + END_OF_SCHEME + encodeURIComponent(authority);
  const top = start + VIRTUAL + place + (query === '' ? '' : QUERY + encodeURIComponent(query));
  const names = path.split('/').filter(name => name !== '');
  return [top, ...names].join(sep);
}

/** The parts of the URI of a path from `virtualPath`, or of one that was derived from it. @param sep as there */
export function virtualParts(path: string, sep: string): VirtualUri {
  const [top = '', ...names] = path.slice(path.indexOf(VIRTUAL) + VIRTUAL.length).split(sep);
  const [place = '', query = ''] = top.split(QUERY);
  const end = place.lastIndexOf(END_OF_SCHEME);
  return {
    scheme: place.slice(0, end),
    authority: decodeURIComponent(place.slice(end + END_OF_SCHEME.length)),
    path: `/${names.join('/')}`,
    query: decodeURIComponent(query),
  };
}

/** A text in which paths of virtual files begin like their URIs: `vscode-vfs://github/team/prompts`. */
export function withReadablePaths(text: string): string {
  if (!isVirtual(text)) return text;
  return text.replace(TOP, (_, scheme: string, authority: string) =>
    authority === '' ? `${scheme}:` : `${scheme}://${authority}`,
  );
}

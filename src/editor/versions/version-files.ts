/** Versions as files with the scheme `promptforge:`, which can be opened and compared but never written. */
import * as vscode from 'vscode';
import type { Version } from '../../contract/prompts.ts';
import { versionReference } from '../../core/version.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { EMBEDDED, parseVersionUri, SCHEME, type VersionAddress } from './uri.ts';

/** The number of versions in memory, so that an open document does not change. */
const KEPT = 200;

export function registerVersionFiles(session: Session): vscode.Disposable {
  const files = new VersionFiles(session);
  let { place } = session;
  const onSession = session.onDidChange(() => {
    if (place !== undefined && session.place !== place) files.forgetEmbedded();
    place = session.place;
  });
  const registered = vscode.workspace.registerFileSystemProvider(SCHEME, files, {
    isReadonly: new vscode.MarkdownString(
      'This is a published version, which never changes. Edit the file of the prompt and publish a new version.',
    ),
    isCaseSensitive: true,
  });
  return vscode.Disposable.from(onSession, registered, files);
}

class VersionFiles extends DisposableOwner implements vscode.FileSystemProvider {
  readonly #session: Session;
  readonly #versions = new Map<string, Promise<Version>>();
  readonly #changed = this.own(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  /** When the embedded registry was last replaced, in milliseconds since 1970; 0 if never. */
  #embeddedSince = 0;
  /** A version does not change, but the embedded registry may be in another folder. */
  readonly onDidChangeFile = this.#changed.event;

  constructor(session: Session) {
    super();
    this.#session = session;
  }

  /** To be called when the embedded registry may have been replaced, because its versions have the same URIs. */
  forgetEmbedded(): void {
    this.#embeddedSince = Date.now();
    const uris = [...this.#versions.keys()].map(id => vscode.Uri.parse(id, true));
    const embedded = uris.filter(uri => parseVersionUri(uri)?.registry === EMBEDDED);
    for (const uri of embedded) this.#versions.delete(uri.toString());
    this.#changed.fire(embedded.map(uri => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { publishedAt, source } = await this.#version(uri);
    const time = Date.parse(publishedAt);
    return {
      type: vscode.FileType.File,
      permissions: vscode.FilePermission.Readonly,
      ctime: time,
      // VS Code considers a file with an older time unchanged.
      mtime: Math.max(time, parseVersionUri(uri)?.registry === EMBEDDED ? this.#embeddedSince : 0),
      size: Buffer.byteLength(source),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#version(uri)).source);
  }

  async #version(uri: vscode.Uri): Promise<Version> {
    const address = parseVersionUri(uri);
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const id = uri.toString();
    const known = this.#versions.get(id);
    if (known !== undefined) return known;
    const fetched = fetchVersion(this.#session, address).catch((error: unknown) => {
      throw vscode.FileSystemError.Unavailable(messageOf(error));
    });
    this.#versions.set(id, fetched);
    fetched.catch(() => this.#versions.delete(id)); // the next call tries again
    const oldest = this.#versions.keys().next();
    if (this.#versions.size > KEPT && oldest.done !== true) this.#versions.delete(oldest.value);
    return fetched;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    throw vscode.FileSystemError.FileNotFound(uri);
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}

/** A version from the registry, or from the cache if the registry is unreachable. */
export async function fetchVersion(
  session: Session,
  { registry, prompt, version }: VersionAddress,
): Promise<Version> {
  const kept = async () => {
    const cache = await session.cache();
    return cache.getVersion(session.cacheUrl(registry), versionReference(prompt, version));
  };
  // No request is made while the registry is known to be unreachable.
  const known = session.state.kind === 'offline' ? await kept() : undefined;
  if (known !== undefined) return known;
  try {
    const client = await session.clientFor({ kind: 'read' });
    if (registry !== session.registry)
      throw new Error(
        `This version belongs to ${registry}, and this window is connected to another registry.`,
      );
    return await client.getVersion(prompt, version);
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

/** Owners as read-only documents: the current ones of an environment, and the text of one change. */
import * as vscode from 'vscode';
import type { OwnersRecord } from '../../contract/owners.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { isOwnersEvent } from '../../core/owners-change.ts';
import { checkRegistryIsShown } from '../connection/other-project.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import type { Files } from './lazy-files.ts';
import { NO_CHANGE, type OwnersAddress, ownersUriParts, parseOwnersUri } from './uri.ts';

/** The state of a document. */
export interface OwnersDocument {
  readonly address: OwnersAddress;
  readonly text: string;
  /** The current owners; undefined for the text of one change. */
  readonly owners?: OwnersRecord;
  /** For the text of one change; undefined before the first. */
  readonly change?: { readonly requestedBy: string; readonly requestedAt: string; readonly reason: string };
}

/** The number of documents that are cached, so that an open one does not change. */
const KEPT = 50;

export class OwnersDocuments extends DisposableOwner implements Files {
  readonly #session: Session;
  readonly #files: vscode.EventEmitter<vscode.FileChangeEvent[]>;
  readonly #known = new Map<string, Promise<OwnersDocument>>();
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  /** Fires when the state of a document may have changed. */
  readonly onDidChange = this.#changed.event;
  /** The last change event of a document, in milliseconds since 1970: VS Code only reads newer ones. */
  #since = 0;

  /** @param files receives documents whose text may have changed */
  constructor(session: Session, files: vscode.EventEmitter<vscode.FileChangeEvent[]>) {
    super();
    this.#session = session;
    this.#files = files;
  }

  /** @param change as in an address */
  uriOf(environment: EnvironmentName, change?: string): vscode.Uri {
    const registry = this.#session.registry ?? EMBEDDED;
    return vscode.Uri.from(
      ownersUriParts({ registry, environment, ...(change !== undefined && { change }) }),
    );
  }

  /** Makes the current owners of these environments be fetched again; default: all. */
  forget(environments?: ReadonlySet<string>): void {
    const stale = [...this.#known.keys()]
      .map(id => vscode.Uri.parse(id, true))
      .filter(uri => {
        const { registry, environment, change } = parseOwnersUri(uri) ?? {};
        // Nothing new is known about registries that the window does not show.
        if (registry !== this.#session.registry || change !== undefined) return false;
        return environments?.has(environment ?? '') ?? true;
      });
    this.#since = Date.now();
    for (const uri of stale) this.#known.delete(uri.toString());
    this.#files.fire(stale.map(uri => ({ type: vscode.FileChangeType.Changed, uri })));
    this.#changed.fire();
  }

  /** The last response of the registry. @throws as the registry client */
  async find(uri: vscode.Uri): Promise<OwnersDocument | undefined> {
    const address = parseOwnersUri(uri);
    if (address === undefined) return undefined;
    const id = uri.toString();
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const asked = this.#ask(address);
    this.#known.set(id, asked);
    asked.catch(() => this.#known.delete(id)); // the next call tries again
    const oldest = this.#known.keys().next();
    if (this.#known.size > KEPT && oldest.done !== true) this.#known.delete(oldest.value);
    return asked;
  }

  async #ask(address: OwnersAddress): Promise<OwnersDocument> {
    const { environment, change } = address;
    if (change === NO_CHANGE) return { address, text: '' };
    const client = await this.#session.clientFor({ kind: 'read' });
    checkRegistryIsShown(address.registry, this.#session);
    if (change === undefined) {
      const owners = await client.getOwners(environment);
      return { address, text: owners.text, owners };
    }
    // The id of a change is the seq of its first event, which has the whole text.
    const { events } = await client.changes({ after: String(Number(change) - 1), limit: 1 });
    const [event] = events;
    if (event === undefined || !isOwnersEvent(event) || !('text' in event.data))
      throw new Error(`There is no change ${change} of the owners of ${environment}.`);
    const { text, reason } = event.data;
    return { address, text, change: { requestedBy: event.actor, requestedAt: event.at, reason } };
  }

  async #found(uri: vscode.Uri): Promise<OwnersDocument> {
    const found = await this.find(uri).catch((error: unknown) => {
      throw vscode.FileSystemError.Unavailable(messageOf(error));
    });
    if (found === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return found;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, owners, change } = await this.#found(uri);
    const at = owners?.current?.appliedAt ?? change?.requestedAt;
    const time = at === undefined ? 0 : Date.parse(at);
    return {
      type: vscode.FileType.File,
      permissions: vscode.FilePermission.Readonly,
      ctime: time,
      mtime: change === undefined ? Math.max(time, this.#since) : time,
      size: Buffer.byteLength(text),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#found(uri)).text);
  }
}

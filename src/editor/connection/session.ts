/**
 * The window's connection: the open project, its registry, the keys and their identities, and whether the registry
 * responds. Nothing is sent before the workspace is trusted.
 */
import * as vscode from 'vscode';
import { chooseKey, type KeyPurpose, type Keys } from '../../client/choose-key.ts';
import type { DiskVersionCache } from '../../client/disk-version-cache.ts';
import type { LastKnown, LastKnownPart, LastKnownValue } from '../../client/last-known.ts';
import type { RegistryClient } from '../../client/registry-client.ts';
import { embeddedCacheUrl } from '../../core/embedded.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import type { Key } from '../../core/key.ts';
import type { OpenedKeyStore } from '../../keys/open-key-store.ts';
import type { FileSystem } from '../../workspace/file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { ConnectionState } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { NewestRun } from '../work/newest-run.ts';
import { OneOpen } from '../work/one-open.ts';
import type { Access, AccessParts } from './access.ts';
import { embeddedOptions } from './embedded-options.ts';
import { findProject, type OpenProject, projectFile } from './find-project.ts';
import { identify, isOfAbsence, stateOfTrouble } from './identify.ts';
import { MissingKey } from './missing-key.ts';
import { SharedQuestion } from './shared-question.ts';

/** The memory's key for the root of the shown project. */
const SHOWN = 'promptforge.project';
/** States that are shown until the registry responds again. */
const KNOWN: ReadonlySet<ConnectionState['kind']> = new Set(['connected', 'offline', 'no-key']);

export interface SessionParts extends Pick<AccessParts, 'log' | 'userAgent'> {
  readonly secrets: vscode.SecretStorage;
  /** The workspace's memory. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
  /** The folder for caches and the embedded registry. */
  readonly storage: vscode.Uri;
}

export class Session extends DisposableOwner {
  readonly #parts: SessionParts;
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  /** Fires after any public state of the session has changed. */
  readonly onDidChange = this.#changed.event;
  #state: ConnectionState = { kind: 'no-folder' };
  #project: Project | undefined;
  #projects: readonly OpenProject[] = [];
  #place: string | undefined;
  #environments: readonly Environment[] = [];
  #keys: Keys = new Map();
  readonly #access = new OneOpen<Access>();
  #keysReplaced = 0;
  #keyStore: Promise<OpenedKeyStore> | undefined;
  #disk: Promise<{ readonly cache: DiskVersionCache; readonly lastKnown: LastKnown }> | undefined;
  readonly #question = new SharedQuestion(() => this.#askRegistry(false));
  /** For a slow registry, which counts as unreachable in the status bar but may still respond. */
  readonly #patientQuestion = new SharedQuestion(() => this.#askRegistry(true));
  readonly #reloading = new NewestRun();

  constructor(parts: SessionParts) {
    super();
    this.#parts = parts;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The state once all requests for it are done; a new check in between makes it "connecting" again. */
  async settled(): Promise<ConnectionState> {
    while (this.#reloading.running !== undefined) await this.#reloading.running;
    return this.#state;
  }

  /** Undefined while no folder with a usable promptforge.json is open. */
  get project(): Project | undefined {
    return this.#project;
  }

  /** All projects of the window, in its order. */
  get projects(): readonly OpenProject[] {
    return this.#projects;
  }

  /** The project that is shown, if there are several; its promptforge.json may be invalid. */
  get oneOfSeveral(): OpenProject | undefined {
    return this.#projects.length > 1 ? this.#projects.find(({ isShown }) => isShown) : undefined;
  }

  /** Shows another project from the next reload on. */
  async show(root: string): Promise<void> {
    await this.#parts.memory.update(SHOWN, root);
  }

  /** The promptforge.json of the shown project, valid or not. */
  projectFile(): Promise<vscode.Uri | undefined> {
    return projectFile(this.#parts.memory.get(SHOWN));
  }

  /** `embedded` or a URL. */
  get registry(): string | undefined {
    return this.#project?.registry;
  }

  /** Identifies the last opened registry: its URL, or the folder of the embedded one. */
  get place(): string | undefined {
    return this.#place;
  }

  /** In promotion order. While the registry is unreachable: the last known ones. */
  get environments(): readonly Environment[] {
    return this.#environments;
  }

  get keys(): Keys {
    return this.#keys;
  }

  /** Reads the project and requests the identity again. Never rejects: the state has the error. */
  reload(): Promise<void> {
    return this.#reloading.start(async signal => {
      const state = await this.#load(signal).catch(stateOfTrouble);
      if (!signal.aborted) this.#set(state);
    });
  }

  async #load(signal: AbortSignal): Promise<ConnectionState> {
    const found = await findProject(this.#parts.memory.get(SHOWN), root => this.fileSystem(root));
    if (signal.aborted) return this.#state;
    const isMoved = JSON.stringify(found.all) !== JSON.stringify(this.#projects);
    this.#projects = found.all;
    const isOther = found.project?.registry !== this.#project?.registry;
    if (isOther) {
      this.#keys = new Map();
      this.#environments = [];
      this.#question.forget();
      this.#patientQuestion.forget();
    }
    this.#project = found.project;
    if (isMoved && !isOther) this.#changed.fire();
    if (!vscode.workspace.isTrusted)
      return found.state?.kind === 'no-folder' ? found.state : { kind: 'untrusted' };
    if (found.project === undefined) {
      await this.#access.close();
      return found.state;
    }
    // Set before listeners are notified, because the next notification comes only after the registry's response.
    this.#place = this.#locate(found.project.registry).place;
    if (isOther || !KNOWN.has(this.#state.kind)) this.#set({ kind: 'connecting' });
    const access = await this.#open(found.project.registry);
    // While it is unreachable, one request is made, not one per key.
    if (this.#state.kind === 'offline') await this.#isThere(this.#patientQuestion.ask());
    const own = await access.environments(signal);
    if (own.length > 0 && this.#environments.length === 0) await this.#recallEnvironments(signal);
    if (own.length > 0 && !signal.aborted && ['connecting', 'no-key'].includes(this.#state.kind))
      this.#set({ kind: 'connecting', isAsked: true });
    const identified = await identify(own, environment => access.clientFor(environment), signal);
    if (signal.aborted) return this.#state;
    this.#keys = identified.keys;
    if (identified.environments.length > 0) {
      this.#environments = identified.environments;
      void this.keep('environments', this.#environments);
    }
    return identified.state;
  }

  async #askRegistry(isPatient: boolean): Promise<void> {
    await (await this.#open(this.#mustBeConnected())).ask(isPatient);
  }

  async #recallEnvironments(signal: AbortSignal): Promise<void> {
    const known = await this.recall('environments');
    if (known !== undefined && !signal.aborted) this.#environments = known;
  }

  /** Reports only that a registry is unreachable; any other error means that it responds. */
  async #isThere(asked: Promise<void>): Promise<void> {
    await asked.catch((error: unknown) => {
      if (isOfAbsence(error)) throw error;
    });
  }

  /** Called before each request: while the registry is unreachable, only the check whether it is back is sent. */
  async #mayBeSent(): Promise<void> {
    if (this.#state.kind === 'offline') await this.#isThere(this.#patientQuestion.answer());
  }

  /**
   * A client with a suitable key for the operation. Requests the identity first if it is not known yet.
   * @throws MissingKey, Problem, RegistryUnreachable
   */
  async clientFor(work: KeyPurpose): Promise<RegistryClient> {
    if (this.#reloading.running !== undefined) await this.#reloading.running;
    else if (this.#keys.size === 0) await this.reload();
    const choice = chooseKey(work, this.#environments, this.#keys);
    if (choice.kind === 'missing') throw new MissingKey(choice);
    return this.clientOf(choice.environment);
  }

  /** The client of one environment's key. @throws Problem `key_missing` … */
  async clientOf(environment: EnvironmentName): Promise<RegistryClient> {
    return (await this.#open(this.#mustBeConnected())).clientFor(environment);
  }

  #mustBeConnected(): string {
    if (this.#project === undefined) throw new Error('This window is not connected to a registry.');
    return this.#project.registry;
  }

  /** Opens the key store; the first call probes the keychain. */
  keyStore(): Promise<OpenedKeyStore> {
    this.#keyStore ??= import('../../keys/open-key-store.ts').then(({ openKeyStore }) =>
      openKeyStore({
        secretStorage: this.#parts.secrets,
        host: {
          remoteName: vscode.env.remoteName,
          isWeb: vscode.env.uiKind === vscode.UIKind.Web,
        },
      }),
    );
    return this.#keyStore;
  }

  /** The cache of fetched versions, shared by all windows of this user. */
  async cache(): Promise<DiskVersionCache> {
    return (await this.#onDisk()).cache;
  }

  /** The last known state of the registry, from any window; undefined if there is none. Never rejects. */
  recall<P extends LastKnownPart>(part: P): Promise<LastKnownValue<P> | undefined> {
    return this.#withLastKnown((lastKnown, url) => lastKnown.get(part, url));
  }

  /** Caches the registry's response for when it is unreachable. Never rejects. */
  keep(part: LastKnownPart, known: readonly unknown[]): Promise<void> {
    return this.#withLastKnown((lastKnown, url) => lastKnown.put(part, url, known)) as Promise<void>;
  }

  async #withLastKnown<Result>(
    work: (lastKnown: LastKnown, url: string) => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      // For the current registry, even if the window switches to another while the disk is opened.
      const url = this.cacheUrl(this.#mustBeConnected());
      return await work((await this.#onDisk()).lastKnown, url);
    } catch (error) {
      this.#parts.log.warn(`The last known state cannot be used: ${String(error)}`);
      return undefined;
    }
  }

  #onDisk() {
    this.#disk ??= import('./disk.ts').then(({ openDisk }) =>
      openDisk(vscode.Uri.joinPath(this.#parts.storage, 'versions').fsPath, line =>
        this.#parts.log.warn(line),
      ),
    );
    return this.#disk;
  }

  /** The file system of a project's folder. @param root its path, as in `Project` */
  async fileSystem(root: string): Promise<FileSystem> {
    const { openFileSystem } = await import('../files/open-file-system.ts');
    return openFileSystem(root, this.#parts.storage.fsPath);
  }

  /** A client for testing a key that is not stored yet. */
  async clientWith(key: Key): Promise<RegistryClient> {
    return (await this.#open(this.#mustBeConnected())).clientWith(key);
  }

  /** To be called after a key was set or removed, and before the next reload. */
  async forget(environment: EnvironmentName): Promise<void> {
    (await this.#access.current)?.forget(environment);
  }

  /** Incremented whenever a key was replaced or removed: earlier clients must no longer be used. */
  get keysReplaced(): number {
    return this.#keysReplaced;
  }

  /**
   * Checks whether the registry responds, within seconds and without a key; concurrent calls share one request.
   * @throws RegistryUnreachable, Problem `unavailable`
   */
  ask(): Promise<void> {
    return this.#isThere(this.#question.ask());
  }

  /** The result of a failed call updates the status. */
  note(error: unknown): void {
    const state = stateOfTrouble(error);
    if (state.kind === 'offline' && ['connected', 'connecting'].includes(this.#state.kind)) this.#set(state);
  }

  override async dispose(): Promise<void> {
    super.dispose();
    this.#reloading.stop();
    await this.#access.close();
  }

  async #open(registry: string): Promise<Access> {
    // Checked every time: trust is required before anything is sent or a key is read.
    if (!vscode.workspace.isTrusted)
      throw new Error('This workspace is not trusted, so nothing is sent to a registry.');
    const { embedded, place } = this.#locate(registry);
    this.#place = place;
    return this.#access.open(JSON.stringify([registry, embedded]), async () => {
      const { accessEmbedded, accessOverHttp } = await import('./access.ts');
      const parts = {
        log: this.#parts.log,
        userAgent: this.#parts.userAgent,
        cache: await this.cache(),
        before: () => this.#mayBeSent(),
        keyReplaced: () => {
          this.#keysReplaced += 1;
        },
      };
      return embedded === undefined
        ? accessOverHttp(registry, await this.keyStore(), parts)
        : accessEmbedded(embedded, parts);
    });
  }

  #locate(registry: string) {
    if (registry !== EMBEDDED) return { embedded: undefined, place: registry };
    const embedded = embeddedOptions(this.#parts.storage);
    return { embedded, place: `the embedded registry in ${embedded.dataFolder}` };
  }

  /** The URL that identifies a registry in the cache; each folder of an embedded one has its own. */
  cacheUrl(registry: string): string {
    return registry === EMBEDDED ? embeddedCacheUrl(embeddedOptions(this.#parts.storage)) : registry;
  }

  #set(state: ConnectionState): void {
    this.#state = state;
    this.#changed.fire();
  }
}

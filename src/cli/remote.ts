/** The registry of a working copy, and the keys for requests to it: from variables first, then from the keychain. */
import { parseRegistryUrl } from '../client/address.ts';
import { chooseKey, type KeyPurpose, type StoredKeyState } from '../client/choose-key.ts';
import { RegistryClient } from '../client/registry-client.ts';
import { RegistryUnreachable } from '../client/unreachable.ts';
import type { KeyRecord } from '../contract/keys.ts';
import type { Environment, EnvironmentName } from '../core/environment.ts';
import { environmentNotFound } from '../core/environment-not-found.ts';
import type { Key } from '../core/key.ts';
import { Problem, type ProblemCode } from '../core/problem.ts';
import type { Keychain } from '../keys/keychain.ts';
import { originOf } from '../keys/origin.ts';
import { KEYCHAIN_TIMEOUT_MS, silent } from '../keys/probe-keychain.ts';
import { keysInVariables, keyVariable } from '../keys/variables.ts';
import { EMBEDDED } from '../workspace/check-project.ts';
import { nearestProject } from '../workspace/nearest-project.ts';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { PROJECT_FILE, type Project } from '../workspace/project-file.ts';
import { abandon } from './abandoned.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

export interface RemoteOptions {
  /** Overrides promptforge.json. */
  readonly registry?: string;
}

/** A key and its source. */
export interface FoundKey {
  readonly key: Key;
  /** The source in messages: `PROMPTFORGE_KEY_PRODUCTION`, `keychain`. */
  readonly from: string;
}

export interface EnvironmentIdentity {
  readonly environment: EnvironmentName;
  readonly from: string;
  readonly state: StoredKeyState;
}

export interface RemoteClient {
  readonly client: RegistryClient;
  /** The environment of its key. */
  readonly environment: EnvironmentName;
  /** All environments of the registry, in promotion order; empty if they were not needed. */
  readonly environments: readonly Environment[];
}

/** Problems of the key itself, which remain until it is replaced. */
const ABOUT_THE_KEY: readonly ProblemCode[] = ['key_malformed', 'key_unknown', 'key_revoked', 'key_expired'];

export class Remote {
  /** Without a trailing slash. */
  readonly url: string;
  readonly #clients = new Map<EnvironmentName, RegistryClient>();
  #keychain: Promise<ReadonlyMap<EnvironmentName, FoundKey>> | undefined;
  /** The reason why the keychain could not be read. */
  #whyNoKeychain: string | undefined;

  /** @throws RegistryUnreachable `address_refused` */
  constructor(url: string) {
    this.url = parseRegistryUrl(url).href.replace(/\/+$/, '');
  }

  /**
   * Returns a client with a key for the operation.
   * @throws CommandFailure if there is no suitable key; Problem, including `environment_not_found`; RegistryUnreachable
   */
  async clientFor(work: KeyPurpose): Promise<RemoteClient> {
    const variables = this.#inVariables();
    const fromVariables = variables.size === 0 ? undefined : await this.#choose(work, variables);
    if (fromVariables !== undefined && 'client' in fromVariables) return fromVariables;
    const all = new Map([...(await this.#inKeychain()), ...variables]);
    const chosen = all.size > variables.size ? await this.#choose(work, all) : fromVariables;
    if (chosen !== undefined && 'client' in chosen) return chosen;
    if ('environment' in work && work.environment !== undefined)
      await this.#checkEnvironment(work.environment, all);
    throw this.#noKey(work, chosen?.missing);
  }

  /** The identity of each of the user's keys. @throws RegistryUnreachable */
  async identities(): Promise<readonly EnvironmentIdentity[]> {
    const keys = new Map([...(await this.#inKeychain()), ...this.#inVariables()]);
    const states = await this.#ask(keys);
    return [...keys].map(([environment, { from }]) => ({
      environment,
      from,
      state: states.get(environment) ?? { kind: 'none' },
    }));
  }

  /** The key of an environment in the keychain; undefined if it has none, or there is no keychain. */
  async keyInKeychain(environment: EnvironmentName): Promise<Key | undefined> {
    return (await this.#inKeychain()).get(environment)?.key;
  }

  /** The reason why the keychain could not be read; undefined if it was read or not needed. */
  get whyNoKeychain(): string | undefined {
    return this.#whyNoKeychain;
  }

  async #choose(
    work: KeyPurpose,
    keys: ReadonlyMap<EnvironmentName, FoundKey>,
  ): Promise<RemoteClient | { readonly missing: string }> {
    // The environment determines the key; the registry decides whether it may promote.
    if ('environment' in work && work.environment !== undefined) {
      const key = keys.get(work.environment);
      if (key === undefined) return { missing: `There is no key for ${work.environment}.` };
      return { client: this.#client(work.environment, key), environment: work.environment, environments: [] };
    }
    const states = await this.#ask(keys);
    const reading = chooseKey({ kind: 'read' }, [], states);
    if (reading.kind === 'missing') return { missing: reading.message };
    const of = (environment: EnvironmentName) => this.#client(environment, keys.get(environment));
    const environments = await of(reading.environment).listEnvironments();
    const choice = chooseKey(work, environments, states);
    if (choice.kind === 'missing') return { missing: choice.message };
    return { client: of(choice.environment), environment: choice.environment, environments };
  }

  async #ask(keys: ReadonlyMap<EnvironmentName, FoundKey>): Promise<Map<EnvironmentName, StoredKeyState>> {
    const states = await Promise.all(
      [...keys].map(async ([environment, key]): Promise<[EnvironmentName, StoredKeyState]> => {
        try {
          const who = await this.#client(environment, key).currentKey();
          return [environment, { kind: 'known', who }];
        } catch (error) {
          if (!Problem.is(error, ...ABOUT_THE_KEY)) throw error;
          return [environment, { kind: 'refused', why: error.message }];
        }
      }),
    );
    return new Map(states);
  }

  #client(environment: EnvironmentName, found: FoundKey | undefined): RegistryClient {
    const known = this.#clients.get(environment);
    if (known !== undefined) return known;
    const client = new RegistryClient({
      url: this.url,
      key: found?.key ?? null,
      userAgent: 'promptforge-cli',
    });
    this.#clients.set(environment, client);
    return client;
  }

  #inVariables(): ReadonlyMap<EnvironmentName, FoundKey> {
    const found = keysInVariables(process.env);
    return new Map(
      [...found].map(([environment, { key, variable }]) => [environment, { key, from: variable }]),
    );
  }

  /** Never rejects: without a keychain there are no keys. */
  #inKeychain(): Promise<ReadonlyMap<EnvironmentName, FoundKey>> {
    this.#keychain ??= inTime(this.#readKeychain()).catch(error => {
      this.#whyNoKeychain = error instanceof Error ? error.message : String(error);
      return new Map();
    });
    return this.#keychain;
  }

  async #readKeychain(): Promise<ReadonlyMap<EnvironmentName, FoundKey>> {
    const { Keychain, loadKeytar } = await import('../keys/keychain.ts');
    const keychain: Keychain = new Keychain(await loadKeytar());
    const origin = originOf(this.url);
    const found = new Map<EnvironmentName, FoundKey>();
    for (const environment of await keychain.list(origin)) {
      const key = await keychain.get(origin, environment);
      if (key !== undefined) found.set(environment, { key, from: 'keychain' });
    }
    return found;
  }

  /** @throws Problem `environment_not_found`, if one of the keys may list environments */
  async #checkEnvironment(
    environment: EnvironmentName,
    keys: ReadonlyMap<EnvironmentName, FoundKey>,
  ): Promise<void> {
    for (const [of, key] of keys) {
      let all: readonly Environment[];
      try {
        all = await this.#client(of, key).listEnvironments();
      } catch (error) {
        // The missing key is reported anyway: another key may be able to list environments, unless the registry is
        // unreachable.
        if (Problem.is(error)) continue;
        if (RegistryUnreachable.is(error)) return;
        throw error;
      }
      const names = all.map(({ name }) => name);
      if (names.includes(environment)) return;
      throw environmentNotFound(environment, names);
    }
  }

  #noKey(work: KeyPurpose, missing: string | undefined): CommandFailure {
    const environment = 'environment' in work ? work.environment : undefined;
    const variable = environment === undefined ? 'PROMPTFORGE_KEY_<ENVIRONMENT>' : keyVariable(environment);
    const why = missing ?? `There is no key for ${this.url}.`;
    const keychain = this.#whyNoKeychain === undefined ? '' : ` (${this.#whyNoKeychain})`;
    return new CommandFailure(
      EXIT.refused,
      `${why} Run "promptforge login", or set ${variable} to a key.${keychain}`,
    );
  }
}

/** @throws Error if the keychain does not answer in time; it is then abandoned */
async function inTime<T>(reading: Promise<T>): Promise<T> {
  const waited = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    abandon();
    waited.reject(new Error(silent('try again')));
  }, KEYCHAIN_TIMEOUT_MS);
  try {
    return await Promise.race([reading, waited.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The owner of a key in messages, such as `mara.lindqvist, author`. */
export function whoIs({ actor, role }: KeyRecord): string {
  return `${actor}, ${role}`;
}

/** The current working copy. @throws CommandFailure if there is none; WorkspaceError if it cannot be read */
export async function thisProject(): Promise<Project> {
  const project = await nearestProject(process.cwd(), nodeFileSystem);
  if (project !== undefined) return project;
  throw new CommandFailure(
    EXIT.usage,
    `There is no ${PROJECT_FILE} here or above. Create one with "promptforge connect <url>".`,
  );
}

/** @throws CommandFailure; RegistryUnreachable `address_refused`; WorkspaceError */
export async function openRemote({ registry }: RemoteOptions, project?: Project): Promise<Remote> {
  if (registry !== undefined) return new Remote(registry);
  const { registry: named } = project ?? (await thisProject());
  if (named !== EMBEDDED) return new Remote(named);
  throw new CommandFailure(
    EXIT.usage,
    `${PROJECT_FILE} names the registry embedded in VS Code, which commands cannot reach. Run "promptforge connect <url>" with the URL of a registry.`,
  );
}

/**
 * Caches the registry's list of prompts beside the lock file and updates it from the registry's log: one request if
 * nothing changed, instead of all pages. The log is read from the last known event. If its hash differs, the registry
 * is a different one or was restored from a backup, and everything is listed again.
 */
import type { RegistryClient } from '../client/registry-client.ts';
import { RegistryUnreachable } from '../client/unreachable.ts';
import { type Digest, isDigest, ZERO_DIGEST } from '../core/digest.ts';
import type { RegistryEvent } from '../core/event.ts';
import { isPromptName, type PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { isVersionNumber, type VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';
import type { RegistryPrompt } from './prompt-state.ts';

export type ListedRegistry = Pick<RegistryClient, 'url' | 'changes' | 'checkpoint' | 'allPrompts'>;

interface Listing {
  /** The registry's URL. */
  readonly url: string;
  /** The number of the last event that the list includes. */
  readonly seq: number;
  readonly hash: Digest;
  readonly prompts: Map<PromptName, RegistryPrompt>;
}

const FILE = 'listing';
const FORMAT = 1;
/** Events per page, and the number of pages beyond which listing everything is less work. */
const EVENTS = 1000;
const MAX_PAGES = 10;

export class RegistryListing {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;
  #known: Listing | undefined;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Every prompt of the registry, including archived ones, in order of name. @throws Problem, RegistryUnreachable */
  async refresh(registry: ListedRegistry, signal?: AbortSignal): Promise<RegistryPrompt[]> {
    const known = this.#known ?? (await this.#read());
    const followed = known?.url === registry.url ? await follow(known, registry, signal) : undefined;
    const now = followed ?? (await listAnew(registry, signal));
    this.#known = now;
    if (now.seq !== known?.seq || now.url !== known.url) await this.#write(now);
    return [...now.prompts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #read(): Promise<Listing | undefined> {
    try {
      return parse(await this.#files.readFile(this.#local.path(FILE)));
    } catch {
      return undefined; // everything is listed again
    }
  }

  async #write(listing: Listing): Promise<void> {
    const staged = this.#local.staged();
    try {
      await this.#local.make();
      await this.#files.stage(staged, Buffer.from(text(listing)));
      await this.#files.rename(staged, this.#local.path(FILE));
    } catch {
      // If it cannot be written, everything is listed next time.
      await this.#files.delete(staged).catch(() => {});
    }
  }
}

async function listAnew(registry: ListedRegistry, signal: AbortSignal | undefined): Promise<Listing> {
  // Read before the list: events in between are already included, and are applied again next time.
  const { seq, hash } = await headOf(registry, signal);
  const prompts = await registry.allPrompts({ archived: true }, signal);
  const listed = prompts.map(({ name, archived, newest }): [PromptName, RegistryPrompt] => [
    name,
    promptOf(name, archived, newest),
  ]);
  return { url: registry.url, seq, hash, prompts: new Map(listed) };
}

/**
 * The last event of the log. Its start if the registry cannot sign, for example without its key; then everything is
 * listed again next time.
 */
async function headOf(
  registry: ListedRegistry,
  signal: AbortSignal | undefined,
): Promise<{ readonly seq: number; readonly hash: Digest }> {
  try {
    return await registry.checkpoint(signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!Problem.is(error) && !RegistryUnreachable.is(error)) throw error;
    return { seq: 0, hash: ZERO_DIGEST }; // if it does not answer at all, the list reports why
  }
}

/** Undefined if the log is not the known one, or has too many new events. */
async function follow(
  known: Listing,
  registry: ListedRegistry,
  signal: AbortSignal | undefined,
): Promise<Listing | undefined> {
  const prompts = new Map(known.prompts);
  let { seq, hash } = known;
  if (seq < 1) return undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    let events: readonly RegistryEvent[];
    try {
      ({ events } = await registry.changes({ after: String(seq - 1), limit: EVENTS }, signal));
    } catch (error) {
      if (Problem.is(error, 'invalid_request')) return undefined; // the log ends before it
      throw error;
    }
    const [first, ...later] = events;
    if (first?.seq !== seq || first.hash !== hash) return undefined;
    for (const event of later) {
      if (event.previousHash !== hash || !takeIn(event, prompts)) return undefined;
      ({ seq, hash } = event);
    }
    if (events.length < EVENTS) return { url: known.url, seq, hash, prompts };
  }
  return undefined;
}

/** @returns true if the event could be applied */
function takeIn(event: RegistryEvent, prompts: Map<PromptName, RegistryPrompt>): boolean {
  const { prompt, version } = event;
  if (event.kind === 'version.published') {
    if (prompt === undefined || version === undefined) return false;
    const known = prompts.get(prompt);
    if (known !== undefined && known.newest.version >= version) return true;
    const { digest, bytes } = event.data as { digest: Digest; bytes: number };
    prompts.set(prompt, promptOf(prompt, known?.archived ?? false, { version, digest, bytes }));
  } else if (event.kind === 'prompt.archived' || event.kind === 'prompt.restored') {
    const known = prompt === undefined ? undefined : prompts.get(prompt);
    if (prompt === undefined || known === undefined) return false;
    prompts.set(prompt, { ...known, archived: event.kind === 'prompt.archived' });
  }
  return true;
}

function promptOf(
  name: PromptName,
  archived: boolean,
  { version, digest, bytes }: { version: VersionNumber; digest: Digest; bytes?: number },
): RegistryPrompt {
  return { name, archived, newest: { prompt: name, version, digest, ...(bytes !== undefined && { bytes }) } };
}

type Row = [name: PromptName, version: VersionNumber, digest: Digest, bytes: number, archived: 0 | 1];

function text({ url, seq, hash, prompts }: Listing): string {
  const rows = [...prompts.values()].map(
    ({ name, archived, newest: { version, digest, bytes = 0 } }): Row => [
      ...([name, version, digest, bytes, archived ? 1 : 0] as Row),
    ],
  );
  return JSON.stringify({ format: FORMAT, url, seq, hash, rows });
}

/**
 * Validates the cached list, because somebody else may have put it there, and its names become paths.
 * @throws Error if it is invalid
 */
function parse(bytes: Uint8Array | undefined): Listing | undefined {
  if (bytes === undefined) return undefined;
  const { format, url, seq, hash, rows } = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (format !== FORMAT) return undefined;
  const prompts = (rows as Row[]).map(
    ([name, version, digest, bytes, archived]): [PromptName, RegistryPrompt] => {
      if (!isPromptName(name) || !isVersionNumber(version) || !isDigest(digest) || typeof bytes !== 'number')
        throw new Error('No such prompt was listed.');
      return [name, promptOf(name, archived === 1, { version, digest, bytes })];
    },
  );
  return { url, seq, hash, prompts: new Map(prompts) };
}

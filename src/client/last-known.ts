/** The last known state of a registry, kept on disk without any secret, so that a window can start offline. */
import { join } from 'node:path';
import * as z from 'zod';
import { environment } from '../contract/environments.ts';
import { ownersChange } from '../contract/owners.ts';
import { promotion } from '../contract/promotions.ts';
import { promptSummary } from '../contract/prompts.ts';
import { digestOf } from '../core/digest.ts';
import { policyOf } from '../core/environment.ts';
import type { CacheFolder } from './cache-folder.ts';
import { registryFolder } from './registry-files.ts';

const PARTS = {
  environments: z.array(environment.transform(({ name, policy }) => ({ name, policy: policyOf(policy) }))),
  prompts: z.array(promptSummary),
  promotions: z.array(promotion),
  'owners-changes': z.array(ownersChange),
} as const;

export type LastKnownPart = keyof typeof PARTS;
export type LastKnownValue<P extends LastKnownPart> = z.output<(typeof PARTS)[P]>;

/** The limit for one part of one registry, in bytes: enough for a hundred thousand prompts. */
const MAX_BYTES = 64 * 1024 * 1024;

export class LastKnown {
  readonly #folder: CacheFolder;
  /** The digest of the last text that this window wrote, by file. */
  readonly #written = new Map<string, string>();

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  /** Undefined if nothing is stored. Never rejects. */
  async get<P extends LastKnownPart>(part: P, registryUrl: string): Promise<LastKnownValue<P> | undefined> {
    const file = fileOf(part, registryUrl);
    const bytes = await this.#folder.read(file, MAX_BYTES);
    if (bytes === undefined) return undefined;
    try {
      return PARTS[part].parse(JSON.parse(Buffer.from(bytes).toString('utf8'))) as LastKnownValue<P>;
    } catch {
      await this.#folder.drop(file, 'is not what was known of the registry');
      return undefined;
    }
  }

  /** Stores the registry's response unless it is unchanged. Never rejects. */
  async put(part: LastKnownPart, registryUrl: string, known: readonly unknown[]): Promise<void> {
    const text = JSON.stringify(known);
    const file = fileOf(part, registryUrl);
    const digest = digestOf(text);
    if (this.#written.get(file) === digest && (await this.#folder.touch(file))) return;
    if (Buffer.byteLength(text) > MAX_BYTES) return; // a larger list is fetched each time
    this.#written.set(file, digest);
    await this.#folder.write(file, text);
  }
}

function fileOf(part: LastKnownPart, registryUrl: string): string {
  return join(registryFolder(registryUrl), part);
}

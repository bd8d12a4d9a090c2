/** Reads prompts from a bundled snapshot, which has all that an environment served at one time. */
import { asObject, keyOf, promptIn } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import type { Prompt, Wanted } from './types.ts';

export const SNAPSHOT_FORMAT = 'promptforge-snapshot-1';

export interface BundledPrompts {
  /** Returns a prompt; undefined if the snapshot does not have it. `now` is in milliseconds since 1970. */
  find(wanted: Wanted, now: number): Prompt | undefined;
}

const NONE: BundledPrompts = { find: () => undefined };

/** @throws PromptForgeError `invalid_snapshot` if it is malformed, or from another registry or environment */
export function bundledPrompts(snapshot: unknown, url: string, environment: string): BundledPrompts {
  if (snapshot === undefined) return NONE;
  const { format, registry, createdAt, prompts, ...given } = asObject(snapshot);
  const taken = Date.parse(String(createdAt));
  if (format !== SNAPSHOT_FORMAT || !Array.isArray(prompts) || Number.isNaN(taken))
    throw invalid(
      'This is not a snapshot of this release. Make one with "promptforge snapshot -o prompts.json".',
    );
  if (given['environment'] !== environment)
    throw invalid(
      `The snapshot is one of ${given['environment']}, but this client is for ${environment}. Take one with a key of ${environment}.`,
    );
  if (registry !== url)
    throw invalid(
      `The snapshot is of the registry at ${registry}, but "url" is ${url}. Take it from there; if both are one registry, give {...snapshot, registry: url}.`,
    );
  const found = new Map<string, Omit<Prompt, 'age' | 'source'>>();
  for (const each of prompts) {
    const { name, channel, version } = asObject(each) as unknown as Prompt;
    const wanted: Wanted = channel === null ? { name, version } : { name, channel };
    try {
      const delivery = { ...each, environment, template: asObject(each)['text'] };
      found.set(keyOf(wanted), promptIn(delivery, wanted, environment, url));
    } catch (cause) {
      throw invalid(
        `The prompt ${String(name).slice(0, 200)} in the snapshot cannot be read. Create the snapshot again.`,
        cause,
      );
    }
  }
  return {
    find(wanted, now) {
      const prompt = found.get(keyOf(wanted));
      return prompt && { ...prompt, age: Math.max(0, now - taken) / 1000, source: 'bundled' };
    },
  };
}

function invalid(message: string, cause?: unknown): PromptForgeError {
  return new PromptForgeError('invalid_snapshot', message, {}, { cause });
}

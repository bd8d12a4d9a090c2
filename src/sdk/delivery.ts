/** Parses a registry's delivery defensively: a response that does not match is never used as a prompt's text. */
import { MAX_NAME_LENGTH, NAME_PATTERN } from '../core/name.ts';
import type { Entry } from './entries.ts';
import { PromptForgeError } from './errors.ts';
import type { Metadata, Prompt, Wanted } from './types.ts';

/** A prompt's key in memory: `name` for `stable`, `name?channel` for another channel, or `name@version`. */
export function keyOf({ name, channel = 'stable', version }: Wanted): string {
  return version === undefined ? (channel === 'stable' ? name : `${name}?${channel}`) : `${name}@${version}`;
}

/**
 * Validates a request; the registry checks names more strictly. A channel or version that is null counts as not given.
 * @throws PromptForgeError `invalid_name`
 */
export function wantedOf(name: string, options: Omit<Wanted, 'name'> | null | undefined): Wanted {
  const channel = options?.channel ?? undefined;
  const version = options?.version ?? undefined;
  const why =
    typeof name !== 'string' || name.length > MAX_NAME_LENGTH || !NAME_PATTERN.test(name)
      ? 'This is not a prompt name. Use segments of letters, digits, "_", "." and "-" between slashes, such as "support/triage".'
      : channel !== undefined && version !== undefined
        ? 'Request a channel or a version, not both.'
        : channel !== undefined && !/^[a-z][a-z0-9-]{0,31}$/.test(channel)
          ? 'A channel is "stable", "latest" or another name in lower case.'
          : version !== undefined && !(Number.isSafeInteger(version) && version > 0)
            ? 'A version is a whole number from 1.'
            : undefined;
  if (why !== undefined) throw new PromptForgeError('invalid_name', why);
  return { name, channel, version };
}

/** The path of the request. Names need no percent-encoding. */
export function pathOf({ name, channel = 'stable', version }: Wanted): string {
  const query =
    version === undefined ? (channel === 'stable' ? '' : `?channel=${channel}`) : `?version=${version}`;
  return `/v1/prompts/${name}${query}`;
}

/**
 * Returns the prompt in a delivery, deeply frozen.
 * @throws PromptForgeError `wrong_environment`, or `not_a_registry` if it is not the requested delivery
 */
export function promptIn(
  delivery: unknown,
  wanted: Wanted,
  environment: string,
  url: string,
): Entry['prompt'] {
  const { name, version, reference, digest, channel, template, metadata, ...given } = asObject(delivery);
  if (typeof given['environment'] === 'string' && given['environment'] !== environment)
    throw new PromptForgeError(
      'wrong_environment',
      `${url} answers for ${given['environment'].slice(0, 40)}, but this client is for ${environment}. Give it a key of ${environment}.`,
    );
  const fits =
    given['environment'] === environment &&
    name === wanted.name &&
    typeof version === 'number' &&
    (wanted.version ?? version) === version &&
    reference === `${wanted.name}@${version}` &&
    channel === (wanted.version === undefined ? (wanted.channel ?? 'stable') : null) &&
    typeof digest === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(digest) &&
    typeof template === 'string' &&
    isMetadata(metadata);
  if (!fits)
    throw new PromptForgeError(
      'not_a_registry',
      `The response from ${url} is not a delivery of ${wanted.name}. Check "url", and whether a proxy changes responses.`,
    );
  return frozen({
    name,
    version,
    reference,
    digest,
    channel,
    environment,
    text: template,
    metadata,
  } as unknown as Entry['prompt']);
}

/** The metadata of a text without declarations, such as a fallback. */
export const NO_METADATA: Metadata = frozen({
  config: {},
  input: { schema: null, default: {} },
  ext: {},
  raw: {},
});

/** @param now on the client's clock */
export function promptOf(entry: Entry, source: Prompt['source'], now: number): Prompt {
  const { prompt, checkedAt } = entry;
  return {
    text: prompt.text,
    name: prompt.name,
    version: prompt.version,
    reference: prompt.reference,
    digest: prompt.digest,
    channel: prompt.channel,
    environment: prompt.environment,
    metadata: prompt.metadata,
    age: (now - checkedAt) / 1000,
    source,
  };
}

export function isMetadata(value: unknown): value is Metadata {
  const { config, input, ext, raw } = asObject(value);
  return [config, input, ext, raw, asObject(input)['default']].every(isObject);
}

export function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deeply frozen: callers share the object. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}

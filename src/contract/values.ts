/** The basic values of the API, each parsed once at the edge into its own type. */
import * as z from 'zod';
import { CHANNEL_PATTERN, type Channel, LATEST } from '../core/channel.ts';
import { DIGEST_PATTERN, type Digest } from '../core/digest.ts';
import { ENVIRONMENT_PATTERN, type EnvironmentName } from '../core/environment.ts';
import { isWritableInstant } from '../core/instant.ts';
import { MAX_NAME_LENGTH, NAME_PATTERN, type PromptName, validatePromptName } from '../core/name.ts';
import { MAX_ACTOR_LENGTH, validateActor } from '../core/person.ts';
import { ROLES } from '../core/role.ts';
import type { VersionNumber } from '../core/version.ts';
import { isBlank, unlessBlank } from '../core/visible-text.ts';

/** Gives the output of a schema its own type. A transform of zod would have no JSON Schema. */
function as<Out>(schema: z.ZodType): z.ZodType<Out, Out> {
  return schema as unknown as z.ZodType<Out, Out>;
}

/** The message for an invalid name of an environment or a channel. */
const SHORT_NAME = 'Use a–z, 0–9 and "-", beginning with a letter, at most 32 characters.';

export const promptName = as<PromptName>(
  z
    .string()
    .max(MAX_NAME_LENGTH, { abort: true, error: invalidNameMessage })
    .regex(NAME_PATTERN, { abort: true, error: invalidNameMessage })
    .superRefine((text, context) => {
      const why = validatePromptName(text);
      if (why !== undefined) context.addIssue({ code: 'custom', message: why });
    })
    .meta({
      id: 'PromptName',
      description:
        'One to eight segments joined by "/", such as support/triage. Case-sensitive, but a name, or a folder in it, that differs from another only by case is refused.',
    }),
);

function invalidNameMessage({ input }: { readonly input?: unknown }): string | undefined {
  return typeof input === 'string' ? validatePromptName(input) : undefined;
}

export const versionNumber = as<VersionNumber>(
  z.int().min(1).meta({ id: 'VersionNumber', description: '1, 2, 3 … per prompt.' }),
);

export const digest = as<Digest>(
  z
    .string()
    .regex(DIGEST_PATTERN, 'A digest is "sha256:" and 64 hexadecimal digits in lower case.')
    .meta({ id: 'Digest', description: 'sha256: and the hex SHA-256 of the exact UTF-8 bytes.' }),
);

export const environmentName = as<EnvironmentName>(
  z
    .string()
    .regex(ENVIRONMENT_PATTERN, SHORT_NAME)
    .meta({ id: 'EnvironmentName', description: 'Such as development, staging, production.' }),
);

export const channel = as<Channel>(
  z
    .string()
    .regex(CHANNEL_PATTERN, SHORT_NAME)
    .meta({ id: 'Channel', description: 'latest, stable, or a pointer of your own such as canary.' }),
);

/** A channel that is a pointer: every one but `latest`. */
export const pointerChannel = as<Channel>(
  z
    .string()
    .regex(CHANNEL_PATTERN, SHORT_NAME)
    .refine(text => text !== LATEST, '"latest" is always the newest version and cannot be promoted.')
    .meta({
      id: 'PointerChannel',
      description: 'stable, or a pointer of your own such as canary; never latest.',
    }),
);

export const role = z.enum(ROLES).meta({ id: 'Role' });

export const timestamp = z.iso
  .datetime({ offset: true })
  .refine(
    isWritableInstant,
    'It is before the year 0 or after the year 9999 in UTC. Give an instant between them.',
  )
  .meta({ id: 'Timestamp', description: 'RFC 3339; the registry writes UTC with milliseconds.' });

/** A person or a service; names that only older registries accepted are valid, too. */
export const actor = z
  .string()
  .min(1)
  .max(100)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/)
  .meta({ id: 'Actor', description: 'A name such as mara.lindqvist or checkout-service.' });

/** A new actor's name: without invisible characters, so that two different names look different. */
export const newActor = z
  .string()
  .superRefine((text, context) => {
    const why = validateActor(text);
    if (why !== undefined) context.addIssue({ code: 'custom', message: why });
  })
  .meta({
    id: 'NewActor',
    minLength: 1,
    maxLength: MAX_ACTOR_LENGTH,
    description:
      'A name such as mara.lindqvist or checkout-service, without control, line-break or invisible characters.',
  });

/** One or more sentences by a person, or nothing. Without U+0000, which PostgreSQL cannot store. */
export const prose = z
  .string()
  .max(4000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
  .regex(/^[^\u0000]*$/, 'It has the character U+0000. Remove it.');

/** Optional prose. A text without visible characters becomes empty. */
export const optionalProse = prose.overwrite(unlessBlank);

/** Required prose; `why` is the error for text without visible characters. */
export function requiredProse(why: string) {
  return prose.min(1, why).refine(text => !isBlank(text), why);
}

export const cursor = z.string().max(200).meta({ id: 'Cursor', description: 'Opaque: return it unchanged.' });

/** `{data, nextCursor}`; `nextCursor` is null on the last page. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ data: z.array(item), nextCursor: cursor.nullable() });
}

/** A whole number in a query, within limits. */
export function queryNumber(minimum: number, maximum: number, fallback: number) {
  return z.coerce.number().int().min(minimum).max(maximum).default(fallback);
}

/** `?cursor=&limit=` of a list. */
export const pageQuery = z.object({ cursor: cursor.optional(), limit: queryNumber(1, 500, 100) });

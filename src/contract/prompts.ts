/** Prompts, their versions and their deliveries to applications. */
import * as z from 'zod';
import { MAX_SOURCE_BYTES } from '../core/source.ts';
import { newOrigin, origin } from './origin.ts';
import {
  actor,
  channel,
  digest,
  environmentName,
  optionalProse,
  page,
  pageQuery,
  promptName,
  prose,
  timestamp,
  versionNumber,
} from './values.ts';

/** The version that a channel points to in one environment. */
export const pointer = z
  .object({
    environment: environmentName,
    channel,
    version: versionNumber,
    promotedAt: timestamp,
    promotedBy: actor,
    promotion: z.string(),
  })
  .meta({ id: 'Pointer' });
export type Pointer = z.infer<typeof pointer>;

/** The partial versions that a version was published with, by the reference as written. */
export const partialVersions = z
  .record(z.string(), z.object({ prompt: promptName, version: versionNumber }))
  .meta({ id: 'PartialVersions' });

export const versionSummary = z
  .object({
    prompt: promptName,
    version: versionNumber,
    digest,
    base: versionNumber.nullable(),
    message: prose,
    author: actor,
    publishedAt: timestamp,
    bytes: z.int().min(0),
    partials: partialVersions,
    origin: origin.optional(),
  })
  .meta({ id: 'VersionSummary' });
export type VersionSummary = z.infer<typeof versionSummary>;

export const version = versionSummary.extend({ source: z.string() }).meta({ id: 'Version' });
export type Version = z.infer<typeof version>;

export const promptSummary = z
  .object({
    name: promptName,
    archived: z.boolean(),
    newest: versionSummary,
    pointers: z.array(pointer),
    /** Partials with a newer version than the one that the newest version was published with. */
    outdatedPartials: z.array(z.object({ prompt: promptName, used: versionNumber, newest: versionNumber })),
  })
  .meta({ id: 'PromptSummary' });
export type PromptSummary = z.infer<typeof promptSummary>;

export const promptListQuery = pageQuery.extend({
  prefix: z.string().max(200).optional(),
  /** `true` also lists archived prompts. */
  archived: z.enum(['true', 'false']).default('false'),
});
export const promptPage = page(promptSummary).meta({ id: 'PromptPage' });
export const versionPage = page(versionSummary).meta({ id: 'VersionPage' });

/** The schema has no maximum, because a source of more than 1 MiB is rejected with 413 instead of 422. */
export const publishRequest = z
  .object({
    source: z.string().meta({ description: `At most ${MAX_SOURCE_BYTES} UTF-8 bytes.` }),
    message: optionalProse,
    base: versionNumber
      .nullable()
      .meta({ description: 'The version the edit started from; null for a new prompt.' }),
    origin: newOrigin.optional(),
  })
  .meta({ id: 'PublishRequest' });
export type PublishRequest = z.infer<typeof publishRequest>;

export const publishQuery = z.object({
  dryRun: z.enum(['true', 'false']).default('false').meta({
    description: '`true`: makes every check of a publication, but writes nothing.',
  }),
});
export const publishResponse = version
  .extend({
    wouldCreate: z.boolean().optional().meta({
      description:
        'Only for a dry run: whether publishing would create this version; false if the newest is identical.',
    }),
  })
  .meta({ id: 'Publication' });

export const batchRequest = z
  .object({ refs: z.array(z.string().max(220)).min(1).max(500) })
  .meta({ id: 'BatchRequest' });
/** The maximum size of the versions in one batch response, in bytes: sources, messages, partials and origins. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;
export const batchResponse = z
  .object({
    data: z.array(version),
    missing: z.array(z.string()).meta({ description: 'References of versions that do not exist.' }),
    remaining: z.array(z.string()).default([]).meta({
      description:
        'References that did not fit: request them in the next call, until none remains. Each response has at least one version.',
    }),
  })
  .meta({ id: 'BatchResponse' });

/** A side of a diff: a version number, or `channel@environment`. */
export const diffQuery = z.object({ from: z.string().max(80), to: z.string().max(80) });
/** `from` or `to` is null if that side does not use the partial. */
export const diffPart = z
  .object({
    kind: z.enum(['prompt', 'partial', 'resolved']),
    from: z.string().nullable(),
    to: z.string().nullable(),
    diff: z.string().meta({
      description: 'A unified diff; empty if two versions of a partial have the same text.',
    }),
  })
  .meta({ id: 'DiffPart' });
export type DiffPart = z.infer<typeof diffPart>;
export const inputChange = z
  .object({
    name: z.string(),
    change: z.enum(['added', 'removed', 'required', 'type']),
    breaking: z.boolean().meta({
      description:
        'Whether unchanged applications get an error, a gap in the text, or have their input ignored.',
    }),
    declared: z
      .boolean()
      .meta({ description: 'Whether the schema declares it; otherwise only the text reads it.' }),
    from: z.string().nullable().meta({ description: 'Its type before, such as "string".' }),
    to: z.string().nullable(),
  })
  .meta({ id: 'InputChange' });
export const diffResponse = z
  .object({
    prompt: promptName,
    from: versionSummary,
    to: versionSummary,
    diff: z.string().meta({ description: 'The diffs of all parts, concatenated.' }),
    parts: z.array(diffPart),
    inputs: z
      .array(inputChange)
      .meta({ description: 'Differences between the inputs that callers provide.' }),
  })
  .meta({ id: 'Diff' });

export const archiveRequest = z.object({ reason: optionalProse.default('') }).meta({ id: 'ArchiveRequest' });

/** `?channel=` or `?version=`, not both. */
export const deliveryQuery = z.object({
  channel: channel.optional(),
  version: z.coerce.number().int().min(1).optional(),
});

const tool = z
  .object({
    name: z.string(),
    description: z.string().optional(),
    inputSchema: z.record(z.string(), z.unknown()).optional(),
    outputSchema: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({
    id: 'Tool',
    description: 'A declared tool, with its schemas as JSON Schema. A tool with only a name has neither.',
  });

export const promptMetadata = z
  .object({
    model: z.string().optional(),
    description: z.string().optional(),
    config: z.record(z.string(), z.unknown()),
    input: z.object({
      schema: z.record(z.string(), z.unknown()).nullable(),
      default: z.record(z.string(), z.unknown()),
    }),
    output: z.unknown().optional(),
    tools: z.array(tool).optional(),
    ext: z.record(z.string(), z.record(z.string(), z.unknown())).meta({
      description: 'Front matter keys with a dot, by the part before the last dot.',
    }),
    raw: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The whole front matter as written: tools, variants, your own keys.' }),
  })
  .meta({ id: 'PromptMetadata' });

/** The version that an application got, and through which channel; `channel` is null for an exact version. */
const served = {
  name: promptName,
  version: versionNumber,
  reference: z.string(),
  digest,
  environment: environmentName,
  channel: channel.nullable(),
};

export const delivery = z
  .object({
    ...served,
    template: z.string(),
    metadata: promptMetadata,
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof delivery>;

const part = z.union([
  z.looseObject({ text: z.string() }),
  z.looseObject({ media: z.looseObject({ url: z.string(), contentType: z.string().optional() }) }),
  z.looseObject({ data: z.record(z.string(), z.unknown()) }),
  z.looseObject({ toolRequest: z.looseObject({ name: z.string() }) }),
  z.looseObject({ toolResponse: z.looseObject({ name: z.string() }) }),
  z.looseObject({ metadata: z.record(z.string(), z.unknown()) }),
]);
/** The roles that Dotprompt defines. */
const MESSAGE_ROLES = ['system', 'user', 'model', 'tool'] as const;

export const message = z
  .looseObject({
    role: z.enum(MESSAGE_ROLES, {
      error: 'A role is "system", "user", "model" or "tool". For "assistant" write "model".',
    }),
    content: z.array(part),
    metadata: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Message' });

export const renderRequest = z
  .object({
    input: z.record(z.string(), z.unknown()).default({}),
    channel: channel.optional(),
    version: versionNumber.optional(),
    messages: z.array(message).max(1000).optional(),
    context: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'The values of `{{@name}}`, by name, such as `{"auth": {"email": …}}`.' }),
    strict: z.boolean().default(false).meta({
      description:
        'Also reject an input that does not match its schema (`invalid_input`), and undeclared variables that the input lacks.',
    }),
  })
  .meta({ id: 'RenderRequest' });

export const renderResponse = z
  .object({
    ...served,
    messages: z.array(message),
    // A registry of an earlier release does not return it.
    metadata: promptMetadata.default({ config: {}, input: { schema: null, default: {} }, ext: {}, raw: {} }),
  })
  .meta({ id: 'RenderResponse' });

/** The OpenAPI 3.1 document, generated from the routes and their schemas. */
import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiParameters,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi';
import { PROBLEM_CODES } from '../core/problem.ts';
import { maxBodyBytes, shownBytes } from './body-limits.ts';
import { EXAMPLES } from './examples.ts';
import { API_VERSION, HEADER } from './headers.ts';
import { problemExample } from './problem-examples.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEM_STATUS, PROBLEM_TITLE, problemDocument } from './problems.ts';
import { PATH_PARAMETERS, problemsOf, ROUTES, type Route } from './routes.ts';

/** The rules for every call; `RULES` has those of single calls. */
const DESCRIPTION = `Prompts, their versions and what is live in each environment.

A key acts in its own environment only and is sent as \`Authorization: Bearer pf_<environment>_<id>_<secret>\`.
A path has a prompt's name with its slashes; what belongs to the prompt follows \`/-/\`.
Unknown fields and parameters are refused with their JSON pointer in \`fields\`.
Errors are RFC 9457 problem documents; \`code\` is one of a closed list. Lists answer \`{data, nextCursor}\`; cursors are opaque.
Times are RFC 3339 UTC with milliseconds. Every answer has the header \`${HEADER.api}: ${API_VERSION}\`.`;

const RULES: Partial<Record<keyof typeof ROUTES, string>> = {
  deliver:
    'The environment of the key decides what may be read: its policy lists the channels it serves and whether any version may be pinned or only those that were live in it, for every role alike. Without "channel" and "version", the channel is stable.',
  langfusePrompt:
    "For Langfuse clients: the key is their secret key, and any text their public key. The rules are those of delivery. A prompt that Langfuse's substitution of {{variable}} would render differently from this registry is refused (406), with the place. Problems also have the field message, which these clients show.",
  publish:
    'Partials are resolved to their newest versions and recorded, so a version never changes. A source that equals the newest version, with the same partials, returns that version (200), whatever "base" says. With ?dryRun=true nothing is written: errors are the same, and otherwise 200 has the version that would be published now. The Idempotency-Key is then ignored.',
  diff: 'Covers the source, every partial whose version differs, named name@version, and if one does, the resolved text, named name@version (resolved). A side that does not use a partial is /dev/null. With more than some thousand changed lines, the whole text is replaced.',
  getVersion:
    'An author key of an environment without authorsReadDrafts may read what was live there or stable in promoteFrom, and the partials of these (otherwise 403 version_not_released). The same applies to diff, live and comments at a line; in batch such a version is missing.',
  promote:
    'A compare-and-set: "expected" is the current version of the pointer. Needs a key of the environment, with the role approver if it goes live at once. If the policy requires approvals, the request is recorded as pending (202), except for a rollback, unless the policy has rollbackNeedsApproval.',
  approve:
    'Not by the requester nor, unless the policy has authorsMayApprove, by authors of the versions that it changes: of the prompt and of its partials, from the version of the pointer to the requested one.',
  listThreads:
    'A thread is all comments at one line of a version, including those in reviews of promotions. Versions that the key may not read are omitted. A page may be shorter than its limit, or empty, although another follows.',
  addComment:
    'By everyone who may read the version. Another comment at a line reopens a resolved thread. An archived prompt takes no comments (409).',
  editComment:
    'Only by its author. Also for a comment on a pending promotion; once that has ended, its comments cannot change (409).',
  deleteComment:
    'Hides the comment from every list. The text stays in the database of the registry and its backups, where no call reads it, because nothing that proves the log is deleted. Also for a comment on a pending promotion, whose text stays in the log.',
  listComments:
    'Comments at the lines of a version that the key may not read are omitted; the log has the texts as they were first written.',
  comment: 'Only while the promotion is pending (otherwise 409).',
  putEnvironment:
    'An admin sets the policy of their own environment. A new environment may be added by an admin of one that publishes.',
  rotateKey:
    'The new key has the environment, role and actor of the old one, which expires after "overlap" seconds. A revoked or expired key cannot be rotated (409).',
  batch:
    'A response has at most 8 MiB of versions, counting sources, messages and partials in bytes before JSON encoding, and at least one version. "remaining" has the other references: request them in the next call, until it is empty.',
  createWebhook:
    'Events are sent as Standard Webhooks (standardwebhooks.com): POST of {type, timestamp, data}, data being the event as /v1/changes gives it, signed in webhook-signature. With the format slack or teams it is a message for a chat instead, with the reason, the change in a few lines and, where the registry knows its public URL, a link that opens the review in VS Code. What is not answered with 2xx is tried again for three days. The URL is one of HTTPS on the public Internet, unless the registry was told otherwise.',
  archive: 'Needs an admin key of an environment that publishes.',
  restore: 'Needs an admin key of an environment that publishes.',
  openPromotion:
    'Needs and contains no key, and reads nothing: it redirects the browser to vscode://promptforge.promptforge/promotion. Without a public URL, the registry has no such page (404).',
  openVersion: 'As openPromotion, to vscode://promptforge.promptforge/version.',
  openOwners: 'As openPromotion, to vscode://promptforge.promptforge/owners.',
  healthz: 'Returns 503 after a stop signal.',
  readyz: 'Returns 503 while the database is unavailable and after a stop signal.',
  metrics: 'The registry embedded in an editor has none (404).',
  changes:
    'Events exactly as they were hashed: "hash" is sha256: and the hex SHA-256 of previousHash followed by the canonical JSON (RFC 8785) of the event without previousHash and hash.',
};

const DELIVERY_HEADERS = {
  [HEADER.version]: z
    .string()
    .meta({ description: 'Such as support/triage@12: log it with each model call.' }),
  [HEADER.channel]: z.string().optional().meta({ description: 'Absent for an exact version.' }),
  [HEADER.environment]: z.string().meta({ description: 'The environment of the key.' }),
  ETag: z.string().meta({ description: 'Names the representation; begins with the digest of the source.' }),
  'Last-Modified': z.string().meta({ description: 'When the version was published.' }),
  'Cache-Control': z.string(),
};

export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [id, route] of Object.entries(ROUTES) as [keyof typeof ROUTES, Route][]) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operation(id, route);
    paths[route.path] = path;
  }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: { title: 'PromptForge registry', version: `${API_VERSION}`, description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths: paths as ZodOpenApiPathsObject,
    components: {
      examples: Object.fromEntries(PROBLEM_CODES.map(code => [code, { value: problemExample(code) }])),
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'pf_<environment>_<id>_<secret>' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user name; the key as the password.' },
      },
    },
  };
  const made = createDocument(document);
  for (const item of Object.values(made.paths ?? {}))
    for (const each of Object.values(item) as MadeOperation[]) giveExamples(each);
  for (const schema of Object.values(made.components?.schemas ?? {})) sayDefaults(schema as MadeSchema);
  return made;
}

interface MadeSchema {
  readonly properties?: Readonly<Record<string, { default?: unknown; description?: string }>>;
  readonly required?: readonly string[];
}

/** Moves defaults to descriptions: generators such as openapi-typescript treat a property with one as required. */
function sayDefaults({ properties = {}, required = [] }: MadeSchema): void {
  for (const [name, property] of Object.entries(properties)) {
    if (property.default === undefined || required.includes(name)) continue;
    const told = `Default: \`${JSON.stringify(property.default)}\`.`;
    property.description = property.description === undefined ? told : `${property.description} ${told}`;
    delete property.default;
  }
}

/** The part of a generated operation that gets examples: the parameters of its path and query. */
interface MadeOperation {
  readonly operationId: keyof typeof ROUTES;
  readonly parameters?: readonly { readonly in: string; readonly name: string; example?: unknown }[];
}

function giveExamples({ operationId, parameters = [] }: MadeOperation): void {
  const { path, query } = EXAMPLES[operationId];
  for (const parameter of parameters) {
    const values = parameter.in === 'path' ? path : parameter.in === 'query' ? query : undefined;
    if (values !== undefined && parameter.name in values) parameter.example = values[parameter.name];
  }
}

function operation(id: keyof typeof ROUTES, route: Route): ZodOpenApiOperationObject {
  const delivers = id === 'deliver' || id === 'render' || id === 'langfusePrompt';
  const example = EXAMPLES[id];
  const responses: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, { description, json, text }] of Object.entries(route.responses)) {
    const shown = example.responses[Number(status)];
    const content = {
      ...(text !== undefined && { [text]: { schema: z.string(), example: shown?.text } }),
      ...(json !== undefined && { 'application/json': { schema: json, example: shown?.json } }),
    };
    responses[status] = {
      description,
      ...(Object.keys(content).length > 0 && { content }),
      ...(delivers && { headers: z.object(DELIVERY_HEADERS) }),
    };
  }
  return {
    operationId: id,
    summary: route.summary,
    description: [RULES[id], roleSentence(route), bodySentence(id, route)].filter(Boolean).join('\n\n'),
    requestParams: parameters(id, route),
    ...(route.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: route.body, example: example.request } },
      },
    }),
    responses: { ...responses, ...problemResponses(route) } as ZodOpenApiOperationObject['responses'],
    ...(route.takesBasic && { security: [{ basic: [] }, { key: [] }] }),
    ...(route.role === null && { security: route.keyBeyondItsMachine ? [{}, { key: [] }] : [] }),
  };
}

function roleSentence({ role, keyBeyondItsMachine }: Route): string {
  if (keyBeyondItsMachine)
    return 'Needs a key, of any environment and role, if the server listens beyond its own machine.';
  return role === null ? 'Needs no key.' : `Needs a key with the role ${role} or higher.`;
}

function bodySentence(id: keyof typeof ROUTES, { body }: Route): string {
  return body === undefined ? '' : `The body has at most ${shownBytes(maxBodyBytes(id))} (413).`;
}

function parameters(id: keyof typeof ROUTES, route: Route): ZodOpenApiParameters {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(
    ([, name]) => name as keyof typeof PATH_PARAMETERS,
  );
  const path = Object.fromEntries(names.map(name => [name, PATH_PARAMETERS[name]]));
  const idempotencyKey = z.string().min(1).max(255).optional().meta({
    description: 'For 24 hours, repeating the request with the same key returns the first response.',
  });
  return {
    ...(names.length > 0 && { path: z.object(path) }),
    ...(route.query && { query: route.query }),
    ...((id === 'publish' || id === 'promote') && {
      header: z.object({ [HEADER.idempotencyKey]: idempotencyKey }),
    }),
  };
}

/** One response for each status; it names the codes that the status may have. */
function problemResponses(route: Route): Record<string, ZodOpenApiResponseObject> {
  const byStatus = Map.groupBy(new Set(problemsOf(route)), code => PROBLEM_STATUS[code]);
  const responses: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, some] of byStatus) {
    responses[status] = {
      description: some.map(code => `\`${code}\`: ${PROBLEM_TITLE[code]}.`).join(' '),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: problemDocument,
          examples: Object.fromEntries(some.map(code => [code, { $ref: `#/components/examples/${code}` }])),
        },
      },
    };
  }
  return responses;
}

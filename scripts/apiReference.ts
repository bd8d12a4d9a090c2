// Writes docs/api.md, the reference of the REST API, from the contract shared by the server and its clients.
//
//   npm run api-reference

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXAMPLES } from '../src/contract/examples.ts';
import { openApiDocument } from '../src/contract/openapi.ts';
import { problemExample } from '../src/contract/problem-examples.ts';
import { COMMON_PROBLEMS, ROUTES, type Route, type RouteName } from '../src/contract/routes.ts';
import { KEY_PROBLEMS, PROBLEM_CODES } from '../src/core/problem.ts';
import { ROOT } from './projectRoot.ts';

export const API_REFERENCE = join(ROOT, 'docs', 'api.md');

const GROUPS: readonly (readonly [title: string, routes: readonly RouteName[]])[] = [
  ['Applications', ['deliver', 'render', 'deliverAll', 'deliveryChanges', 'currentKey', 'langfusePrompt']],
  [
    'Prompts and versions',
    [
      'listPrompts',
      'getPrompt',
      'publish',
      'listVersions',
      'getVersion',
      'batch',
      'diff',
      'archive',
      'restore',
    ],
  ],
  [
    'Promotions',
    ['promote', 'listPromotions', 'getPromotion', 'approve', 'reject', 'cancel', 'listComments', 'comment'],
  ],
  [
    'Releases',
    ['promoteRelease', 'listReleases', 'getRelease', 'approveRelease', 'rejectRelease', 'cancelRelease'],
  ],
  [
    'Comments',
    ['listThreads', 'addComment', 'editComment', 'deleteComment', 'resolveThread', 'unresolveThread'],
  ],
  ['History and proof', ['search', 'live', 'changes', 'checkpoint', 'consistency']],
  ['Environments', ['listEnvironments', 'putEnvironment']],
  [
    'Owners',
    ['listOwnersChanges', 'getOwners', 'requestOwners', 'approveOwners', 'rejectOwners', 'cancelOwners'],
  ],
  ['Keys', ['listKeys', 'createKey', 'rotateKey', 'revokeKey']],
  ['Webhooks', ['listWebhooks', 'createWebhook', 'removeWebhook']],
  ['Links', ['openPromotion', 'openVersion', 'openOwners']],
  ['The process', ['healthz', 'readyz', 'metrics', 'openapi']],
];

/** The parts of a JSON schema (2020-12) that the reference shows. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: RouteName;
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface ApiDocument {
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The whole reference as Markdown. @throws {Error} if a call belongs to no group */
export function apiReference(): string {
  const { info, paths, components } = JSON.parse(JSON.stringify(openApiDocument())) as ApiDocument;
  const operations = new Map(
    Object.values(paths)
      .flatMap(item => Object.values(item))
      .map(operation => [operation.operationId, operation]),
  );
  const grouped = new Set(GROUPS.flatMap(([, routes]) => routes));
  const left = [...operations.keys()].filter(id => !grouped.has(id));
  if (left.length > 0) throw new Error(`scripts/apiReference.ts has no group for: ${left.join(', ')}.`);
  const calls = GROUPS.map(
    ([title, routes]) =>
      `## ${title}\n\n${routes.map(id => callSection(operations.get(id) as Operation)).join('\n')}`,
  );
  const objects = Object.entries(components.schemas).filter(([, schema]) => schema.properties !== undefined);
  return [
    '# REST API\n\n<!-- Generated from src/contract by `npm run api-reference`. -->\n',
    `${info.description}\n\nA registry serves the same as an OpenAPI 3.1 document at \`/openapi.json\`.\n`,
    problemSection(),
    ...calls,
    `## Objects\n\nA field with \`?\` may be absent.\n\n${objects.map(([name, schema]) => objectSection(name, schema)).join('\n')}`,
  ].join('\n');
}

function problemSection(): string {
  const rows = PROBLEM_CODES.map(code => {
    const { status, title, detail } = problemExample(code);
    return `| \`${code}\` | ${status} | ${title} | ${cell(detail)} |`;
  });
  const everywhere = COMMON_PROBLEMS.map(code => `\`${code}\``).join(', ');
  const withKey = KEY_PROBLEMS.map(code => `\`${code}\``).join(', ');
  return `## Problems

Any call may answer ${everywhere}; one that needs a key also ${withKey}. A call lists its other problems below.

| code | status | title | for example |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function callSection({ operationId, summary, description, parameters = [], requestBody }: Operation): string {
  const route: Route = ROUTES[operationId];
  const body = requestBody?.content['application/json'].schema;
  const problems = route.problems.map(code => `\`${code}\``).join(', ');
  return [
    `### ${route.method} ${route.path}\n`,
    `${summary}.\n`,
    `${description}\n`,
    ...(parameters.length > 0 ? [parameterTable(parameters)] : []),
    ...(body === undefined ? [] : [`Body: ${typeOf(body)}\n`]),
    ...(problems === '' ? [] : [`Problems: ${problems}\n`]),
    exampleOf(operationId, route),
  ].join('\n');
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(
    ({ in: place, name, required, description, schema }) =>
      `| \`${name}\` | ${place}${required ? '' : ', optional'} | ${cell(typeOf(schema))} | ${cell(description ?? schema.description ?? '')} |`,
  );
  return `| parameter | in | type | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function exampleOf(id: RouteName, route: Route): string {
  const { path = {}, query = {}, request, responses } = EXAMPLES[id];
  const filled = route.path.replace(/\{(\w+)\}/g, (_, name: string) => String(path[name]));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  const target = search.size === 0 ? filled : `${filled}?${search}`;
  const asked = [
    `${route.method} ${target} HTTP/1.1`,
    ...(route.role === null ? [] : [authorization(route)]),
    ...(request === undefined ? [] : ['Content-Type: application/json', '', json(request)]),
  ];
  const answers = Object.entries(responses).flatMap(([status, { json: value, text }]) => [
    ...(text === undefined
      ? []
      : [
          fence(
            'http',
            `HTTP/1.1 ${status}\nContent-Type: ${route.responses[Number(status)]?.text}\n\n${text}`,
          ),
        ]),
    ...(value === undefined
      ? []
      : [fence('http', `HTTP/1.1 ${status}\nContent-Type: application/json\n\n${json(value)}`)]),
  ]);
  return [fence('http', asked.join('\n')), ...answers.slice(0, 2)].join('\n');
}

function authorization({ takesBasic }: Route): string {
  return takesBasic
    ? 'Authorization: Basic <base64 of any:pf_<environment>_<id>_<secret>>'
    : 'Authorization: Bearer pf_<environment>_<id>_<secret>';
}

function objectSection(name: string, schema: Schema): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([field, type]) =>
      `| \`${field}\`${required.has(field) ? '' : '?'} | ${cell(typeOf(type))} | ${cell(meaningOf(type))} |`,
  );
  const intro = schema.description === undefined ? '' : `${schema.description}\n\n`;
  return `### ${name}\n\n${intro}| field | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function meaningOf({ description = '', default: preset }: Schema): string {
  const isPlain = preset !== undefined && (typeof preset !== 'object' || preset === null);
  return [description, ...(isPlain ? [`Default: \`${JSON.stringify(preset)}\`.`] : [])].join(' ').trim();
}

/** A type in a few words, such as `Promotion[]` or `string or null`. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${JSON.stringify(value)}\``).join(' or ');
  const some = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (some !== undefined) return [...new Set(some.map(typeOf))].join(' or ');
  if (schema.type === 'array')
    return `array of ${schema.items === undefined ? 'anything' : typeOf(schema.items)}`;
  if (schema.type === 'object' && schema.properties !== undefined)
    return `{ ${Object.entries(schema.properties)
      .map(([name, type]) => `${name}: ${typeOf(type)}`)
      .join('; ')} }`;
  if (typeof schema.additionalProperties === 'object' && Object.keys(schema.additionalProperties).length > 0)
    return `object of ${typeOf(schema.additionalProperties)}`;
  return schema.type === undefined ? 'anything' : [schema.type].flat().join(' or ');
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function fence(language: string, text: string): string {
  return `\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`;
}

/** The text of a table cell: on one line, with `|` escaped. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

if (import.meta.main) await writeFile(API_REFERENCE, apiReference());

/** A client that openapi-typescript and openapi-fetch make of what a registry serves at /openapi.json. */
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { EXAMPLES } from '../../src/contract/examples.ts';
import { ROUTES, type Route, type RouteName } from '../../src/contract/routes.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const GENERATOR = join(ROOT, 'test/generated-client/node_modules/openapi-typescript/bin/cli.js');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const OPTIONS = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', 'node'];

/** Everything that must compile is also run; what must not is marked. */
const PROGRAM = `
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { paths } from './schema.d.ts';

const { URL: baseUrl = '', AUTHOR: author = '', APPROVER: approver = '', READER: reader = '' } = process.env;
const withKey = (key: string) => createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${key}\` } });
const [authors, approvers, readers] = [withKey(author), withKey(approver), withKey(reader)];
const name = 'support/triage';

const published = await authors.POST('/v1/prompts/{name}/-/versions', {
  params: { path: { name } },
  body: { source: 'Sort {{mail}}.', base: null, message: 'The first' },
});
assert.ok(published.data);
const version: number = published.data.version;
const reference = \`\${published.data.prompt}@\${version}\`;

const promoted = await approvers.POST('/v1/prompts/{name}/-/promotions', {
  params: { path: { name } },
  body: { environment: 'development', channel: 'stable', version, expected: null, reason: 'Tested' },
});
assert.ok(promoted.data);
const state: 'pending' | 'planned' | 'applied' | 'rejected' | 'cancelled' | 'superseded' = promoted.data.state;
assert.equal(state, 'applied');

const asText = await readers.GET('/v1/prompts/{name}', { params: { path: { name } }, parseAs: 'text' });
const text: string | undefined = asText.data;
assert.equal(text, 'Sort {{mail}}.');
assert.equal(asText.response.headers.get('PromptForge-Version'), reference);

const whole = await readers.GET('/v1/prompts/{name}', {
  params: { path: { name }, query: { channel: 'stable' } },
  headers: { Accept: 'application/json' },
});
assert.ok(whole.data !== undefined && typeof whole.data !== 'string');
const template: string = whole.data.template;
const model: string | undefined = whole.data.metadata.model;
assert.deepEqual([template, model], ['Sort {{mail}}.', undefined]);

const rendered = await readers.POST('/v1/prompts/{name}/-/render', {
  params: { path: { name } },
  headers: { Accept: 'application/json' },
  body: { input: { mail: 'this' } },
});
assert.ok(rendered.data !== undefined && typeof rendered.data !== 'string');
const role: 'user' | 'model' | 'system' | 'tool' | undefined = rendered.data.messages[0]?.role;
assert.deepEqual([role, rendered.data.messages[0]?.content], ['user', [{ text: 'Sort this.' }]]);

const missing = await readers.GET('/v1/prompts/{name}', { params: { path: { name: 'support/other' } } });
assert.ok(missing.error);
const code: 'prompt_not_found' | string = missing.error.code;
const sentence: string = missing.error.detail;
assert.equal(code, 'prompt_not_found');
assert.match(sentence, /support\\/other/);

const names: string[] = [];
for (let cursor: string | undefined; ; ) {
  const page = await authors.GET('/v1/prompts', { params: { query: { limit: 1, ...(cursor !== undefined && { cursor }) } } });
  assert.ok(page.data);
  names.push(...page.data.data.map(({ name }) => name));
  cursor = page.data.nextCursor ?? undefined;
  if (cursor === undefined) break;
}
assert.deepEqual(names, [name]);
console.log('done');

async function refused() {
  // @ts-expect-error no such path
  await readers.GET('/v1/prompt/{name}', { params: { path: { name } } });
  // @ts-expect-error not by this method
  await readers.DELETE('/v1/prompts/{name}', { params: { path: { name } } });
  // @ts-expect-error no prompt is named
  await readers.GET('/v1/prompts/{name}');
  // @ts-expect-error a version is a number
  await readers.GET('/v1/prompts/{name}', { params: { path: { name }, query: { version: 'newest' } } });
  // @ts-expect-error no such parameter
  await readers.GET('/v1/prompts/{name}', { params: { path: { name }, query: { verison: 1 } } });
  // @ts-expect-error what it replaces must be said
  await authors.POST('/v1/prompts/{name}/-/versions', { params: { path: { name } }, body: { source: '' } });
  // @ts-expect-error a reason is text
  await authors.POST('/v1/prompts/{name}/-/archive', { params: { path: { name } }, body: { reason: 5 } });
  // @ts-expect-error not a code
  if (missing.error?.code === 'prompt_is_not_there') return;
  // @ts-expect-error a success has no code
  published.data?.code;
}
void refused;
`;

/** Each example of the API, given the type that the generator made for its place. */
function examplesAsTyped(): string {
  const lines = ["import type { operations } from './schema.d.ts';"];
  const add = (id: RouteName, place: string, value: unknown) =>
    lines.push(
      `export const _${lines.length}: NonNullable<operations['${id}']${place}>['content']['application/json'] = ${JSON.stringify(value)};`,
    );
  for (const [id, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const { request, responses } = EXAMPLES[id];
    if (request !== undefined) add(id, "['requestBody']", request);
    for (const [status, { json }] of Object.entries(route.responses))
      if (json !== undefined) add(id, `['responses'][${status}]`, responses[Number(status)]?.json);
  }
  assert.ok(lines.length > 40, `there are only ${lines.length} examples`);
  return lines.join('\n');
}

describe('a client that is generated from /openapi.json', () => {
  let registry: RegistryForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    registry = await aRegistry();
    folder = await temporaryFolder();
    await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
    await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
    const { text } = await registry.call('GET', '/openapi.json');
    await writeFile(join(folder.path, 'openapi.json'), text);
    const args = [GENERATOR, 'openapi.json', '--output', 'schema.d.ts'];
    await runCommand(process.execPath, args, { cwd: folder.path });
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const compile = (file: string) =>
    runCommand(
      process.execPath,
      [TSC, ...OPTIONS, '--module', 'nodenext', '--allowImportingTsExtensions', file],
      {
        cwd: folder.path,
      },
    );

  it('compiles where a call can be meant, and only there, and then does what its types say', async () => {
    await writeFile(join(folder.path, 'program.ts'), PROGRAM);
    await compile('program.ts');
    const [AUTHOR, APPROVER, READER] = await Promise.all(
      (['author', 'approver', 'reader'] as const).map(role => registry.key('development', role)),
    );
    const env = { ...process.env, URL: registry.url, AUTHOR, APPROVER, READER };
    await runCommand(process.execPath, ['program.ts'], { cwd: folder.path, env });
  });

  it('has types that every example of the API fits', async () => {
    await writeFile(join(folder.path, 'examples.ts'), examplesAsTyped());
    await compile('examples.ts');
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { typeOfSchema } from '../../src/cli/generate/type-of-schema.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';
import { promptforge, start } from './promptforge.ts';

const TRIAGE = `---
description: Sorts */ mail
input:
  schema:
    mail: string, the text of the mail
    tone?(enum): [warm, formal, 'it''s "both"']
    urgency?: integer
    customer(object):
      name: string
      tags?(array): string
    greeting: string
  default:
    greeting: Hello
output:
  schema:
    queue(enum): [billing, cards]
    reasons(array): string
---
{{greeting}}, sort {{mail}}`;

const REFERRING = `---
input:
  schema:
    type: object
    properties:
      to: { $ref: '#/$defs/person', properties: { extra: { type: string } }, required: [extra] }
    required: [to]
    $defs:
      person: { properties: { name: { type: string }, size: { type: integer } }, required: [name] }
output:
  schema: { type: object, properties: { note: { type: string } } }
---
Dear {{to.name}} {{to.extra}}`;

const USE = `
import { createClient, type Prompt, type PromptClient } from 'promptforge/client';
import { createTestClient } from 'promptforge/testing';
import type { Prompts } from './prompts.gen.ts';
const prompts = createClient<Prompts>({ url: 'https://a.example', key: 'k', environment: 'production' });
const customer = { name: 'Ada' };
export const good = [
  prompts.get('support/triage'),
  prompts.get('free', { fallback: 'x' }),
  prompts.render('free'),
  prompts.render('free', { anything: 1 }),
  prompts.render('optional'),
  prompts.render('optional', undefined, { version: 3 }),
  prompts.render('optional', {}, { fallback: 'x' }),
  prompts.render('support/triage', { mail: 'x', customer }),
  prompts.render('support/triage', { mail: 'x', customer, tone: 'warm', urgency: undefined }, { fallback: 'x' }),
  prompts.render('support/triage', { mail: 'x', customer: { name: 'x', tags: ['a'] as readonly string[] } }),
  prompts.render('support/triage', { mail: 'x', customer, tone: null, urgency: null, greeting: null }),
  prompts.render('referring', { to: { name: 'x', extra: 'y', size: null } }),
  prompts.preload(['support/triage', { name: 'free', version: 2 }]),
];
const output: Prompts['support/triage']['output'] = { queue: 'cards', reasons: ['stolen'] };
const text: Prompts['free']['output'] = 'free';
// As a model writes what is optional, in strict mode.
export const none: Prompts['referring']['output'] = { note: null };
const prompt: Promise<Prompt> = prompts.get('free');
const handed: PromptClient<Prompts> = createTestClient<Prompts>({ free: 'x' });
// @ts-expect-error no such prompt
prompts.get('suport/triage');
// @ts-expect-error no such prompt
prompts.render('suport/triage', {});
// @ts-expect-error no such prompt
prompts.watch('suport/triage', () => {});
// @ts-expect-error no such prompt
prompts.preload(['suport/triage']);
// @ts-expect-error no such prompt
createTestClient<Prompts>({ 'suport/triage': 'x' });
// @ts-expect-error no input
prompts.render('support/triage');
// @ts-expect-error no mail
prompts.render('support/triage', { customer });
// @ts-expect-error no mail, with a fallback as well
prompts.render('support/triage', { customer }, { fallback: 'x' });
// @ts-expect-error not a string
prompts.render('support/triage', { mail: 1, customer });
// @ts-expect-error not one of the values
prompts.render('support/triage', { mail: 'x', customer, tone: 'cold' });
// @ts-expect-error nested: no name, which another key does not make up for
prompts.render('referring', { to: { extra: 'x' } });
// @ts-expect-error nested: no extra
prompts.render('referring', { to: { name: 'x' } });
// @ts-expect-error nested: no name
prompts.render('support/triage', { mail: 'x', customer: {} });
// @ts-expect-error misspelled
prompts.render('support/triage', { mail: 'x', customer, urgncy: 1 });
// @ts-expect-error misspelled
prompts.render('optional', { nam: 'x' });
// @ts-expect-error not one of the values
output.queue = 'other';
export { handed, output, prompt, text };
`;

describe('promptforge generate', () => {
  let registry: RegistryForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const was = { key: process.env['PROMPTFORGE_KEY'], folder: process.cwd() };

  before(async () => {
    registry = await aRegistry();
    folder = await temporaryFolder();
    await writeFile(
      join(folder.path, 'promptforge.json'),
      JSON.stringify({ registry: registry.url, prompts: 'prompts' }),
    );
    await mkdir(join(folder.path, 'prompts', 'support'), { recursive: true });
    await writePrompt('support/triage', TRIAGE);
    await writePrompt('free', 'Any {{thing}}');
    await writePrompt('optional', '---\ninput:\n  schema:\n    name?: string\n---\nHello {{name}}');
    await writePrompt('referring', REFERRING);
    await writePrompt('_part', 'Shared');
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => process.chdir(folder.path));
  afterEach(() => {
    process.chdir(was.folder);
    if (was.key === undefined) delete process.env['PROMPTFORGE_KEY'];
    else process.env['PROMPTFORGE_KEY'] = was.key;
  });
  const writePrompt = (name: string, source: string) =>
    writeFile(join(folder.path, 'prompts', `${name}.prompt`), source);

  /** @throws with what the compiler says */
  async function compile(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    const project = join(folder.path, name);
    await mkdir(project, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(project, file), text);
    const paths = Object.fromEntries(
      ['client', 'testing'].map(each => [`promptforge/${each}`, [join(ROOT, 'src', 'sdk', `${each}.ts`)]]),
    );
    const tsconfig = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { paths, types: [], lib: ['es2024', 'dom'], noUnusedLocals: false },
      include: Object.keys(files),
    };
    await writeFile(join(project, 'package.json'), '{"type": "module"}');
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
    await runCommand(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project]);
  }

  it('writes types with which wrong names and inputs do not compile', async () => {
    const { code, stdout, stderr } = await inProcess(['generate']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ {2}\/\*\* Sorts \*\\\/ mail \*\/$/m);
    assert.doesNotMatch(stdout, /_part/);
    await compile('compiled', { 'prompts.gen.ts': stdout, 'use.ts': USE });
  });

  it('writes types that accept every valid value, and escapes hostile names', async () => {
    const word = fc.oneof(
      fc.constantFrom('a', 'b-c', '__proto__', "it's", '"', '\\', '*/', '`x`', '\u2028', '\n'),
      fc.string({ maxLength: 5 }),
    );
    let made = 0;
    const { pair } = fc.letrec<{ pair: readonly [schema: unknown, value: unknown] }>(tie => ({
      pair: fc.oneof(
        { maxDepth: 3 },
        word.map(text => [{ type: 'string', description: text }, text] as const),
        fc.integer().map(value => [{ type: ['integer', 'null'] }, value] as const),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map(value => [{ type: 'number' }, value] as const),
        fc.tuple(word, fc.boolean()).map(values => [{ enum: [...values, null, 1.5] }, values[0]] as const),
        tie('pair').map(
          ([schema, value]) => [{ $ref: '#/%24defs/x~1y', $defs: { 'x/y': schema } }, value] as const,
        ),
        tie('pair').map(([schema, value]) => [{ anyOf: [{ type: 'null' }, schema] }, value] as const),
        fc.tuple(tie('pair'), tie('pair'), fc.boolean()).map(([first, second, isNull]) => {
          // A reference leads into the whole schema, which must not have another schema of this name.
          const name = `base-${made++}`;
          const $defs = { [name]: { properties: { first: first[0] }, required: ['first'] } };
          const properties = { second: second[0] };
          return [
            { $ref: `#/$defs/${name}`, $defs, properties },
            { first: first[1], second: isNull ? null : second[1] },
          ] as const;
        }),
        fc.array(tie('pair'), { maxLength: 2 }).map(pairs => {
          const [first] = pairs;
          return [{ type: 'array', items: first?.[0] ?? {} }, first === undefined ? [] : [first[1]]] as const;
        }),
        fc.array(fc.tuple(word, tie('pair')), { maxLength: 3 }).map(entries => {
          const of = (index: 0 | 1) => {
            const all = {};
            for (const [name, each] of entries)
              Object.defineProperty(all, name, {
                value: each[index],
                enumerable: true,
                configurable: true,
                writable: true,
              });
            return all;
          };
          return [
            {
              type: 'object',
              properties: of(0),
              required: entries.map(([name]) => name),
              additionalProperties: false,
            },
            of(1),
          ] as const;
        }),
      ),
    }));
    const cases = fc.sample(pair, { numRuns: 60, seed: Number(process.env['PROMPTFORGE_TEST_SEED'] ?? 1) });
    const lines = cases.flatMap(([schema, value], index) =>
      (['input', 'output'] as const).map(direction => {
        const json = JSON.stringify(value).replaceAll('"__proto__":', '["__proto__"]:');
        return `export const ${direction}${index}: ${typeOfSchema(schema, direction)} = ${json};`;
      }),
    );
    await compile('any', { 'any.ts': lines.join('\n') });
  });

  it('limits the types of recursive and exponential schemas', () => {
    const tree = { properties: { children: { type: 'array', items: { $ref: '#' } } } };
    assert.match(typeOfSchema(tree, 'output'), /children\?: Array<\{\n {4}children\?: Array<unknown>/);
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const next = { $ref: `#/$defs/d${index + 1}` };
        return [`d${index}`, { properties: { a: next, b: next }, required: ['a', 'b'] }];
      }),
    );
    assert.ok(typeOfSchema({ $defs, $ref: '#/$defs/d0' }, 'input').length < 2_000_000);
    let deep: unknown = { type: 'string' };
    for (let depth = 0; depth < 20_000; depth += 1) deep = { type: 'array', items: deep };
    assert.match(typeOfSchema(deep, 'input'), /unknown/);
  });

  it('reads live versions with a reader key of the environment', async () => {
    for (const [name, source] of [
      ['support/triage', '---\ninput:\n  schema:\n    live: boolean\n---\nX'],
      ['only-staging', 'Y'],
    ] as const) {
      await registry.publish(name, source, null);
      await registry.promote(name, 1, 'staging');
    }
    await registry.promote('support/triage', 1, 'production');
    process.env['PROMPTFORGE_KEY'] = await registry.key('production', 'reader');
    const live = await inProcess(['generate', '--environment', 'production']);
    assert.equal(live.code, 0, live.stderr);
    assert.match(live.stdout, /'support\/triage': \{\n {4}input: \{\n {6}live: boolean;\n {4}\};/);
    assert.doesNotMatch(live.stdout, /mail|free/);
    assert.match(live.stderr, /free is skipped/);
    const cases: readonly (readonly [args: string, code: number, words: RegExp])[] = [
      ['only-staging --environment production', 1, /only-staging/],
      ['--registry http://127.0.0.1:9', 2, /--environment/],
      ['--environment production --registry http://127.0.0.1:9', 4, /cannot be reached/],
      ['suport/triage', 4, /There is no file .*suport\/triage\.prompt/],
      ['../x', 2, /name|segment/],
      ['--check', 2, /-o <file>/],
      ['--watch', 2, /-o <file>/],
      ['-o a.ts --check --watch', 2, /cannot be combined/],
    ];
    for (const [args, code, words] of cases) {
      const outcome = await inProcess(['generate', ...args.split(' ')]);
      assert.equal(outcome.code, code, `${args}: ${outcome.stderr}`);
      assert.match(outcome.stderr, words);
    }
    // It asks the keychain for a key of staging first.
    const other = await promptforge(['generate', '--environment', 'staging'], { cwd: process.cwd() });
    assert.equal(other.code, 2, other.stderr);
    assert.match(other.stderr, /key is for production/);
  });

  it('names a command that can be repeated, even if only its options name the registry', async () => {
    await using elsewhere = await temporaryFolder();
    process.chdir(elsewhere.path);
    process.env['PROMPTFORGE_KEY'] = await registry.key('staging', 'reader');
    await registry.publish('somewhere', 'X', null);
    await registry.promote('somewhere', 1, 'staging');
    const args = ['generate', 'somewhere', '--environment', 'staging', '-o', 'p.ts'];
    assert.equal((await inProcess([...args, '--registry', `${registry.url}/`])).code, 0);
    const [, command = ''] = /Made by "promptforge (.*?)"/.exec(await readFile('p.ts', 'utf8')) ?? [];
    assert.equal(command, `generate somewhere --environment staging --registry ${registry.url}`);
    assert.equal((await inProcess([...command.split(' '), '-o', 'p.ts', '--check'])).code, 0);
    process.env['PROMPTFORGE_REGISTRY'] = registry.url;
    try {
      assert.equal((await inProcess([...args, '--check'])).code, 0, 'its types are the same');
    } finally {
      delete process.env['PROMPTFORGE_REGISTRY'];
    }
  });

  it('checks a file for CI without writing it', async () => {
    const args = ['generate', '-o', 'checked.gen.ts'];
    const missing = await inProcess([...args, '--check']);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /There is no such file.*Run "promptforge generate -o /);
    assert.equal((await inProcess(args)).code, 0);
    assert.equal((await inProcess([...args, '--check'])).code, 0);
    const text = await readFile('checked.gen.ts', 'utf8');
    await writeFile('checked.gen.ts', text.replaceAll('\n', '\r\n'));
    assert.equal((await inProcess([...args, '--check'])).code, 0, 'as Git may check it out on Windows');
    await writeFile('checked.gen.ts', text.replace('string', 'number'));
    const changed = await inProcess([...args, '--check']);
    assert.equal(changed.code, 1);
    assert.match(changed.stderr, /types of the prompts have changed/);
    assert.notEqual(await readFile('checked.gen.ts', 'utf8'), text);
    await writePrompt('broken', '---\ninput:\n  schema: 7\n---\nX');
    try {
      const broken = await inProcess([...args]);
      assert.equal(broken.code, 3, broken.stderr);
      assert.match(broken.stderr, /broken\.prompt/);
    } finally {
      await rm(join(folder.path, 'prompts', 'broken.prompt'));
    }
  });

  it('watches files and live versions', async () => {
    const declaring = (input: string) => `---\ninput:\n  schema:\n    ${input}: string\n---\n{{${input}}}`;
    await registry.publish('watched', declaring('first'), null);
    await registry.publish('watched', declaring('second'), 1);
    for (const environment of ['staging', 'production']) await registry.promote('watched', 1, environment);
    await registry.publish('watched-late', declaring('late'), null);
    process.env['PROMPTFORGE_KEY'] = await registry.key('production', 'reader');
    for (const name of ['watched', 'watched-late']) await writePrompt(name, 'Here');
    const files = start(['generate', '-o', 'watched-files.ts', '--watch']);
    const live = start(['generate', '-o', 'watched-live.ts', '--environment', 'production', '--watch']);
    const has = (file: string, words: RegExp) =>
      eventually(`${words} in ${file}`, async () => words.test(await readFile(file, 'utf8').catch(() => '')));
    try {
      await Promise.all([has('watched-files.ts', /mail/), has('watched-live.ts', /first: string/)]);
      await writePrompt('watched-b', '---\ninput: [\n---\n');
      await writePrompt('watched-a', declaring('added'));
      await writePrompt('watched-b', declaring('other'));
      for (const environment of ['staging', 'production']) await registry.promote('watched', 2, environment);
      await Promise.all([
        has('watched-files.ts', /added: string[\s\S]*other: string/),
        has('watched-live.ts', /second: string/),
      ]);
      for (const environment of ['staging', 'production'])
        await registry.promote('watched-late', 1, environment);
      await has('watched-live.ts', /second: string[\s\S]*late: string/);
    } finally {
      for (const name of ['watched', 'watched-late', 'watched-a', 'watched-b'])
        await rm(join(folder.path, 'prompts', `${name}.prompt`), { force: true });
      for (const child of [files, live]) child.kill('SIGTERM');
      const codes = await Promise.all([files, live].map(async child => (await once(child, 'close'))[0]));
      if (process.platform !== 'win32') assert.deepEqual(codes, [0, 0]);
    }
  });
});

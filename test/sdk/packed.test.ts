/** The package as it is installed, in an empty folder, used as its documentation says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { buildSdk, sdkSizes } from '../../scripts/buildSdk.ts';
import { npm } from '../../scripts/host/npm.mjs';
import { installOldestNode } from '../../scripts/host/promisedNode.ts';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { PACKAGE_NODE, packNpm } from '../../scripts/npmPackage.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PROGRAM = `
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { attributesOf, createClient, PromptForgeError } from 'promptforge/client';
import { fileStorage } from 'promptforge/client/file';
import { renderPrompt } from 'promptforge/render';
import * as render from 'promptforge/render';
import { chatCompletionParams, responseParams, PromptForgeError as OfAdapter } from 'promptforge/openai';
import { messageParams } from 'promptforge/anthropic';
import { textParams } from 'promptforge/ai';
import { contentParams } from 'promptforge/google';
import { chatModelParams } from 'promptforge/langchain';
import { createTestClient } from 'promptforge/testing';

const [url, key] = process.argv.slice(2);
const options = { url, key, environment: 'production', storage: fileStorage('kept') };
const prompts = createClient(options);
const prompt = await prompts.get('support/triage');
assert.deepEqual([prompt.text, prompt.source], ['Sort {{mail}}.', 'network']);
const rendered = await prompts.render('support/triage', { mail: 'this' });
assert.equal(rendered.text, 'Sort this.');
assert.equal((await prompts.render('support/triage', { mail: 'this' }, { remote: true })).text, 'Sort this.');
assert.equal(renderPrompt(prompt, { mail: 'that' }).text, 'Sort that.');
assert.equal((await prompts.preload(['support/triage'])).length, 1);
assert.equal(attributesOf(prompt)['gen_ai.prompt.version'], '1');
const error = await prompts.get('other').catch(thrown => thrown);
assert.ok(PromptForgeError.is(error, 'prompt_not_found'));
assert.match(inspect(error), /^PromptForgeError: production serves no prompt/);
assert.ok(!inspect(error).includes('undefined'));
assert.throws(() => renderPrompt(prompt, []), PromptForgeError, 'there is one class of errors');
assert.equal(render.PromptForgeError, PromptForgeError);
assert.equal(OfAdapter, PromptForgeError);
const messages = [{ role: 'user', content: 'Sort this.' }];
assert.deepEqual(chatCompletionParams(rendered), { messages });
assert.deepEqual(responseParams(rendered), { input: messages });
assert.deepEqual(contentParams(rendered), { contents: [{ role: 'user', parts: [{ text: 'Sort this.' }] }], config: {} });
assert.deepEqual(chatModelParams(rendered), { messages, tools: [], output: undefined, settings: {} });
assert.deepEqual(messageParams(rendered), { max_tokens: 4096, messages });
assert.deepEqual(textParams(rendered), { messages: [{ role: 'user', content: [{ type: 'text', text: 'Sort this.' }] }] });
assert.equal((await createTestClient({ a: 'Hello {{name}}' }).render('a', { name: 'Ada' })).text, 'Hello Ada');
const stop = prompts.watch('support/triage', () => {});
await new Promise(resolve => setTimeout(resolve, 50));
stop();
const down = createClient({ ...options, fetch: () => Promise.reject(new TypeError('down')), retries: 0 });
assert.equal((await down.get('support/triage')).source, 'stored');
assert.throws(() => new Function('return 1'), EvalError);
console.log('done', rendered.reference);
`;

const TYPED = `
import { createClient, type GetOptions, type Prompt, type PromptClient, PromptForgeError } from 'promptforge/client';
import { renderPrompt } from 'promptforge/render';
import { createTestClient } from 'promptforge/testing';
import { textParams } from 'promptforge/ai';
import { contentParams } from 'promptforge/google';
import { chatModelParams } from 'promptforge/langchain';
import { messageParams } from 'promptforge/anthropic';
import { chatCompletionParams, responseParams } from 'promptforge/openai';
declare const process: { argv: [string, string, string?] };
const prompts: PromptClient = createClient({ url: 'https://a.example', key: async () => 'k', environment: 'production' });
const prompt: Prompt = await prompts.get('a');
const version: number = prompt.version;
const or = await prompts.get('a', { fallback: 'x' });
// @ts-expect-error a fallback has no version
const maybe: number = or.version;
const reference: string | null = or.source === 'fallback' ? null : or.reference;
const text: string = renderPrompt(prompt, { a: 1 }).messages[0]?.content[0]?.text ?? '';
const options: GetOptions & { fallback?: string | undefined } = { fallback: process.argv[2] };
// @ts-expect-error it may be the fallback
const perhaps: number = (await prompts.get('a', options)).version;
// @ts-expect-error it may be the fallback
const perhapsToo: number = (await prompts.render('a', {}, options)).version;
// @ts-expect-error it may be the fallback
const perhapsAgain: number = (await prompts.get('a', { fallback: process.argv[2] })).version;
const pinned: number = (await prompts.get('a', { version: 3, signal: AbortSignal.timeout(1) })).version;
const rendered = await prompts.render('a', {}, { fallback: 'x' });
const logged: string = rendered.source === 'fallback' ? rendered.text : rendered.reference;
const remote = await prompts.render('a', {}, { remote: true });
// Bun's own fetch is a function with methods, which a function of an application has not.
const fetched = async (url: string, init: RequestInit): Promise<Response> => new Response(url + init.method);
createClient({ url: '', key: '', environment: '', fetch: fetched });
createClient({ url: '', key: '', environment: '', fetch });
// @ts-expect-error not an option
createClient({ url: '', key: '', environment: '', tiemout: 1 });
// @ts-expect-error not a code
PromptForgeError.is(remote, 'no_such_code');
const model: string = chatCompletionParams(rendered, { model: true }).model;
const gemini: string = contentParams(remote, { model: true }).model;
const ofChain: string = chatModelParams(remote, { model: true }).settings.model;
const limit: number = messageParams(remote).max_tokens;
const own: 'gpt-5' = textParams(remote, { model: () => 'gpt-5' as const }).model;
// @ts-expect-error it was not asked for
responseParams(remote, { config: true }).model;
export { createTestClient, gemini, limit, logged, model, ofChain, own, maybe, perhaps, perhapsAgain, perhapsToo, pinned, reference, text, version };
`;

describe('the npm package', () => {
  let registry: RegistryForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let installed: string;
  before(async () => {
    if (!existsSync(join(ROOT, 'sdk', 'types'))) await buildSdk();
    registry = await aRegistry();
    await registry.publish('support/triage', 'Sort {{mail}}.', null);
    for (const environment of ['staging', 'production'])
      await registry.promote('support/triage', 1, environment);
    folder = await temporaryFolder();
    installed = join(folder.path, 'node_modules', 'promptforge');
    await mkdir(installed, { recursive: true });
    const tarball = await packNpm(folder.path);
    await runCommand('tar', ['-xf', tarball, '-C', installed, '--strip-components=1']);
    await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('works with only its own files, without eval, and on the oldest supported Node', async () => {
    await writeFile(join(folder.path, 'program.mjs'), PROGRAM);
    const key = await registry.key('production', 'reader');
    const flags = ['--disallow-code-generation-from-strings', '--disable-proto=delete'];
    const args = [...flags, 'program.mjs', registry.url, key];
    for (const node of [process.execPath, await installOldestNode(PACKAGE_NODE)])
      assert.match(await runCommand(node, args, { cwd: folder.path }), /^done support\/triage@1/, node);
  });

  it('shows a message for an uncaught error, not a screen of minified code', async () => {
    const program = `import { createClient } from 'promptforge/client';
await createClient({ url: '${registry.url}', key: 'x', environment: 'production' }).get('support/triage');`;
    await writeFile(join(folder.path, 'careless.mjs'), program);
    const failure = await runCommand(process.execPath, ['careless.mjs'], { cwd: folder.path }).then(
      () => assert.fail('It should fail.'),
      (error: Error) => error.message,
    );
    assert.match(failure, /^PromptForgeError: This is not a PromptForge key/m);
    assert.match(failure, /code: 'key_refused'/);
    const longest = Math.max(...failure.split('\n').map(line => line.length));
    assert.ok(longest < 500, `a line of ${longest} characters`);
  });

  it('has types that need no other package, and refuse mistakes', async () => {
    await writeFile(join(folder.path, 'typed.mts'), TYPED);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--exactOptionalPropertyTypes'];
    const ofNode = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    for (const platform of [
      ['--lib', 'es2022,dom', '--types', ''],
      ['--lib', 'es2022,webworker', '--types', ''],
      ['--lib', 'es2022', ...ofNode],
    ])
      for (const module of [
        ['--module', 'nodenext'],
        ['--module', 'esnext', '--moduleResolution', 'bundler'],
      ]) {
        const args = [tsc, ...options, ...platform, ...module, 'typed.mts'];
        await runCommand(process.execPath, args, { cwd: folder.path });
      }
  });

  it('imports Node modules only in its file storage', async () => {
    const files = (await readdir(join(installed, 'sdk'))).filter(name => name.endsWith('.js'));
    assert.ok(files.length >= 7, files.join());
    for (const file of files) {
      const text = await readFile(join(installed, 'sdk', file), 'utf8');
      const imports = text.matchAll(/\b(?:from|import)\s*\(?\s*"([.@a-z][\w@./:-]*)"/g);
      const asked = [...imports].map(([, name = '']) => name);
      const others = asked.filter(name => !name.startsWith('./'));
      if (file === 'file-storage.js') assert.ok(others.every(name => name.startsWith('node:')));
      else assert.deepEqual(others, [], file);
      assert.ok(!builtinModules.some(name => asked.includes(name)), file);
    }
  });

  it('contains the command and the modules, and has no dependencies or install scripts', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    const known = [
      'name',
      'version',
      'description',
      'private',
      'license',
      'type',
      'engines',
      'bin',
      'exports',
    ];
    assert.deepEqual(Object.keys(manifest), known);
    // Some package managers install nothing that names a newer Node than the application has.
    assert.equal(manifest.engines.node, '>=20');
    const files = await readdir(installed);
    assert.deepEqual(files.sort(), ['CHANGELOG.md', 'README.md', 'ci', 'dist', 'package.json', 'sdk']);
    assert.deepEqual((await readdir(join(installed, 'ci'))).sort(), [
      'comment.mjs',
      'gitlab-ci.yml',
      'pull-request.sh',
      'release.sh',
    ]);
    assert.deepEqual((await readdir(join(installed, 'dist'))).sort(), ['cli', 'cli.js']);
    const command = await runCommand(process.execPath, [
      join(installed, manifest.bin.promptforge),
      '--version',
    ]);
    assert.equal(command.trim(), manifest.version);
  });

  it('explains how to install the keychain library to store a key', async () => {
    const key = await registry.key('development', 'author');
    const args = [join(installed, 'dist/cli.js'), 'login', '--registry', registry.url];
    const { promise, resolve } = Promise.withResolvers<string>();
    const child = execFile(process.execPath, args, { cwd: folder.path }, (_, __, stderr) => resolve(stderr));
    child.stdin?.end(key);
    assert.match(
      await promise,
      /The key is valid, but .* is not installed\. Run "npm install --global keytar@.*PROMPTFORGE_KEY_DEVELOPMENT/,
    );
  });

  it('is created by "npm run pack", not by "npm pack"', async () => {
    const project = join(folder.path, 'project');
    await mkdir(join(project, 'scripts'), { recursive: true });
    await cp(join(ROOT, 'scripts/prepack.mjs'), join(project, 'scripts/prepack.mjs'));
    const scripts = { prepack: packageJson.scripts.prepack, pack: 'node -e ""' };
    await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'a', version: '1.0.0', scripts }));
    await npm(['run', 'pack'], { cwd: project });
    await assert.rejects(npm(['pack', '--dry-run'], { cwd: project }), /npm run pack/);
  });

  it('is within its size limits', async () => {
    const { client = Number.NaN, render = Number.NaN } = await sdkSizes();
    assert.ok(client <= 8 * 1024 && render <= 40 * 1024, `${client}, ${render}`);
  });
});

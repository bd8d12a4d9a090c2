import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchServed, servedPrompts } from '../../src/cli/served-prompts.ts';
import type { Channel } from '../../src/core/channel.ts';
import { createClient, PromptForgeError } from '../../src/sdk/client.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';

describe('promptforge snapshot', () => {
  let registry: RegistryForTest;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let key: string;
  const was = { key: process.env['PROMPTFORGE_KEY'], folder: process.cwd() };

  before(async () => {
    registry = await aRegistry();
    folder = await temporaryFolder();
    for (const name of ['support/triage', 'billing/fees', 'draft']) {
      await registry.publish(name, `---\nmodel: acme/small\n---\nText of ${name}`, null);
      if (name === 'draft') continue;
      for (const environment of ['staging', 'production']) await registry.promote(name, 1, environment);
    }
    key = await registry.key('production', 'reader');
    for (const name of ['support/triage', 'billing/fees', 'draft', 'support/_part']) {
      await mkdir(join(folder.path, 'prompts', name, '..'), { recursive: true });
      await writeFile(join(folder.path, 'prompts', `${name}.prompt`), 'Edited');
    }
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    process.env['PROMPTFORGE_KEY'] = key;
  });
  afterEach(() => {
    process.chdir(was.folder);
    if (was.key === undefined) delete process.env['PROMPTFORGE_KEY'];
    else process.env['PROMPTFORGE_KEY'] = was.key;
  });

  it('writes the prompts of the working copy that a reader key may read, for a client that starts offline', async () => {
    process.chdir(folder.path);
    await writeFile('promptforge.json', JSON.stringify({ registry: registry.url, prompts: 'prompts' }));
    const { code, stdout, stderr } = await inProcess(['snapshot', '-o', 'prompts.json']);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    assert.match(stderr, /draft is skipped: .*\n2 of 3 prompts of production are in .*prompts\.json/);
    const text = await readFile('prompts.json', 'utf8');
    assert.ok(!text.includes('pf_'));
    const prompts = createClient({
      url: registry.url,
      key,
      environment: 'production',
      snapshot: JSON.parse(text),
      retries: 0,
      fetch: () => Promise.reject(new TypeError('The registry is down')),
    });
    const { source, reference, text: given, metadata } = await prompts.get('support/triage');
    assert.deepEqual(
      [source, reference, given, metadata.model],
      ['bundled', 'support/triage@1', 'Text of support/triage', 'acme/small'],
    );
  });

  it('writes the named prompts and versions, to stdout without a file', async () => {
    const args = ['snapshot', 'support/triage', 'billing/fees@1', '--registry', `${registry.url}/`];
    const { code, stdout, stderr } = await inProcess(args);
    assert.equal(code, 0, stderr);
    const { prompts, environment, registry: url } = JSON.parse(stdout);
    assert.deepEqual([environment, url], ['production', registry.url]);
    assert.deepEqual(
      prompts.map(({ reference, channel }: { reference: string; channel: string | null }) => [
        reference,
        channel,
      ]),
      [
        ['billing/fees@1', null],
        ['support/triage@1', 'stable'],
      ],
    );
  });

  it('fails and writes nothing if a named prompt is not available', async () => {
    process.chdir(folder.path);
    const output = join(folder.path, 'none.json');
    const from = ['--registry', registry.url, '-o', output];
    const cases: readonly (readonly [args: readonly string[], code: number, words: RegExp, key?: string])[] =
      [
        [['support/triage', 'draft', ...from], 1, /serves no prompt "draft"/],
        [['../a', ...from], 2, /segment|name/],
        [['support/triage@x', ...from], 2, /version number/],
        [['support/triage', '--registry', 'http://127.0.0.1:9', '-o', output], 4, /cannot be reached: /],
        [
          ['support/triage', '--registry', registry.url.replace('http:', 'https:'), '-o', output],
          4,
          /cannot be reached: what answers there does not speak TLS \(ERR_SSL_[A-Z_]+\)\. /,
        ],
        [['support/triage', '--registry', 'ftp://x', '-o', output], 2, /url/],
        [['support/triage', ...from], 2, /PROMPTFORGE_KEY/, ' '],
        [['support/triage', ...from], 2, /must look like/, 'pf_production'],
        [
          ['support/triage', '--registry', registry.url, '-o', join(folder.path, 'prompts')],
          4,
          /cannot be written/,
        ],
      ];
    for (const [args, code, words, own] of cases) {
      if (own !== undefined) process.env['PROMPTFORGE_KEY'] = own;
      const outcome = await inProcess(['snapshot', ...args]);
      assert.equal(outcome.code, code, `${args.join(' ')}: ${outcome.stderr}`);
      assert.match(outcome.stderr, words);
      process.env['PROMPTFORGE_KEY'] = key;
    }
    assert.ok(!(await readdir(folder.path)).includes('none.json'));
  });

  it('reports a registry that does not answer, with advice for a command', async () => {
    const { fetch } = globalThis;
    const late = 'It did not answer. Check the network, or raise "timeout".';
    globalThis.fetch = () => Promise.reject(new PromptForgeError('timeout', late));
    try {
      const outcome = await inProcess(['snapshot', 'support/triage', '--registry', registry.url]);
      assert.equal(outcome.code, 4);
      assert.ok(outcome.stderr.includes(`${registry.url} did not answer within 30 s.`), outcome.stderr);
      assert.doesNotMatch(outcome.stderr, /raise/);
    } finally {
      globalThis.fetch = fetch;
    }
  });

  it('uses singular and plural correctly', async () => {
    const output = join(folder.path, 'one.json');
    const args = ['support/triage', '--registry', registry.url, '-o', output];
    const { stderr } = await inProcess(['snapshot', ...args]);
    assert.match(stderr, /^1 of 1 prompt of production is in /m);
  });

  it('reads the key from a file, and requires a working copy or names', async () => {
    const file = join(folder.path, 'key');
    await writeFile(file, `${key}\n`);
    delete process.env['PROMPTFORGE_KEY'];
    const named = await inProcess([
      'snapshot',
      'support/triage',
      '--registry',
      registry.url,
      '--key-file',
      file,
    ]);
    assert.equal(named.code, 0, named.stderr);
    for (const [environment, code, words] of [
      ['prodution', 1, /for production, but --environment is prodution\. Did you mean "production"\?/],
      ['staging', 2, /for production, but --environment is staging\. Give a reader key of staging\./],
    ] as const) {
      const from = ['--registry', registry.url, '--key-file', file, '--environment', environment];
      const other = await inProcess(['snapshot', 'support/triage', ...from]);
      assert.equal(other.code, code, other.stderr);
      assert.match(other.stderr, words);
    }
    process.chdir('/');
    const nowhere = await inProcess(['snapshot', '--registry', registry.url, '--key-file', file]);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /Name the prompts/);
  });

  it('reads the key from the variable of the environment, like other commands', async () => {
    const own = { PROMPTFORGE_KEY_PRODUCTION: key, PROMPTFORGE_REGISTRY: registry.url };
    const taken = async (env: Record<string, string>, ...args: string[]) => {
      delete process.env['PROMPTFORGE_KEY'];
      Object.assign(process.env, env);
      try {
        return await inProcess([...args, 'support/triage']);
      } finally {
        for (const name of Object.keys(env)) delete process.env[name];
      }
    };
    const staging = await registry.key('staging', 'reader');
    const both = { ...own, PROMPTFORGE_KEY_STAGING: staging };
    for (const outcome of [
      await taken(own, 'snapshot'),
      await taken(both, 'snapshot', '--environment', 'production'),
      await taken({ ...own, PROMPTFORGE_KEY: staging }, 'snapshot', '--environment', 'production'),
    ]) {
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.equal(JSON.parse(outcome.stdout).environment, 'production');
    }
    const typed = await taken(both, 'generate', '--environment', 'production');
    assert.match(typed.stdout, /'support\/triage': \{/, typed.stderr);
    const unclear = await taken(both, 'snapshot');
    assert.deepEqual([unclear.code, /--environment staging/.test(unclear.stderr)], [2, true], unclear.stderr);
    const other = await taken({ ...own, PROMPTFORGE_KEY_PRODUCTION: staging }, 'snapshot');
    assert.equal(other.code, 2, other.stderr);
  });

  it('requests a hundred prompts at a time', async () => {
    const asked: string[] = [];
    const fetch = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
      asked.push(new URL(String(url)).pathname);
      const { prompts } = JSON.parse(String(init.body)) as { prompts: readonly { readonly name: string }[] };
      const data = prompts.map(({ name }) => ({
        ...{ status: 200, etag: '"x"', cacheControl: 'private, max-age=5' },
        delivery: {
          ...{ name, version: 1, reference: `${name}@1`, digest: `sha256:${'0'.repeat(64)}` },
          ...{ channel: 'stable', environment: 'production', template: 'x' },
          metadata: { config: {}, input: { schema: null, default: {} }, ext: {}, raw: {} },
        },
      }));
      return Response.json({ data }, { headers: { 'PromptForge-Api': '1' } });
    };
    const names = Array.from({ length: 1250 }, (_, index) => `many/prompt-${index}`);
    const options = { registry: registry.url, channel: 'stable' as Channel };
    const found = await fetchServed(
      await servedPrompts(names, options, { fetch: fetch as typeof globalThis.fetch }),
    );
    assert.equal(found.length, 1250);
    assert.deepEqual(asked, new Array(13).fill('/v1/deliveries'));
  });
});

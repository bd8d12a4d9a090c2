/** Each example: what the model is sent, what is logged, and what happens when the registry fails. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aRegistry, type RegistryForTest } from '../registry/a-registry.ts';
import type { Fault } from '../sdk/a-proxy.ts';
import {
  aPlace,
  type Example,
  type FaultName,
  type Place,
  ranInTime,
  type Story,
  story,
  type Told,
} from './an-example.ts';

const SYSTEM = "Sort the customer's mail into one of the queues cards, fees and loans.";
const MAIL = 'Where is my card?';
const VERSION = 12;
const triage = (version: number) => `---
model: openai/gpt-5-mini
config: { maxOutputTokens: 500 }
input: { schema: { mail: string } }
---
{{role "system"}}
${SYSTEM}${version === VERSION ? '' : ` In version ${version}.`}
{{role "user"}}
{{mail}}
`;
const instructions = (version: number) =>
  `${SYSTEM}${version === VERSION ? '' : ` In version ${version}.`}\n`;

/** Lines of roles leave their line breaks, as Dotprompt has it. */
const MESSAGES = [
  { role: 'system', content: `\n${SYSTEM}\n` },
  { role: 'user', content: `\n${MAIL}` },
];
const PLAIN_MESSAGES = [
  { role: 'system', content: `${SYSTEM}\n` },
  { role: 'user', content: MAIL },
];

interface Tried extends Example {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** In place of JavaScript's codes: what the error says. */
  readonly says?: Readonly<Record<FaultName, RegExp>>;
}

const CODES: Readonly<Record<FaultName, RegExp>> = {
  'status 401': /^key_refused: /,
  'status 404': /^prompt_not_found: /,
  'status 429': /^rate_limited: /,
  'status 503': /^unavailable: /,
  down: /^unreachable: /,
  slow: /^timeout: /,
  'a login page': /^not_a_registry: /,
  'a redirect': /^not_a_registry: /,
};

const EXAMPLES: readonly Tried[] = [
  {
    file: 'openai.mjs',
    env: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/responses',
    body: { model: 'gpt-5-mini', max_output_tokens: 500, input: MESSAGES },
  },
  {
    file: 'grok.mjs',
    env: url => ({ XAI_API_KEY: 'k', XAI_BASE_URL: `${url}/v1` }),
    path: '/v1/chat/completions',
    body: { model: 'grok-4', messages: MESSAGES },
  },
  {
    file: 'groq.mjs',
    env: url => ({ GROQ_API_KEY: 'k', GROQ_BASE_URL: `${url}/v1` }),
    path: '/v1/chat/completions',
    body: { model: 'openai/gpt-oss-120b', messages: MESSAGES },
  },
  {
    file: 'anthropic.mjs',
    env: url => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: url }),
    path: '/v1/messages',
    body: {
      model: 'claude-sonnet-5-5',
      max_tokens: 500,
      system: `\n${SYSTEM}\n`,
      messages: [{ role: 'user', content: `\n${MAIL}` }],
    },
  },
  {
    file: 'google.mjs',
    env: url => ({ GEMINI_API_KEY: 'k', GOOGLE_GEMINI_BASE_URL: url }),
    path: '/v1/models/gemini-3.8-flash:generateContent',
    body: {
      systemInstruction: { role: 'user', parts: [{ text: `\n${SYSTEM}\n` }] },
      generationConfig: {},
      contents: [{ role: 'user', parts: [{ text: `\n${MAIL}` }] }],
    },
  },
  {
    file: 'vercel-ai.mjs',
    env: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/responses',
    body: {
      model: 'gpt-5-mini',
      max_output_tokens: 500,
      input: [
        { role: 'developer', content: `\n${SYSTEM}\n` },
        { role: 'user', content: [{ type: 'input_text', text: `\n${MAIL}` }] },
      ],
    },
  },
  {
    file: 'langchain.mjs',
    env: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/chat/completions',
    body: {
      ...{ model: 'gpt-5-mini', max_completion_tokens: 500, stream: false },
      messages: [{ role: 'developer', content: `\n${SYSTEM}\n` }, MESSAGES[1]],
    },
  },
  {
    file: 'python.py',
    env: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/chat/completions',
    body: { model: 'gpt-5-mini', messages: PLAIN_MESSAGES },
    says: {
      'status 401': /HTTP Error 401/,
      'status 404': /HTTP Error 404/,
      'status 429': /HTTP Error 429/,
      'status 503': /HTTP Error 503/,
      down: /RemoteDisconnected/,
      slow: /timed out/,
      'a login page': /is not a PromptForge registry/,
      'a redirect': /HTTP Error 302/,
    },
  },
  {
    file: 'curl.sh',
    env: url => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/chat/completions',
    body: { model: 'gpt-5-mini', messages: PLAIN_MESSAGES },
    says: {
      'status 401': /status 401/,
      'status 404': /status 404/,
      'status 429': /status 429/,
      'status 503': /status 503/,
      down: /status 000/,
      slow: /status 000/,
      'a login page': /status 200/,
      'a redirect': /status 302/,
    },
  },
];

describe('the examples', () => {
  let registry: RegistryForTest;

  before(async () => {
    registry = await aRegistry();
    for (let version = 1; version <= VERSION; version++) {
      const base = version === 1 ? null : version - 1;
      await registry.publish('support/triage', triage(version), base);
      await registry.publish('support/instructions', instructions(version), base);
    }
    await promote(11);
    await promote(VERSION);
  });
  after(() => registry[Symbol.asyncDispose]());

  async function place(example: Example, stack: AsyncDisposableStack): Promise<Place> {
    return aPlace(example, { url: registry.url, key: await registry.key('production', 'reader') }, stack);
  }

  async function promote(version: number): Promise<void> {
    for (const name of ['support/triage', 'support/instructions'])
      for (const environment of ['staging', 'production']) await registry.promote(name, version, environment);
  }

  for (const example of EXAMPLES) {
    const { file, path, body, says = CODES } = example;
    const name =
      file.startsWith('python') || file.startsWith('curl') ? 'support/instructions' : 'support/triage';

    function assertAnswered(told: Told): void {
      assert.equal(told.failure, undefined);
      assert.equal(told.logged, `${name}@${VERSION} cards`);
      assert.deepEqual(
        told.sent.map(each => each.path),
        [path],
      );
      assert.deepEqual(told.sent[0]?.body, body);
    }

    describe(file, () => {
      let told: Story;
      before(async function () {
        if (!canRun(example)) return this.skip();
        await using stack = new AsyncDisposableStack();
        told = await story(await place(example, stack));
      });

      it('sends the model the prompt, and logs its version', () => {
        assertAnswered(told.first);
        assert.equal(told.first.warned, '');
        assertAnswered(told.again);
        if (says !== CODES)
          assert.match(told.etag ?? '', /^"sha256:/, 'it asks whether anything has changed');
      });

      it('sends the model nothing while no prompt can be had, and says why', () => {
        for (const [fault, { failure, logged, sent }] of told.unknown) {
          assert.match(failure ?? 'It succeeded.', says[fault], fault);
          assert.deepEqual([logged, sent], ['', []], fault);
        }
      });

      it('goes on with the version known last, and says so', () => {
        for (const [fault, run] of told.known) {
          assertAnswered(run);
          assert.ok(run.warned.includes(`${name}@${VERSION} is used`), `${fault}: ${run.warned}`);
        }
      });
    });
  }

  it('are held up by no answer that comes bit by bit, and take no part of one', async () => {
    const cut: Fault = {
      status: 200,
      headers: {
        ...{ 'PromptForge-Api': '1', 'PromptForge-Version': 'support/instructions@13', ETag: '"x"' },
        ...{ 'Content-Length': '1000', Connection: 'close' },
      },
      body: 'Half of',
    };
    for (const example of EXAMPLES.filter(({ file }) => /^(?:openai|python|curl)\./.test(file))) {
      if (!canRun(example)) continue;
      await using stack = new AsyncDisposableStack();
      const { run, proxy } = await place(example, stack);
      await ranInTime(run);
      for (const fault of ['dripping', cut] as const) {
        proxy.fault = fault;
        const { logged, warned } = await run();
        assert.match(logged, new RegExp(`@${VERSION} cards$`), example.file);
        assert.match(warned, /is used/, example.file);
      }
    }
  });

  it('in Python takes no file that it did not write, and bears a clock that was set back', async function () {
    const example = EXAMPLES.find(({ file }) => file === 'python.py');
    if (example === undefined || !canRun(example)) return this.skip();
    await using stack = new AsyncDisposableStack();
    const { run, proxy, folder } = await place(example, stack);
    await ranInTime(run);
    const [name = ''] = await readdir(join(folder, '.promptforge'));
    const file = join(folder, '.promptforge', name);
    const [text, reference, etag, confirmed] = JSON.parse(await readFile(file, 'utf8'));
    const ahead = JSON.stringify([text, reference, etag, confirmed + 3600]);
    for (const kept of ['', '["x', '[]', '{}', '7', 'null', ahead]) {
      await writeFile(file, kept);
      const before = proxy.seen.length;
      assert.match((await run()).logged, new RegExp(`@${VERSION} cards$`), kept);
      assert.equal(proxy.seen.length, before + 1, kept);
    }
    await writeFile(file, ahead);
    proxy.fault = 'killed';
    assert.match((await run()).warned, /is used/);
  });

  it('take nothing that another registry gave, and say what is wrong with a key that is none', async () => {
    for (const example of EXAMPLES.filter(({ file }) => /^(?:openai|python|curl)\./.test(file))) {
      if (!canRun(example)) continue;
      await using stack = new AsyncDisposableStack();
      const { run, runWith, folder } = await place(example, stack);
      assert.match((await ranInTime(run)).logged, new RegExp(`@${VERSION} cards$`), example.file);
      const away = await runWith({ PROMPTFORGE_URL: 'http://127.0.0.1:1' });
      assert.deepEqual([away.logged, away.sent], ['', []], example.file);
      assert.doesNotMatch(away.warned, /is used/, example.file);
      // Where the environment is not the key's to say, what is known is used.
      if (example.file.endsWith('.mjs')) continue;
      const other = await runWith({ PROMPTFORGE_KEY: 'sk-another' });
      assert.deepEqual([other.logged, other.sent], ['', []], example.file);
      assert.match(other.warned, /401/, example.file);
      const names = await readdir(folder, { recursive: true });
      assert.ok(!names.some(name => name.includes('sk-another')), `${example.file}: ${names}`);
    }
  });

  it('take keys of files that end with a line break, and quote none of them', async () => {
    for (const example of EXAMPLES.filter(({ file }) => /^(?:openai|python|curl)\./.test(file))) {
      if (!canRun(example)) continue;
      await using stack = new AsyncDisposableStack();
      const key = await registry.key('production', 'reader', 'of a file');
      const { runWith } = await place(example, stack);
      const told = await runWith({ PROMPTFORGE_KEY: `${key}\r\n`, OPENAI_API_KEY: 'sk-of-a-file\n' });
      assert.ok(!told.warned.includes(key) && !told.warned.includes('sk-of-a-file'), example.file);
      assert.match(told.logged, new RegExp(`@${VERSION} cards$`), `${example.file}: ${told.warned}`);
    }
  });

  it('follow a rollback', async () => {
    for (const example of EXAMPLES.filter(({ file }) => /^(?:openai|python|curl)\./.test(file))) {
      if (!canRun(example)) continue;
      await using stack = new AsyncDisposableStack();
      const { run } = await place(example, stack);
      assert.match((await ranInTime(run)).logged, new RegExp(`@${VERSION} cards$`), example.file);
      await promote(11);
      try {
        const told = await ranInTime(run);
        assert.match(told.logged, /@11 cards$/, example.file);
        assert.match(JSON.stringify(told.sent[0]?.body), /In version 11\./, example.file);
      } finally {
        await promote(VERSION);
      }
    }
  });
});

describe('the folder of examples', () => {
  it('has none that is not tried', async () => {
    const files = await readdir(join(ROOT, 'examples'));
    assert.deepEqual(files.sort(), EXAMPLES.map(({ file }) => file).sort());
  });
});

/** True where this machine has the programs that it is written for. */
function canRun({ file }: Example): boolean {
  const needed = file.endsWith('.py') ? ['python3'] : file.endsWith('.sh') ? ['sh', 'curl', 'jq'] : [];
  try {
    for (const program of needed) execFileSync(program, program === 'sh' ? ['-c', 'true'] : ['--version']);
    return true;
  } catch {
    return false;
  }
}

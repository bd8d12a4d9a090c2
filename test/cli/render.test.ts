/** `promptforge render` on real files. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { renderResponse } from '../../src/contract/prompts.ts';
import { inProcess } from './in-process.ts';
import { MAIN, promptforge } from './promptforge.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TRIAGE = `---
model: vendor/large
input:
  schema:
    ticket: string
    language?: string
  default:
    product: Nordbank
---
{{role "system"}}{{> header}}
{{role "user"}}{{ticket}}{{#if language}} ({{language}}){{/if}}
`;

/** What a person's terminal gets of the command; undefined where util-linux's `script` cannot make one. */
async function onTerminal(args: readonly string[]): Promise<string | undefined> {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/script')) return undefined;
  const command = [process.execPath, MAIN, ...args].map(word => `'${word}'`).join(' ');
  const { stdout } = await promisify(execFile)('/usr/bin/script', ['-qec', command, '/dev/null']);
  return stdout;
}

describe('promptforge render', () => {
  const inFolder = temporaryFolder();
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(inFolder(path)), { recursive: true });
    await writeFile(inFolder(path), content);
    return inFolder(path);
  };
  let triage: string;
  before(async () => {
    await put('project/promptforge.json', '{"registry": "embedded", "prompts": "prompts"}');
    await put('project/prompts/_header.prompt', 'You answer for {{product}}.');
    await put('project/_outside.prompt', 'never found');
    triage = await put('project/prompts/support/triage.prompt', TRIAGE);
  });
  const messages = z.strictObject({ messages: renderResponse.shape.messages });

  it('prints the text, with partials from the folders above', async () => {
    const input = await put('ticket.yaml', 'ticket: My card is blocked.\nlanguage: en\n');
    assert.deepEqual(await promptforge(['render', triage, '--input', input]), {
      code: 0,
      stdout: 'You answer for Nordbank.\n\n\nMy card is blocked. (en)',
      stderr: '',
    });
  });

  it('uses the default for an input of null', async () => {
    const input = await put('null.yaml', 'ticket: x\nproduct: null\n');
    const { stdout } = await promptforge(['render', triage, '--input', input]);
    assert.equal(stdout, 'You answer for Nordbank.\n\n\nx');
  });

  it('refuses a number that would lose digits, in YAML and JSON, with its position', async () => {
    for (const [name, text, place] of [
      ['long.json', '{"ticket":\n 12345678901234567890}', '2:2'],
      ['zeros.yaml', 'ticket: 0071234\n', '1:9'],
      ['key.yaml', '0071: x\n', '1:1'],
    ] as const) {
      const input = await put(name, text);
      const sentence = 'As a number, this would be written with other digits. Put it in quotes to keep them.';
      const { code, stdout, stderr } = await promptforge(['render', triage, '--json', '--input', input]);
      assert.deepEqual([code, stdout, stderr], [3, '', `promptforge: ${input}:${place}: ${sentence}\n`]);
    }
  });

  it('--json prints the messages as the API returns them', async () => {
    const input = await put('ticket.json', '{"ticket": "My card is blocked."}');
    const { code, stdout } = await inProcess(['render', triage, '--input', input, '--json']);
    assert.equal(code, 0);
    const rendered = messages.parse(JSON.parse(stdout));
    assert.deepEqual(rendered.messages, [
      { role: 'system', content: [{ text: 'You answer for Nordbank.\n' }] },
      { role: 'user', content: [{ text: 'My card is blocked.' }] },
    ]);
  });

  it('--input - reads stdin', async () => {
    const { code, stdout } = await promptforge(['render', triage, '--input', '-'], {
      stdin: '{"ticket": "Ünïcode 🎫"}',
    });
    assert.equal(code, 0);
    assert.match(stdout, /Ünïcode 🎫$/);
  });

  it('prints the text unchanged, and adds a line break only on a terminal', async function () {
    const open = await put('open.prompt', 'no end');
    const ended = await put('ended.prompt', 'an end\n\n');
    assert.equal((await inProcess(['render', open])).stdout, 'no end');
    assert.equal((await inProcess(['render', ended])).stdout, 'an end\n\n');
    assert.equal((await inProcess(['render', await put('blank.prompt', '')])).stdout, '');
    const shown = await onTerminal(['render', open]);
    if (shown === undefined) this.skip();
    assert.equal(shown, 'no end\r\n');
    assert.equal(await onTerminal(['render', ended]), 'an end\r\n\r\n');
  });

  it('--messages inserts earlier messages at {{history}}', async () => {
    const chat = await put('chat.prompt', '{{role "system"}}Be kind.{{history}}{{role "user"}}{{q}}');
    const earlier = await put('earlier.yaml', '- role: model\n  content: [{text: Hello}]\n');
    const { stdout } = await promptforge(['render', chat, '--messages', earlier, '--input', '-', '--json'], {
      stdin: 'q: Why?',
    });
    assert.deepEqual(messages.parse(JSON.parse(stdout)).messages, [
      { role: 'system', content: [{ text: 'Be kind.' }] },
      { role: 'model', content: [{ text: 'Hello' }], metadata: { purpose: 'history' } },
      { role: 'user', content: [{ text: 'Why?' }] },
    ]);
  });

  it('--context provides the values of {{@name}}', async () => {
    const mail = await put('mail.prompt', 'For {{@auth.email}}, {{@state.count}} left');
    const context = await put(
      'context.json',
      '{"auth": {"email": "ada@example.com"}, "state": {"count": 0}}',
    );
    const { stdout } = await inProcess(['render', mail, '--context', context]);
    assert.equal(stdout, 'For ada@example.com, 0 left');
  });

  it('reports invalid messages, and reads stdin only once', async () => {
    const chat = await put('chat.prompt', '{{history}}');
    const wrong = await put('wrong.yaml', '- role: user\n  content: Hello\n');
    const refused = await inProcess(['render', chat, '--messages', wrong]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /wrong\.yaml: The messages must be a list such as .*\[0\]\[content\]/);
    const other = await put('other.yaml', '- role: assistant\n  content: [{text: Hello}]\n');
    const { stderr } = await inProcess(['render', chat, '--messages', other]);
    assert.match(stderr, /\[0\]\[role\]\. A role is .* For "assistant" write "model"\./);
    const twice = await inProcess(['render', chat, '--messages', '-', '--input', '-']);
    assert.equal(twice.code, 2);
    assert.match(twice.stderr, /Only one of --input, --messages and --context/);
  });

  it('needs no input for a prompt without inputs', async () => {
    const plain = await put('plain.prompt', 'Be brief & <polite>.\n');
    assert.equal((await inProcess(['render', plain])).stdout, 'Be brief & <polite>.\n');
    const empty = await put('empty.yaml', '');
    assert.equal((await inProcess(['render', plain, '--input', empty])).code, 0);
  });

  it('names a missing input and renders nothing', async () => {
    const { code, stdout, stderr } = await inProcess(['render', triage]);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /triage\.prompt needs the input "ticket"/);
  });

  it('--strict refuses an input that does not fit its schema, with the position', async () => {
    const input = await put('wrong.yaml', 'ticket: 5\nlanguag: en\n');
    const { code, stdout, stderr } = await inProcess(['render', triage, '--input', input, '--strict']);
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(
      stderr,
      /The input does not fit its schema: "ticket" must be text, not a whole number; "languag" is not declared\. Correct the input\.$/m,
    );
  });

  it('--strict also requires undeclared inputs', async () => {
    const loose = await put('loose.prompt', 'Hello {{name}}.');
    assert.equal((await inProcess(['render', loose])).stdout, 'Hello .');
    const { code, stderr } = await inProcess(['render', loose, '--strict']);
    assert.equal(code, 3);
    assert.match(stderr, /needs the input "name"/);
  });

  it('does not find partials above the prompts folder', async () => {
    const prompt = await put('project/prompts/support/outside.prompt', '{{> outside}}');
    const { code, stderr } = await inProcess(['render', prompt]);
    assert.equal(code, 3);
    assert.match(stderr, /outside\.prompt:1:5: The partial "outside" was not found/);
  });

  it('finds partials up to the root of the repository if there is no project', async () => {
    await mkdir(inFolder('repository/.git'), { recursive: true });
    await put('repository/_shared.prompt', 'shared');
    await put('_above.prompt', 'above');
    const shared = await put('repository/a/b/one.prompt', '{{> shared}}');
    assert.equal((await inProcess(['render', shared])).stdout, 'shared');
    const above = await put('repository/a/b/two.prompt', '{{> above}}');
    assert.equal((await inProcess(['render', above])).code, 3);
  });

  it('renders a file by its relative path', async () => {
    const { code, stdout } = await promptforge(['render', 'support/triage.prompt', '--input', '-'], {
      cwd: inFolder('project/prompts'),
      stdin: 'ticket: Hi',
    });
    assert.equal(code, 0);
    assert.match(stdout, /Hi$/);
  });

  const broken: readonly [string, string | Uint8Array, RegExp][] = [
    [
      'unclosed.prompt',
      'one\ntwo {{#if x}} three',
      /unclosed\.prompt:2:5: The block "{{#if}}" is never closed/,
    ],
    ['front.prompt', '---\nmodel: [\n---\nHi', /front\.prompt:2:8: A "\[" or "\{"/],
    ['never-closed.prompt', '---\nmodel: x\n', /never-closed\.prompt:1:1: The front matter that begins here/],
    ['partial.prompt', 'a\n{{> nothing}}', /partial\.prompt:2:5: The partial "nothing" was not found/],
    ['not-utf8.prompt', new Uint8Array([0x61, 0x0a, 0x62, 0xff]), /not-utf8\.prompt:2:2: .*not UTF-8/],
    ['large.prompt', 'x'.repeat(1024 * 1024 + 1), /large\.prompt.*1 MiB/],
  ];
  for (const [name, content, said] of broken) {
    it(`reports the position of the error in ${name}`, async () => {
      const { code, stdout, stderr } = await inProcess(['render', await put(name, content)]);
      assert.match(stderr, said);
      assert.equal(code, 3);
      assert.equal(stdout, '');
    });
  }

  it('names the file of an invalid partial', async () => {
    await put('project/prompts/_bad.prompt', 'fine\n{{#each x}}');
    const prompt = await put('project/prompts/uses-bad.prompt', '{{> bad}}');
    const { code, stderr } = await inProcess(['render', prompt]);
    assert.equal(code, 3);
    assert.match(stderr, /_bad\.prompt:2:1: /);
  });

  const inputs: readonly [string, string | Uint8Array, RegExp][] = [
    ['broken.yaml', 'ticket: "a\nb: [', /broken\.yaml:\d+:\d+: The input is not YAML or JSON/],
    ['broken.json', '{"ticket": "a",}}', /broken\.json:1:17: The input is not YAML or JSON/],
    ['list.yaml', '- a\n- b\n', /list\.yaml:1:1: The input must give values by name/],
    ['text.yaml', 'just text', /text\.yaml:1:1: The input must give values by name/],
    [
      'bomb.yaml',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n',
      /bomb\.yaml:2:8: The input is not YAML or JSON: There are too many aliases/,
    ],
    ['circular.yaml', 'a: &x\n  b: *x\n', /circular\.yaml:2:6: .*This alias is inside its own anchor/],
    ['alias.yaml', 'a: *nobody\n', /alias\.yaml:1:4: .*There is no anchor "&nobody" before this alias/],
    ['latin1.yaml', new Uint8Array([0x61, 0x3a, 0x20, 0xe9]), /latin1\.yaml: The input is not UTF-8/],
  ];
  for (const [name, content, said] of inputs) {
    it(`reports the position of the error in the input ${name}`, async () => {
      const args = ['render', triage, '--input', await put(name, content)];
      const { code, stdout, stderr } = await inProcess(args);
      assert.match(stderr, said);
      assert.equal(code, 3);
      assert.equal(stdout, '');
    });
  }

  it('calls the input stdin in errors', async () => {
    const { code, stderr } = await promptforge(['render', triage, '--input', '-'], { stdin: '{' });
    assert.equal(code, 3);
    assert.match(stderr, /^promptforge: stdin:1:\d+: /);
  });

  it('refuses an input that is endless or too long', async () => {
    const endless = await inProcess(['render', triage, '--input', '/dev/zero']);
    assert.equal(endless.code, 3);
    assert.match(endless.stderr, /^promptforge: \/dev\/zero: The input may have at most 8 MiB\.$/m);
    const stdin = `{"mail": "${'x'.repeat(8 * 1024 * 1024)}"}`;
    const piped = await promptforge(['render', triage, '--input', '-'], { stdin });
    assert.equal(piped.code, 3);
    assert.match(piped.stderr, /^promptforge: stdin: The input may have at most 8 MiB\.$/m);
  });

  it('names the current folder, which is not a file', async () => {
    const { code, stderr } = await inProcess(['render', '.']);
    assert.equal(code, 4);
    assert.equal(stderr, 'promptforge: .: The file cannot be read: it is a folder.\n');
  });

  it('names a missing file', async () => {
    const prompt = await inProcess(['render', inFolder('nothing.prompt')]);
    assert.equal(prompt.code, 4);
    assert.match(prompt.stderr, /nothing\.prompt: There is no such file/);
    const input = await inProcess(['render', triage, '--input', inFolder('nothing.yaml')]);
    assert.equal(input.code, 4);
    assert.match(input.stderr, /nothing\.yaml cannot be read: there is no such file/);
    const folder = await inProcess(['render', inFolder('project')]);
    assert.equal(folder.code, 4);
    assert.equal(folder.stdout, '');
  });

  it('reports the position of an error in promptforge.json', async () => {
    await put('bad-project/promptforge.json', '{"registry": 1}');
    const prompt = await put('bad-project/prompts/a.prompt', 'Hi');
    const { code, stderr } = await inProcess(['render', prompt]);
    assert.equal(code, 3);
    assert.match(stderr, /promptforge\.json:1:\d+: "registry" must be text/);
  });
});

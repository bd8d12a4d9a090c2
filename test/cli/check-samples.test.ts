/** `promptforge check` on samples: each is held to its prompt, as a strict rendering of the registry would. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inProcess } from './in-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge check of samples', () => {
  const inFolder = temporaryFolder();
  const put = async (path: string, content: string) => {
    await mkdir(dirname(inFolder(path)), { recursive: true });
    await writeFile(inFolder(path), content);
    return inFolder(path);
  };
  const schema = 'amount: integer, how much\n    kind(enum): [a, b]\n    note?: string';
  const declares = `---\ninput:\n  schema:\n    ${schema}\n---\n`;

  it('reports where a sample does not fit, and renders those that do', async () => {
    await put('fit/pay.prompt', `${declares}{{amount}} {{kind}} {{> part}}`);
    await put('fit/_part.prompt', '{{note}}');
    const samples = await put(
      'fit/pay.samples.yaml',
      '- name: fits\n  input: {amount: 3, kind: a}\n- name: wrong\n  input:\n    amount: many\n    nonsuch: 1\n    kind: c\n- name: lacks\n  input: {kind: b}\n',
    );
    const { code, stdout, stderr } = await inProcess(['check', inFolder('fit')]);
    assert.equal(code, 3);
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map(line => /^(.*?:\d+:\d+: \S+:)/.exec(line)?.[1]),
      [
        `${samples}:5:13: sample-mismatch:`,
        `${samples}:6:5: sample-mismatch:`,
        `${samples}:7:11: sample-mismatch:`,
        `${samples}:8:9: sample-missing:`,
      ],
    );
    assert.equal(stderr, 'promptforge: 2 of 3 samples do not fit.\n');
    await put('fit/pay.samples.yaml', '- name: fits\n  input: {amount: 3, kind: a}\n');
    const fine = await inProcess(['check', inFolder('fit')]);
    assert.deepEqual(
      [fine.code, fine.stdout],
      [0, 'All 2 prompts can be published. The sample fits.\n'],
      fine.stderr,
    );
  });

  it('validates samples against the whole JSON Schema, with exact positions', async () => {
    const properties =
      '{n: {type: integer, minimum: 5}, tags: {type: array, items: {type: object, properties: {"a/b": {type: string, pattern: "^x+$"}}}}}';
    await put(
      'json/p.prompt',
      `---\ninput:\n  schema: {type: object, properties: ${properties}}\n---\n{{n}}`,
    );
    const samples = await put(
      'json/p.samples.yaml',
      '- name: low\n  input:\n    n: 1\n- name: deep\n  input:\n    tags:\n      - a/b: x\n      - a/b: y\n',
    );
    const { stdout } = await inProcess(['check', inFolder('json')]);
    assert.deepEqual(stdout.trim().split('\n'), [
      `${samples}:3:8: sample-mismatch: "n" must be at least 5.`,
      `${samples}:8:14: sample-mismatch: "tags[1].a/b" does not match the pattern ^x+$.`,
    ]);
  });

  it('reports errors that only rendering finds, and accepts undeclared inputs', async () => {
    await put('render/free.prompt', '{{name}}');
    await put('render/free.samples.yaml', '- name: none\n  input: {}\n');
    assert.equal((await inProcess(['check', inFolder('render')])).code, 0);
    await put('render/list.prompt', '---\ninput:\n  schema: {items(array): any}\n---\n{{items}}');
    const samples = await put('render/list.samples.yaml', '- name: a list as text\n  input: {items: [1]}\n');
    const { code, stdout } = await inProcess(['check', inFolder('render')]);
    assert.equal(code, 3);
    assert.ok(stdout.includes(`${samples}:1:9: sample-render: This sample cannot be rendered. `), stdout);
  });

  it('reports invalid samples files, alone or next to an invalid prompt', async () => {
    const alone = await put('alone/gone.samples.yaml', '- nam: x\n');
    const { code, stdout, stderr } = await inProcess(['check', alone]);
    assert.equal(code, 3);
    assert.match(stdout, /gone\.samples\.yaml:1:3: sample-syntax: A sample has no "nam"/);
    assert.equal(stderr, 'promptforge: The sample does not fit its prompt.\n');
    await put('alone/gone.prompt', '{{#if}}');
    const both = await inProcess(['check', inFolder('alone')]);
    assert.match(both.stderr, /The prompt cannot be published\. The sample does not fit its prompt\./);
    const whole = await put('alone/whole.samples.yaml', 'name: x\n');
    assert.match((await inProcess(['check', whole])).stdout, /Samples are a list/);
  });

  it('reports a file that is too large, and a path that is not a file', async () => {
    const huge = await put('huge/p.samples.yaml', '# \n'.repeat(400_000));
    const { code, stdout } = await inProcess(['check', huge]);
    assert.equal(code, 3);
    assert.ok(stdout.includes(`${huge}:1:1: too-large: Samples have at most 1 MiB.`), stdout);
    const device = await inProcess(['check', '/dev/null']);
    assert.deepEqual([device.code, device.stdout], [4, '/dev/null:1:1: unreadable: This is not a file.\n']);
  });

  it('checks the samples of a single prompt', async () => {
    const prompt = await put('named/p.prompt', `${declares}{{amount}}{{kind}}`);
    await put('named/p.samples.yaml', '- name: lacks\n  input: {kind: b}\n');
    assert.equal((await inProcess(['check', prompt])).code, 3);
  });

  it('prints warnings without failing', async () => {
    const prompt = await put('warn/p.prompt', `${declares}{{amount}} {{kind}} {{other}}`);
    const { code, stdout } = await inProcess(['check', prompt]);
    assert.equal(code, 0);
    assert.match(stdout, /p\.prompt:8:23: warning: undeclared-variable: .*"other"/);
    assert.match(stdout, /The prompt can be published\.\n$/);
  });
});

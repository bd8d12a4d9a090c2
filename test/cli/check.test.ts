/** `promptforge check` on real files. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UNRENDERABLE } from '../core/check/unrenderable.ts';
import { inProcess } from './in-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('promptforge check', () => {
  const inFolder = temporaryFolder();
  const put = async (path: string, content: string) => {
    await mkdir(dirname(inFolder(path)), { recursive: true });
    await writeFile(inFolder(path), content);
    return inFolder(path);
  };

  it('reports why each file cannot be published, like render', async () => {
    const folder = inFolder('wrong');
    for (const [index, { template }] of UNRENDERABLE.entries()) await put(`wrong/p${index}.prompt`, template);
    const { code, stdout, stderr } = await inProcess(['check', folder]);
    assert.equal(code, 3);
    assert.equal(
      stderr,
      `promptforge: ${UNRENDERABLE.length} of ${UNRENDERABLE.length} prompts cannot be published.\n`,
    );
    const lines = stdout.split('\n');
    for (const [index, { code: finding, line, column, says }] of UNRENDERABLE.entries()) {
      const place = `${inFolder(`wrong/p${index}.prompt`)}:${line}:${column}: `;
      const told = lines.find(each => each.startsWith(`${place}${finding}: `));
      assert.ok(told !== undefined, `${place}${finding} in ${stdout}`);
      assert.match(told, says);
      const rendered = await inProcess(['render', inFolder(`wrong/p${index}.prompt`)]);
      assert.equal(rendered.code, 3);
      assert.ok(rendered.stderr.startsWith(`promptforge: ${place}`), rendered.stderr);
      assert.ok(rendered.stderr.includes(told.slice(`${place}${finding}: `.length)), rendered.stderr);
    }
  });

  it('reports all errors of a file at once: schemas, text and missing partials', async () => {
    await put('all/_p.prompt', '{{lower y}}');
    const text = '---\ninput: {schema: {a: strin}}\n---\n{{> p}}\n{{upper x}}\n{{> nope}}';
    const file = await put('all/it.prompt', text);
    const { code, stdout } = await inProcess(['check', file]);
    assert.equal(code, 3);
    const told = stdout.trim().split('\n');
    assert.deepEqual(
      told.map(line => line.slice(file.length).split(' ')[0] + (line.split(' ')[1] ?? '')),
      [':2:21:picoschema:', ':5:3:unknown-helper:', ':6:5:missing-partial:'],
    );
  });

  it('reports where partials are nested too deeply, like publishing', async () => {
    for (let at = 0; at < 33; at++) await put(`deep/_p${at}.prompt`, at === 32 ? 'end' : `{{> p${at + 1}}}`);
    const file = await put('deep/it.prompt', 'a\n{{> p0}}');
    const { code, stdout } = await inProcess(['check', file]);
    assert.equal(code, 3);
    assert.match(stdout, /it\.prompt:2:5: partial-cycle: Partials hold partials more than 32 deep/);
  });

  it('parses a partial like publishing: everything after "#" is text', async () => {
    const file = await put('partial/_rules.prompt', '# Rules\n---\ninput:\n  schema: [\n---\nx');
    assert.equal((await inProcess(['check', file])).code, 0);
    const above = await put('partial/rules.prompt', '# Rules\n---\ninput:\n  schema: [\n---\nx');
    assert.equal((await inProcess(['check', above])).code, 3);
  });

  it('finds every prompt below the given folders, and errors in front matter and schemas', async () => {
    await put('some/promptforge.json', '{"registry": "embedded", "prompts": "prompts"}');
    await put('some/prompts/_header.prompt', 'Hi {{name}}');
    await put('some/prompts/deep/er/fine.prompt', '{{> header}}');
    await put('some/node_modules/x/wrong.prompt', '{{#if}}');
    assert.deepEqual(await inProcess(['check', inFolder('some')]), {
      code: 0,
      stdout: 'All 2 prompts can be published.\n',
      stderr: '',
    });
    const yaml = await put('some/prompts/yaml.prompt', '---\nmodel: [\n---\n{{a');
    const schema = await put('some/prompts/schema.prompt', '---\ninput:\n  schema:\n    a: sting\n---\nx');
    const { code, stdout, stderr } = await inProcess(['check', inFolder('some')]);
    assert.equal(code, 3);
    assert.ok(stdout.includes(`${yaml}:2:8: front-matter-syntax: `), stdout);
    assert.ok(stdout.includes(`${yaml}:4:1: template-syntax: `), stdout);
    assert.ok(stdout.includes(schema), stdout);
    assert.match(stderr, /2 of 4 prompts cannot be published/);
  });

  it('reports an error in a partial once, at its position', async () => {
    await put('shared/_bad.prompt', 'a\n{{upper x}}');
    await put('shared/one.prompt', '{{> bad}}');
    await put('shared/two.prompt', '{{> bad}}');
    const { stdout, stderr } = await inProcess(['check', inFolder('shared')]);
    assert.equal(stdout.trim().split('\n').length, 1);
    assert.match(stdout, /_bad\.prompt:2:3: unknown-helper: There is no helper "upper"/);
    assert.match(stderr, /3 of 3 prompts cannot be published/);
  });

  it('fails if there is nothing to check', async () => {
    await mkdir(inFolder('empty'), { recursive: true });
    const empty = await inProcess(['check', inFolder('empty')]);
    assert.equal(empty.code, 4);
    assert.match(empty.stderr, /There is no \.prompt file in .*empty\. Check the path\./);
    const nothing = await inProcess(['check', inFolder('nothing.prompt')]);
    assert.equal(nothing.code, 4);
    assert.match(nothing.stderr, /There is no such file/);
  });
});

import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { makeKey } from '../../src/core/key.ts';
import { checkProject } from '../../src/workspace/check-project.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { parseProject, readProject, writeProject } from '../../src/workspace/project-file.ts';
import { WorkspaceError, type WorkspaceReason } from '../../src/workspace/workspace-error.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace } from './a-workspace.ts';

const parse = (text: string) => parseProject(Buffer.from(text), '/work');

function refused(text: string, reason: WorkspaceReason, message: RegExp): void {
  assert.throws(
    () => parse(text),
    error => {
      assert.ok(WorkspaceError.is(error), String(error));
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('promptforge.json', () => {
  it('names a registry and the prompts folder', () => {
    const { registry, prompts, promptsFolder, warnings } = parse(
      '{"registry": "https://prompts.example.com/team/", "prompts": "./text\\\\prompts/"}',
    );
    assert.equal(registry, 'https://prompts.example.com/team');
    assert.equal(prompts, 'text/prompts');
    assert.equal(promptsFolder, join('/work', 'text', 'prompts'));
    assert.deepEqual(warnings, []);
  });

  it('has its prompts in "prompts" by default', () => {
    assert.equal(parse('{"registry": "embedded"}').prompts, 'prompts');
  });

  it('may have unknown fields, which are reported with their positions', () => {
    const [warning] = parse('{\n  "registry": "embedded",\n  "prmpts": "x"\n}').warnings;
    assert.deepEqual(
      { line: warning?.line, column: warning?.column, known: /"prmpts"/.test(warning?.message ?? '') },
      { line: 3, column: 3, known: true },
    );
  });

  it('is refused with line and column if it is not JSON', () => {
    refused(
      '{\n  "registry": embedded\n}',
      'invalid_project_file',
      /^promptforge\.json:2:15: Invalid JSON\./,
    );
    refused('{"registry": "embedded",}', 'invalid_project_file', /^promptforge\.json:1:25/);
    refused('', 'invalid_project_file', /The file is empty/);
    refused('\ufeff{', 'invalid_project_file', /Invalid JSON/);
    refused('{\n<<<<<<< HEAD\n', 'invalid_project_file', /^promptforge\.json:2:1: A merge conflict/);
    refused('{"registry":"embedded","registry":"embedded"}', 'invalid_project_file', /already defined/);
  });

  it('is refused if a value has the wrong type', () => {
    refused(
      '{\n  "registry": 7\n}',
      'invalid_project_file',
      /^promptforge\.json:2:15: "registry" must be text/,
    );
    refused('{"registry":"embedded","prompts":null}', 'invalid_project_file', /"prompts" must be text/);
    refused('[]', 'invalid_project_file', /object/);
    refused('{}', 'invalid_project_file', /"registry"/);
  });

  // One sentence says what is wrong, at its place, and another what to write.
  for (const [title, text, message] of [
    [
      'an empty file',
      '',
      /^promptforge\.json:1:1: The file is empty\. A whole file reads \{"registry": "embedded"/,
    ],
    [
      'YAML',
      'registry: embedded',
      /:1:1: Invalid JSON\. Text and names need double quotes.* A whole file reads/,
    ],
    [
      'text without quotes',
      '{"registry": embedded}',
      /:1:14: Invalid JSON\. Text and names need double quotes/,
    ],
    ['single quotes', "{'registry': 'embedded'}", /:1:2: Invalid JSON\. Text and names need double quotes/],
    [
      'an extra comma',
      '{"registry": "embedded",}',
      /:1:25: Invalid JSON\. Remove the comma before this "\}"/,
    ],
    ['a missing comma', '{"registry": "embedded" "prompts": "a"}', /:1:25: .*A comma is missing before this/],
    ['a missing colon', '{"registry" "embedded"}', /:1:13: .*A colon is missing/],
    ['a missing value', '{"registry": }', /:1:14: .*A value is missing here/],
    ['a missing brace', '{"registry": "embedded"', /:1:\d+: .*The closing "\}" is missing/],
    ['an unclosed string', '{\n"registry": "embedded\n}', /:2:13: .*no closing quote/],
    ['a comment', '{\n// mine\n"registry": "embedded"}', /:2:1: .*Comments are not allowed/],
    ['trailing text', '{"registry": "embedded"}\n{}', /:2:1: .*Remove what follows/],
    ['a wrong escape', '{"registry": "embedded", "prompts": "a\\b\\c"}', /invalid escape/],
    ['endless nesting', '['.repeat(100_000), /:1:201: .*nests too deep/],
    ['a list', '["embedded"]', /:1:1: The file must be an object, not a list\. A whole file reads/],
    ['a text', '"embedded"', /:1:1: The file must be an object, not text\. A whole file reads/],
    [
      'a missing registry',
      '{"prompts": "a"}',
      /:1:1: "registry" is missing\. Write "registry": "embedded", or "registry": "https:/,
    ],
    [
      'a registry of another type',
      '{"registry": ["a"]}',
      /:1:14: "registry" must be text, not a list\. Write/,
    ],
    [
      'a registry that is not a URL',
      '{"registry": "embeded"}',
      /neither "embedded" nor a URL.* Write "registry": "embedded"/,
    ],
    ['a URL with a query', '{"registry": "https://x.example.com/?a"}', /query.* Write "registry"/],
    ['a malformed URL', '{"registry": "https:x.example.com"}', /Write the full URL without spaces/],
    [
      'prompts of another type',
      '{"registry": "embedded",\n"prompts": 1}',
      /:2:12: "prompts" must be text, not a number\. Write "prompts": "prompts"\./,
    ],
    [
      'prompts outside of the workspace',
      '{"registry": "embedded", "prompts": "../a"}',
      /leads out of it\. Write "prompts": "prompts"\./,
    ],
    [
      'the workspace itself as prompts',
      '{"registry": "embedded", "prompts": "."}',
      /a folder of its own.* Write "prompts"/,
    ],
  ] as const)
    it(`suggests what to write instead of ${title}`, () => {
      assert.throws(
        () => parse(text),
        error => {
          assert.ok(WorkspaceError.is(error), String(error));
          assert.match(error.message, message);
          return true;
        },
      );
    });

  it('has all its errors reported at once to an editor', () => {
    const text = '{"registry": 1, "prompts": "/etc", "registri": "embedded"}';
    const { values, problems } = checkProject(text);
    assert.equal(values, undefined);
    assert.deepEqual(
      problems.map(({ reason, range }) => [reason, text.slice(range.start, range.end)]),
      [
        ['invalid_project_file', '1'],
        ['outside', '"/etc"'],
        [undefined, '"registri"'],
      ],
    );
  });

  it('is read, or refused with a position, for any text', () => {
    const scrap = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"registry"',
      '"embedded"',
      '//',
      '\\',
      '\n',
      '1',
      '-',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(scrap, fc.string()), { maxLength: 12 }), parts => {
        try {
          parse(parts.join(''));
        } catch (error) {
          assert.ok(WorkspaceError.is(error), String(error));
          assert.match(error.message, /^promptforge\.json:\d+:\d+: /);
        }
      }),
      { numRuns: runs(5000, 1000) },
    );
  });

  it('must not name a URL that keys may not be sent to', () => {
    refused('{"registry": "http://prompts.example.com"}', 'invalid_project_file', /unencrypted/);
    refused('{"registry": "prompts"}', 'invalid_project_file', /"embedded"/);
  });

  it('must not contain a secret, and no message repeats one', () => {
    const { key } = makeKey('development' as never, bytes => new Uint8Array(bytes).fill(7));
    for (const text of [
      `{"registry": "embedded", "key": "${key}"}`,
      `{"registry": "https://x.example.com/${key}"}`,
      `{"registry": "embedded", "${key}": 1, "${key}": 2}`,
      '{"registry": "https://mara:hunter2@x.example.com"}',
      '{"registry": "https://hunter2@x.example.com"}',
    ])
      assert.throws(
        () => parse(text),
        error =>
          WorkspaceError.is(error, 'secret_in_project_file') &&
          !error.message.includes(key) &&
          !error.message.includes('hunter2') &&
          checkProject(text).problems.every(({ message }) => !message.includes(key)),
      );
  });

  it('must keep the prompts folder inside the workspace', () => {
    for (const folder of [
      '../x',
      'a/../../x',
      '/etc',
      'C:\\x',
      'c:x',
      '\\\\server\\share',
      '..',
      '.',
      '',
      'a\\..\\..\\b',
    ])
      refused(JSON.stringify({ registry: 'embedded', prompts: folder }), 'outside', /"prompts"/);
  });

  it('must not link the prompts folder out of the workspace', async () => {
    await using workspace = await aWorkspace();
    await using elsewhere = await temporaryFolder();
    await symlink(elsewhere.path, join(workspace.root, 'prompts'));
    const read = () => readProject(workspace.root, nodeFileSystem);
    await assert.rejects(read, error => WorkspaceError.is(error, 'outside'));
    await workspace.put('promptforge.json', '{"registry": "embedded", "prompts": "prompts/deeper"}');
    await assert.rejects(read, error => WorkspaceError.is(error, 'outside'));
    await mkdir(join(workspace.root, 'real'));
    await symlink(join(workspace.root, 'real'), join(workspace.root, 'linked'));
    await workspace.put('promptforge.json', '{"registry": "embedded", "prompts": "linked"}');
    assert.equal((await read()).prompts, 'linked');
  });

  it('is reported if it is missing', async () => {
    await using folder = await temporaryFolder();
    await assert.rejects(readProject(folder.path, nodeFileSystem), error =>
      WorkspaceError.is(error, 'no_project'),
    );
  });

  it('is written only if it can be read back', async () => {
    await using workspace = await aWorkspace();
    const before = await workspace.text('promptforge.json');
    await assert.rejects(writeProject(workspace.root, 'http://x.example.com', nodeFileSystem));
    await assert.rejects(writeProject(workspace.root, 'embedded', nodeFileSystem, { prompts: '../out' }));
    assert.equal(await workspace.text('promptforge.json'), before);
    const written = await writeProject(workspace.root, 'https://x.example.com', nodeFileSystem, {
      prompts: 'texts',
      frontMatterKeys: ['owner'],
    });
    assert.deepEqual(await readProject(workspace.root, nodeFileSystem), written);
  });
});

describe('frontMatterKeys of a project', () => {
  const parse = (frontMatterKeys: unknown) =>
    parseProject(Buffer.from(JSON.stringify({ registry: 'embedded', frontMatterKeys })), '/w')
      .frontMatterKeys;

  it('are the additional keys of front matter; none by default', () => {
    assert.deepEqual(parse(['owner', 'team']), ['owner', 'team']);
    assert.deepEqual(parse(undefined), []);
  });
  for (const wrong of ['owner', { owner: true }, [5], [''], ['x'.repeat(101)], Array(201).fill('a'), null])
    it(`are refused if they are ${JSON.stringify(wrong).slice(0, 40)}, with what to write instead`, () => {
      assert.throws(
        () => parse(wrong),
        error =>
          WorkspaceError.is(error, 'invalid_project_file') &&
          error.message.includes('Write "frontMatterKeys": ["owner"].'),
      );
    });
});

/** A lock file and notes in `.promptforge` that somebody wrote by hand, cut off or planted: nothing is lost, nothing is written elsewhere. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { LOCK_FILE } from '../../src/workspace/lock-file.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { readProject } from '../../src/workspace/project-file.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const NAMES = ['a', 'b', 'dir/c'];
const fileOf = (name: string) => `prompts/${name}.prompt`;
const EDIT = 'Only here.\n';

/** Every file below a folder, with its text. */
async function contents(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path, await readFile(path, 'utf8'));
  }
  return found;
}

/** Whether it worked, or why not: only a refusal that names the file is one. */
async function attempt(work: () => Promise<unknown>): Promise<WorkspaceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    assert.ok(WorkspaceError.is(error), String(error));
    return error;
  }
}

async function refusal({ project }: Workspace): Promise<string> {
  const copy = new WorkingCopy(project, nodeFileSystem);
  return (await attempt(() => copy.state(null)))?.message ?? 'it was read';
}

const line = (name: string, version = '1', text = 'One.\n') =>
  `    ${JSON.stringify(name)}: {"version": ${version}, "digest": "${digestOf(text)}"}`;
const lockOf = (...lines: string[]) =>
  `{\n  "lockVersion": 1,\n  "prompts": {\n${lines.join(',\n')}\n  }\n}\n`;

describe('an edited lock file', () => {
  for (const [what, text, message] of [
    [
      'a path out of the folder',
      lockOf(line('a'), line('../../out')),
      /^promptforge\.lock\.json:5:5: .*cannot be a segment/,
    ],
    [
      'an absolute path',
      lockOf(line('/etc/passwd')),
      /^promptforge\.lock\.json:4:5: .*begin or end with "\/"/,
    ],
    ['a Windows path', lockOf(line('a'), line('..\\..\\out')), /^promptforge\.lock\.json:5:5: .*not allowed/],
    ['a Windows device', lockOf(line('con')), /^promptforge\.lock\.json:4:5: .*device name/],
    [
      'a name twice',
      lockOf(line('a'), line('b'), line('a')),
      /^promptforge\.lock\.json:6:5: "a" is already defined/,
    ],
    [
      'the same with "\\r\\n"',
      lockOf(line('a'), line('a')).replaceAll('\n', '\r\n'),
      /^promptforge\.lock\.json:5:5: "a" is already defined/,
    ],
    [
      'a name twice, once escaped',
      lockOf(line('a'), line('a').replace('a', '\\u0061')),
      /^promptforge\.lock\.json:5:5: "a" is already defined/,
    ],
    ['half of the file', lockOf(line('a'), line('b')).slice(0, -60), /^promptforge\.lock\.json:5:\d+: /],
    ['an empty file', '', /^promptforge\.lock\.json:1:1: The file is empty/],
    ['zeros, as after a crash', '\0'.repeat(4096), /^promptforge\.lock\.json:1:1: /],
    ['version 0', lockOf(line('a', '0')), /^promptforge\.lock\.json:4:\d+: .*not a version number/],
    [
      'a version that is too large',
      lockOf(line('a', '1e400')),
      /^promptforge\.lock\.json:4:\d+: .*not a version number/,
    ],
    [
      'an uppercase digest',
      lockOf(line('a').replace(/[0-9a-f]{64}/, hex => hex.toUpperCase())),
      /^promptforge\.lock\.json:4:\d+: .*not a digest/,
    ],
    [
      'an unfinished conflict',
      lockOf(line('a'), '<<<<<<< HEAD', line('b')),
      /^promptforge\.lock\.json:5:1: This is a merge conflict/,
    ],
    [
      'a conflict with "\\r\\n"',
      lockOf(line('a'), '<<<<<<< HEAD', line('b')).replaceAll('\n', '\r\n'),
      /^promptforge\.lock\.json:5:1: This is a merge conflict/,
    ],
    ['endless brackets', `${'['.repeat(100_000)}`, /^promptforge\.lock\.json:1:\d+: .*nests too deep/],
  ] as const)
    it(`is refused with the line: ${what}`, async () => {
      await using workspace = await aWorkspace({ [LOCK_FILE]: text });
      assert.match(await refusal(workspace), message);
      assert.equal(await workspace.text(LOCK_FILE), text);
    });

  it('may have "\\r\\n" and a byte order mark', async () => {
    const text = lockOf(line('a'), line('b'));
    for (const changed of [text.replaceAll('\n', '\r\n'), `\ufeff${text}`]) {
      await using workspace = await aWorkspace({ [LOCK_FILE]: changed, [fileOf('a')]: 'One.\n' });
      const { prompts } = await new WorkingCopy(workspace.project, nodeFileSystem).state(null);
      assert.deepEqual(
        [...prompts.values()].map(({ state }) => state),
        ['clean', 'deleted'],
      );
    }
  });

  it('is refused if it is a device, a pipe or too large', async () => {
    if (process.platform === 'win32') return;
    for (const make of [
      (path: string) => symlink('/dev/zero', path),
      async (path: string) => void execFileSync('mkfifo', [path]),
    ]) {
      await using workspace = await aWorkspace();
      await make(join(workspace.root, LOCK_FILE));
      assert.match(
        await refusal(workspace),
        /^promptforge\.lock\.json: The file cannot be read: it is a pipe or a device\.$/,
      );
      await rm(join(workspace.root, 'promptforge.json'));
      await make(join(workspace.root, 'promptforge.json'));
      const project = await attempt(() => readProject(workspace.root, nodeFileSystem));
      assert.match(
        project?.message ?? '',
        /^promptforge\.json: The file cannot be read: it is a pipe or a device\.$/,
      );
    }
    await using workspace = await aWorkspace({ [LOCK_FILE]: '{' });
    await truncate(join(workspace.root, LOCK_FILE), 300 * 1024 * 1024);
    assert.match(await refusal(workspace), /The file cannot be read: it is over 256 MiB\.$/);
  });
});

describe('planted files in .promptforge', () => {
  const NOTES = ['renamed', 'index', 'listing', 'journal/1@host-00000000-0000-0000-0000-000000000000'];

  it('are ignored if they are devices or pipes', async () => {
    if (process.platform === 'win32') return;
    await using workspace = await aWorkspace({ [fileOf('a')]: 'One.\n' });
    await mkdir(join(workspace.root, '.promptforge', 'journal'), { recursive: true });
    for (const note of NOTES) execFileSync('mkfifo', [join(workspace.root, '.promptforge', note)]);
    const { prompts } = await new WorkingCopy(workspace.project, nodeFileSystem).state(null);
    assert.deepEqual([...prompts.keys()], ['a']);
  });

  it('cannot destroy text or write elsewhere, even with a matching lock file', async () => {
    await using registry = await anEmbeddedRegistry();
    await using elsewhere = await temporaryFolder();
    const client = registry.client();
    for (const name of NAMES) {
      const publish = (source: string, base: number | null) =>
        client.publish(prompt(name), { source, message: 'x', base: base as VersionNumber | null });
      await publish('One.\n', null);
      await publish('Two.\n', 1);
    }
    const listed = await client.allPrompts({ archived: true });
    const digests = fc.constantFrom(...['One.\n', 'Two.\n', EDIT].map(digestOf), 'sha256:0', '');
    const name = fc.constantFrom(
      ...NAMES,
      'new',
      '../out',
      '/etc/out',
      '..\\out',
      '__proto__',
      '',
      'prompts/../../out',
    );
    const entry = fc.record(
      { version: fc.constantFrom(1, 2, 3, 0, -1, 1.5, '1', null), digest: digests, text: digests },
      { requiredKeys: ['version', 'digest'], noNullPrototype: true },
    );
    const mangled = (text: fc.Arbitrary<string>) =>
      fc.oneof(
        { weight: 4, arbitrary: text },
        fc.tuple(text, fc.nat(200)).map(([whole, length]) => whole.slice(0, length)),
        text.map(whole => whole.replaceAll('\n', '\r\n')),
        text.map(whole => whole + whole),
        fc.string(),
      );
    const good = fc.record(
      {
        version: fc.constantFrom(1, 2),
        digest: fc.constantFrom(...['One.\n', 'Two.\n', EDIT].map(digestOf)),
      },
      { noNullPrototype: true },
    );
    const lock = fc
      .oneof(fc.dictionary(fc.constantFrom(...NAMES), good), fc.dictionary(name, entry))
      .map(prompts => JSON.stringify({ lockVersion: 1, prompts }, null, 2));
    const renamed = fc.array(fc.tuple(name, name)).map(pairs => JSON.stringify(pairs));
    const written = fc.record({ name, before: fc.option(entry), after: entry, bytes: digests });
    const sent = fc.record({ name, base: fc.option(fc.constantFrom(1, 2)), after: entry });
    const journal = fc
      .record({ written: fc.array(written, { maxLength: 3 }), sent: fc.array(sent, { maxLength: 3 }) })
      .map(value => JSON.stringify(value));
    const indexed = fc.array(fc.tuple(name, digests), { maxLength: 4 }).map(pairs => {
      const numbers = Buffer.from(new Float64Array(pairs.length * 5).fill(Number.NaN).buffer);
      const columns = [pairs.map(([each]) => each), pairs.map(([, digest]) => digest)];
      return [
        'promptforge index 2',
        ...columns.map(each => each.join(' ')),
        numbers.toString('base64'),
        '{}',
      ].join('\n');
    });
    const texts = fc.record(
      Object.fromEntries(NAMES.map(each => [each, fc.constantFrom('One.\n', 'Two.\n', EDIT)])),
    );
    const planted = fc.record({
      lock: mangled(lock),
      renamed: mangled(renamed),
      journal: mangled(journal),
      index: mangled(indexed),
      texts,
    });
    await fc.assert(
      fc.asyncProperty(planted, async ({ lock, renamed, journal, index, texts }) => {
        await using workspace = await aWorkspace(
          Object.fromEntries(Object.entries(texts).map(([each, text]) => [fileOf(each), text])),
        );
        const outside = await contents(elsewhere.path);
        await workspace.put(LOCK_FILE, lock);
        await workspace.put('.promptforge/renamed', renamed);
        await workspace.put('.promptforge/index', index);
        await workspace.put(`.promptforge/${NOTES[3]}`, journal);
        const copy = new WorkingCopy(workspace.project, nodeFileSystem);
        for (const work of [
          () => copy.state(listed),
          () => copy.takeUp(client),
          () => copy.pull(client, listed, { isDirty: () => false }),
          () => copy.state(null),
        ]) {
          const refused = await attempt(work);
          if (refused !== undefined) assert.match(refused.message, /^promptforge\.lock\.json(?::\d+:\d+)?: /);
        }
        for (const [each, text] of Object.entries(texts)) {
          const now = await workspace.text(fileOf(each));
          // A text that the registry has may become another; one that is only here may not.
          if (text === EDIT) assert.equal(now, EDIT, each);
          else assert.ok(now === 'One.\n' || now === 'Two.\n', each);
        }
        const known = /^(?:promptforge(?:\.lock)?\.json|prompts\/(?:a|b|dir\/c)\.prompt|\.promptforge\/.*)$/;
        for (const path of (await contents(workspace.root)).keys())
          assert.match(path.slice(workspace.root.length + 1), known);
        assert.deepEqual(await contents(elsewhere.path), outside);
        for (const out of ['out.prompt', '../out.prompt'])
          assert.equal(await stat(join(workspace.root, out)).catch(() => undefined), undefined);
      }),
      { numRuns: runs(1000, 60) },
    );
  });
});

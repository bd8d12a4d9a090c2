/** The paths of files in virtual folders, and how messages name them. */
import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { plainAsk } from '../../src/editor/asking/plain-ask.ts';
import {
  isVirtual,
  type VirtualUri,
  virtualParts,
  virtualPath,
  withReadablePaths,
} from '../../src/editor/files/virtual-path.ts';
import { plainLog } from '../../src/editor/log/plain-log.ts';
import { shownOf } from '../../src/editor/preview/shown.ts';
import { logged, messageOf } from '../../src/editor/problems/explain.ts';
import { runs } from '../runs.ts';

const PLATFORMS = [
  ['Linux and macOS', posix],
  ['Windows', win32],
] as const;

/** Names of files; with characters that URIs, paths and their parts use themselves. */
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...' %+#?:&=@.~äあ😀'), minLength: 1 }),
  )
  .filter(text => text.isWellFormed() && !/[/\\\0]/.test(text) && text !== '.' && text !== '..');
const text = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...' %+#?:/\\@+ä😀') }))
  .filter(each => each.isWellFormed());
const scheme = fc.constantFrom('memory', 'vscode-vfs', 'git+ssh', 'a.b-c+d', 'X');

const uris = fc.record({
  scheme,
  authority: text,
  query: text,
  names: fc.array(name, { maxLength: 4 }),
});

describe('the path of a virtual file', () => {
  const path = '/\0vscode-vfs+github/team/prompts/support/triage.prompt';

  it('is none that a disk can have', () => {
    assert.equal(isVirtual(path), true);
    assert.equal(isVirtual('/vscode-vfs+github/team'), false);
  });

  for (const [system, paths] of PLATFORMS)
    it(`leads back to its URI, whatever characters are in it, on ${system}`, () => {
      fc.assert(
        fc.property(uris, fc.array(name, { minLength: 1, maxLength: 3 }), ({ names, ...rest }, below) => {
          const uri: VirtualUri = { ...rest, path: `/${names.join('/')}` };
          const root = virtualPath(uri, paths.sep);
          assert.deepEqual(virtualParts(root, paths.sep), uri);
          // Paths are compared as texts, so no function of paths may change one.
          assert.equal(paths.resolve(root), root);
          assert.equal(paths.normalize(root), root);
          assert.equal(paths.isAbsolute(root), true);
          const file = paths.join(root, ...below);
          const expected = `/${[...names, ...below].join('/')}`;
          assert.deepEqual(virtualParts(file, paths.sep), { ...uri, path: expected });
          assert.equal(virtualPath({ ...uri, path: expected }, paths.sep), file);
          assert.equal(paths.relative(root, file), below.join(paths.sep));
        }),
        { numRuns: runs(5000, 300) },
      );
    });

  it('differs for the files of other file systems', () => {
    const parts = fc.record({ scheme, authority: text, query: text, path: fc.constant('/team') });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame =
          one.scheme === other.scheme && one.authority === other.authority && one.query === other.query;
        assert.equal(virtualPath(one, '/') === virtualPath(other, '/'), isSame);
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('is the same with and without a slash at the end', () => {
    const uri = { scheme: 'memory', authority: '', query: '' };
    assert.equal(virtualPath({ ...uri, path: '/team/' }, '/'), virtualPath({ ...uri, path: '/team' }, '/'));
    assert.equal(virtualParts(virtualPath({ ...uri, path: '/' }, '/'), '/').path, '/');
  });

  it('is named like its URI in messages and in the log', () => {
    const error = new Error(`The file is not in ${path}.`);
    const message = 'The file is not in vscode-vfs://github/team/prompts/support/triage.prompt.';
    assert.equal(messageOf(error), message);
    assert.equal(logged(error), message);
    assert.equal(
      withReadablePaths(`${path} and c:\\\0memory+\\team`),
      `${message.slice(19, -1)} and memory:\\team`,
    );
    assert.equal(
      withReadablePaths('/\0git+ssh+host/a, /\0zip+?file%3A%2F%2Fx.zip/b'),
      'git+ssh://host/a, zip:/b',
    );
  });

  it('is named like its URI in every question, in the log and in the preview', async () => {
    const told: string[] = [];
    const note = (...texts: unknown[]) => told.push(...texts.map(String));
    const ask = plainAsk({
      tell: async (_: string, message: string) => note(message),
      confirm: async ({ message, detail }: Record<string, string>) => note(message, detail),
      text: async ({ title, prompt }: Record<string, string>) => note(title, prompt),
      pick: async ({ title, options }: { title: string; options: { label: string; detail: string }[] }) =>
        note(title, ...options.flatMap(({ label, detail }) => [label, detail])),
    } as never);
    await ask.tell('info', path);
    await ask.confirm({ message: path, detail: path, button: 'OK' } as never);
    await ask.text({ title: path, prompt: path } as never);
    await ask.pick({ title: path, placeholder: path, options: [{ label: path, detail: path, value: 1 }] });
    const log = plainLog({ info: note, debug: note } as never);
    log.info(path);
    log.debug(path);
    const problem = { kind: 'problem', message: path, issues: [{ message: path, line: 1, column: 1 }] };
    const shown = shownOf(problem as never) as unknown as { message: string; issues: { message: string }[] };
    note(shown.message, ...shown.issues.map(({ message }) => message));
    assert.deepEqual([...new Set(told)], ['vscode-vfs://github/team/prompts/support/triage.prompt']);
  });

  it('leaves other texts alone', () => {
    assert.equal(withReadablePaths('1 + 2, a/b+c, \0'), '1 + 2, a/b+c, \0');
  });
});

import assert from 'node:assert/strict';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { FileState } from '../../src/core/file-state.ts';
import { Problem } from '../../src/core/problem.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { type Registry, WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const triage = prompt('support/triage');
const FILE = 'prompts/support/triage.prompt';
const LOCK = 'promptforge.lock.json';
const nothingDirty = { isDirty: () => false };

function copyOf({ project }: Workspace, files: FileSystem = nodeFileSystem): WorkingCopy {
  return new WorkingCopy(project, files);
}

/** Publishes as another person would, on whatever is newest. */
async function publishElsewhere(client: RegistryClient, name: string, source: string): Promise<number> {
  const newest = await client.getPrompt(prompt(name)).then(
    found => found.newest.version,
    () => null,
  );
  const { version } = await client.publish(prompt(name), { source, message: 'elsewhere', base: newest });
  return version.version;
}

const prompts = (client: RegistryClient) => client.allPrompts({ archived: true });

async function stateOf(
  copy: WorkingCopy,
  client: RegistryClient,
  name = triage,
): Promise<FileState | undefined> {
  return (await copy.state(await prompts(client))).prompts.get(name)?.state;
}

const pull = async (copy: WorkingCopy, client: RegistryClient, options = {}) =>
  copy.pull(client, await prompts(client), { ...nothingDirty, ...options });

/** A registry that must not be asked. */
const unasked: Registry = {
  publish: () => assert.fail('something was sent'),
  getVersion: () => assert.fail('something was sent'),
  getSources: () => assert.fail('something was sent'),
  batch: () => assert.fail('something was sent'),
};

/** The disk as it is, but no lock file can be written. */
const noLockWritten: FileSystem = {
  ...nodeFileSystem,
  rename: (from, to) =>
    to.endsWith(LOCK) ? Promise.reject(new Error('EIO: i/o error')) : nodeFileSystem.rename(from, to),
};

describe('a working copy', () => {
  describe('publishes', () => {
    it('a new prompt, then an edit of it, and records the base of each file', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      const client = registry.client();
      const copy = copyOf(workspace);
      assert.equal(await stateOf(copy, client), 'new');
      const first = await copy.publish(client, triage, 'first');
      assert.equal(first.kind === 'published' && first.created && first.version.version, 1);
      assert.equal(await stateOf(copy, client), 'clean');
      await workspace.put(FILE, 'two');
      assert.equal(await stateOf(copy, client), 'modified');
      const second = await copy.publish(client, triage, 'second');
      assert.equal(second.kind === 'published' && second.version.base, 1);
      assert.deepEqual((await copy.readLock()).get(triage), { version: 2, digest: digestOf('two') });
      assert.equal((await client.getVersion(triage, 1 as never)).source, 'one');
      const again = await copy.publish(client, triage, 'again');
      assert.equal(again.kind === 'published' && again.created, false);
    });

    it('nothing if the source is invalid, and reports the position', async () => {
      await using workspace = await aWorkspace({ [FILE]: 'Hello\n{{#if a}}' });
      const copy = copyOf(workspace);
      const publish = () => copy.publish(unasked, triage, 'x');
      await assert.rejects(publish, error => {
        assert.ok(Problem.is(error, 'invalid_source'));
        assert.match(error.message, /^prompts\/support\/triage\.prompt:2:1: The block "\{\{#if\}\}"/);
        return true;
      });
      await workspace.put(FILE, '---\nmodel: [\n---\nHello');
      await assert.rejects(publish, {
        message: /^prompts\/support\/triage\.prompt:2:8: A "\[" or "\{"/,
      });
      await workspace.put(FILE, Buffer.from([0x61, 0xff]));
      await assert.rejects(publish, { message: /^prompts\/support\/triage\.prompt:1:2: .*not UTF-8/ });
      await workspace.put(FILE, 'x'.repeat(1024 * 1024 + 1));
      await assert.rejects(publish, error => Problem.is(error, 'too_large'));
      await rm(join(workspace.root, FILE));
      await assert.rejects(publish, error => WorkspaceError.is(error, 'file_missing'));
      assert.equal(await workspace.text(LOCK), undefined);
    });

    it('nothing if the lock file is in conflict', async () => {
      await using workspace = await aWorkspace({ [FILE]: 'x', [LOCK]: '{\n<<<<<<< HEAD\n' });
      await assert.rejects(copyOf(workspace).publish(unasked, triage, 'x'), error =>
        WorkspaceError.is(error, 'invalid_lock_file'),
      );
      assert.equal(await workspace.text(LOCK), '{\n<<<<<<< HEAD\n');
    });

    it('nothing over a version that someone else has published, and returns that version', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      const client = registry.client();
      const copy = copyOf(workspace);
      await copy.publish(client, triage, 'first');
      await publishElsewhere(client, triage, 'faster');
      await workspace.put(FILE, 'mine');
      const lock = await workspace.text(LOCK);
      const outcome = await copy.publish(client, triage, 'second');
      assert.ok(outcome.kind === 'base_outdated');
      assert.equal(outcome.newest?.source, 'faster');
      assert.equal(await workspace.text(FILE), 'mine');
      assert.equal(await workspace.text(LOCK), lock);
      assert.equal(await stateOf(copy, client), 'conflict');
    });

    it('over a newer version once the author confirms it', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      const client = registry.client();
      const copy = copyOf(workspace);
      await copy.publish(client, triage, 'first');
      await publishElsewhere(client, triage, 'faster');
      await workspace.put(FILE, 'faster, and mine');
      const outcome = await copy.publish(client, triage, 'second');
      assert.ok(outcome.kind === 'base_outdated' && outcome.newest !== undefined);
      await copy.setBase(triage, outcome.newest);
      assert.equal(await workspace.text(FILE), 'faster, and mine');
      assert.equal(await stateOf(copy, client), 'modified');
      const again = await copy.publish(client, triage, 'second');
      assert.equal(again.kind === 'published' && again.version.version, 3);
    });

    it('nothing over a newer version, and reports it even if it cannot be fetched', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'mine' });
      const client = registry.client();
      await publishElsewhere(client, triage, 'theirs');
      const cut: Registry = {
        ...unasked,
        publish: (...asked) => client.publish(...asked),
        getVersion: () => Promise.reject(new RegistryUnreachable('offline', '', 'gone')),
      };
      const outcome = await copyOf(workspace).publish(cut, triage, 'x');
      assert.ok(outcome.kind === 'base_outdated');
      assert.deepEqual([outcome.newest, outcome.problem.details.newest?.version], [undefined, 1]);
    });

    it('nothing over an existing prompt if the file has no base', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'mine' });
      await publishElsewhere(registry.client(), triage, 'theirs');
      const outcome = await copyOf(workspace).publish(registry.client(), triage, 'x');
      assert.equal(outcome.kind, 'base_outdated');
    });

    it('nothing if the registry refuses the source, and reports the position in the file', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: '---\nmodel: m\n---\nHello\n{{> unknown}}' });
      await assert.rejects(copyOf(workspace).publish(registry.client(), triage, 'x'), error => {
        assert.ok(Problem.is(error, 'invalid_source'));
        assert.match(
          error.message,
          /^prompts\/support\/triage\.prompt:5:5: The partial "unknown" was not found/,
        );
        return true;
      });
      assert.equal(await workspace.text(LOCK), undefined);
    });

    it('nothing partially if the network drops, and changes neither file nor lock file', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      const copy = copyOf(workspace);
      await copy.publish(registry.client(), triage, 'first');
      const lock = await workspace.text(LOCK);
      await workspace.put(FILE, 'two');
      const fetch = () => Promise.reject(new TypeError('fetch failed'));
      const offline = registry.client('development', { fetch, retry: { retries: 1, firstDelayMs: 1 } });
      await assert.rejects(copy.publish(offline, triage, 'x'), error =>
        RegistryUnreachable.is(error, 'offline'),
      );
      assert.equal(await workspace.text(FILE), 'two');
      assert.equal(await workspace.text(LOCK), lock);
    });

    it('once if the answer to the first attempt was lost', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      let lost = 0;
      const fetch = async (request: Request) => {
        const response = await registry.fetch(request);
        if (lost++ > 0) return response;
        throw new TypeError('fetch failed');
      };
      const outcome = await copyOf(workspace).publish(registry.client('development', { fetch }), triage, 'x');
      assert.equal(outcome.kind === 'published' && outcome.created, true);
      assert.equal((await registry.client().listVersions(triage)).data.length, 1);
    });

    it('a version and reports if the lock file could not be written, which the next pull repairs', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ [FILE]: 'one' });
      const client = registry.client();
      await assert.rejects(copyOf(workspace, noLockWritten).publish(client, triage, 'x'), error => {
        assert.ok(WorkspaceError.is(error, 'lock_not_written'));
        assert.match(error.message, /Version 1 was published/);
        return true;
      });
      const copy = copyOf(workspace);
      assert.equal(await stateOf(copy, client), 'clean');
      assert.deepEqual((await pull(copy, client)).left, []);
      assert.equal((await copy.readLock()).get(triage)?.version, 1);
    });

    it('many prompts at once without losing one from the lock file', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const copy = copyOf(workspace);
      const names = Array.from({ length: 12 }, (_, index) => prompt(`many/p${index}`));
      for (const name of names) await copy.createPrompt(name, `text of ${name}`);
      await Promise.all(names.map(name => copy.publish(registry.client(), name, 'x')));
      assert.deepEqual([...(await copy.readLock()).keys()].sort(), [...names].sort());
    });
  });

  describe('pulls', () => {
    it('missing prompts into an empty workspace, byte by byte', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      const copy = copyOf(workspace);
      await publishElsewhere(client, 'support/triage', '\ufeffone\r\n');
      await publishElsewhere(client, '_header', 'Ä');
      const report = await pull(copy, client);
      assert.deepEqual(
        report.created.map(({ name }) => name),
        ['_header', 'support/triage'],
      );
      assert.equal(await workspace.text(FILE), '\ufeffone\r\n');
      const { prompts: states } = await copy.state(await prompts(client));
      assert.deepEqual(
        [...states.values()].map(({ state }) => state),
        ['clean', 'clean'],
      );
      assert.deepEqual(await pull(copy, client), {
        updated: [],
        merged: [],
        created: [],
        adopted: [],
        kept: [],
        left: [],
      });
    });

    it('a newer version into a clean file, and nothing into one with edits, saved or not', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      const copy = copyOf(workspace);
      for (const name of ['clean', 'edited', 'unsaved']) await publishElsewhere(client, name, 'one');
      await pull(copy, client);
      for (const name of ['clean', 'edited', 'unsaved']) await publishElsewhere(client, name, 'two');
      await workspace.put('prompts/edited.prompt', 'mine');
      const report = await pull(copy, client, { isDirty: (name: string) => name === 'unsaved' });
      assert.deepEqual(report.updated, [{ name: 'clean', from: 1, to: 2 }]);
      assert.deepEqual(
        report.left.map(({ name, why }) => [name, why]),
        [
          ['edited', 'conflict'],
          ['unsaved', 'unsaved'],
        ],
      );
      assert.equal(await workspace.text('prompts/clean.prompt'), 'two');
      assert.equal(await workspace.text('prompts/edited.prompt'), 'mine');
      assert.equal(await workspace.text('prompts/unsaved.prompt'), 'one');
      const lock = await copy.readLock();
      assert.deepEqual(
        ['clean', 'edited', 'unsaved'].map(name => lock.get(prompt(name))?.version),
        [2, 1, 1],
      );
    });

    it('nothing in place of a locally deleted file, unless requested', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      const copy = copyOf(workspace);
      await publishElsewhere(client, triage, 'one');
      await pull(copy, client);
      await rm(join(workspace.root, FILE));
      assert.deepEqual(
        (await pull(copy, client)).left.map(({ why }) => why),
        ['deleted'],
      );
      assert.equal(await workspace.text(FILE), undefined);
      assert.equal((await pull(copy, client, { restoreDeleted: true })).created.length, 1);
      assert.equal(await workspace.text(FILE), 'one');
    });

    it('no archived prompt, and keeps the existing file of one', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ 'prompts/here.prompt': 'mine' });
      const client = registry.client();
      for (const name of ['here', 'gone']) {
        await publishElsewhere(client, name, 'theirs');
        await client.archive(prompt(name), 'old');
      }
      const copy = copyOf(workspace);
      const report = await pull(copy, client);
      assert.deepEqual(
        [report.created, report.left.map(({ name, why }) => [name, why])],
        [[], [['here', 'archived']]],
      );
      assert.equal(await stateOf(copy, client, prompt('here')), 'archived');
      assert.equal(await workspace.text('prompts/here.prompt'), 'mine');
    });

    it('only the requested prompts', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      for (const name of ['a', 'b']) await publishElsewhere(client, name, 'one');
      const report = await pull(copyOf(workspace), client, { names: new Set([prompt('b')]) });
      assert.deepEqual(
        report.created.map(({ name }) => name),
        ['b'],
      );
    });

    it('nothing over a file that cannot be read as a prompt', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publishElsewhere(client, triage, 'one');
      await workspace.put(FILE, Buffer.from([0xff]));
      const copy = copyOf(workspace);
      const report = await pull(copy, client);
      assert.deepEqual(
        report.left.map(({ why }) => why),
        ['unreadable'],
      );
      assert.equal((await copy.state(await prompts(client))).troubles[0]?.reason, 'not_utf8');
    });

    it('nothing over an edit that was made during the fetch', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publishElsewhere(client, triage, 'one');
      const slow: Registry = {
        ...unasked,
        async getSources(of, signal) {
          await workspace.put(FILE, 'mine');
          return client.getSources(of, signal);
        },
      };
      const report = await copyOf(workspace).pull(slow, await prompts(client), nothingDirty);
      assert.deepEqual(
        report.left.map(({ why }) => why),
        ['changed_meanwhile'],
      );
      assert.equal(await workspace.text(FILE), 'mine');
    });

    it('nothing for a version that the registry does not return, and reports it', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publishElsewhere(client, triage, 'one');
      const empty: Registry = { ...unasked, getSources: () => Promise.resolve(new Map()) };
      const report = await copyOf(workspace).pull(empty, await prompts(client), nothingDirty);
      assert.deepEqual(
        report.left.map(({ why }) => why),
        ['gone'],
      );
      assert.equal(await workspace.text(LOCK), undefined);
    });

    it('only the version number for an edited file if the newest text equals its base', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      const copy = copyOf(workspace);
      await publishElsewhere(client, triage, 'one');
      await pull(copy, client);
      for (const source of ['two', 'one']) await publishElsewhere(client, triage, source);
      await workspace.put(FILE, 'mine');
      assert.deepEqual((await pull(copy, client)).adopted, [{ name: triage, version: 3 }]);
      assert.equal(await workspace.text(FILE), 'mine');
      assert.equal((await copy.publish(client, triage, 'x')).kind, 'published');
    });

    it('with progress', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      for (const name of ['a', 'b']) await publishElsewhere(client, name, 'one');
      const told: [number, number][] = [];
      await pull(copyOf(workspace), client, {
        onProgress: (done: number, total: number) => told.push([done, total]),
      });
      assert.deepEqual(told.at(-1), [2, 2]);
    });

    it('the other files if one cannot be written', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      for (const name of ['a', 'b', 'c']) await publishElsewhere(client, name, 'one');
      // A folder is where the file belongs.
      await workspace.put('prompts/a.prompt/notes.md', 'mine');
      const report = await pull(copyOf(workspace), client);
      assert.equal(report.created.length, 2);
      assert.deepEqual(
        report.left.map(({ name, why }) => [name, why]),
        [['a', 'not_writable']],
      );
      assert.equal(await workspace.text('prompts/a.prompt/notes.md'), 'mine');
    });

    it('in an order that the next pull can repair after a crash before the lock file', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publishElsewhere(client, triage, 'one');
      await pull(copyOf(workspace), client);
      const lock = await workspace.text(LOCK);
      await publishElsewhere(client, triage, 'two');
      await assert.rejects(pull(copyOf(workspace, noLockWritten), client), error =>
        WorkspaceError.is(error, 'not_writable'),
      );
      assert.equal(await workspace.text(FILE), 'two');
      assert.equal(await workspace.text(LOCK), lock);
      const copy = copyOf(workspace);
      assert.equal(await stateOf(copy, client), 'clean');
      assert.equal((await copy.readLock()).get(triage)?.version, 2);
      await workspace.put(FILE, 'three');
      assert.equal((await copy.publish(client, triage, 'on what was pulled')).kind, 'published');
    });

    it('with a complete lock file for the written files if it is canceled', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      const names = Array.from({ length: 60 }, (_, index) => prompt(`many-${index % 3}/p${index}`));
      for (const name of names) await publishElsewhere(client, name, 'one');
      const abort = new AbortController();
      const files: FileSystem = {
        ...nodeFileSystem,
        createFolder(folder, mayBe) {
          abort.abort(); // its files are under way by then
          return nodeFileSystem.createFolder(folder, mayBe);
        },
      };
      await assert.rejects(pull(copyOf(workspace, files), client, { signal: abort.signal }));
      const written = names.map(async name => (await workspace.text(`prompts/${name}.prompt`)) !== undefined);
      const isWritten = await Promise.all(written);
      const expected = names.filter((_, index) => isWritten[index]).sort();
      assert.ok(expected.length > 0 && expected.length < names.length, `${expected.length} were written`);
      assert.deepEqual([...(await copyOf(workspace).readLock()).keys()], expected);
    });

    it('nothing over an edited file, after any sequence of events on both sides', async () => {
      const step = fc.record({
        name: fc.constantFrom('a', 'b', 'c/d'),
        what: fc.constantFrom('publish', 'edit', 'delete', 'dirty', 'pull', 'publishMine'),
        text: fc.constantFrom('one', 'two', 'three'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 14 }), async steps => {
          await using registry = await anEmbeddedRegistry();
          await using workspace = await aWorkspace();
          const client = registry.client();
          const copy = copyOf(workspace);
          const dirty = new Set<string>();
          for (const { name, what, text } of steps) {
            const file = `prompts/${name}.prompt`;
            if (what === 'publish') await publishElsewhere(client, name, text);
            if (what === 'edit') await workspace.put(file, text);
            if (what === 'delete') await rm(join(workspace.root, file), { force: true });
            if (what === 'dirty') dirty.add(name);
            if (what === 'publishMine' && (await workspace.text(file)) !== undefined)
              await copy.publish(client, prompt(name), 'mine');
            if (what !== 'pull') continue;
            const { prompts: before } = await copy.state(await prompts(client));
            const texts = new Map<string, string | undefined>();
            for (const known of ['a', 'b', 'c/d'])
              texts.set(known, await workspace.text(`prompts/${known}.prompt`));
            await pull(copy, client, { isDirty: (known: string) => dirty.has(known) });
            for (const [known, was] of texts) {
              const now = await workspace.text(`prompts/${known}.prompt`);
              const state = before.get(prompt(known))?.state;
              const mayChange = (state === 'behind' || state === undefined) && !dirty.has(known);
              if (!mayChange) assert.equal(now, was, `${known} was ${state}`);
              if (state === 'behind' && mayChange) assert.notEqual(now, was);
            }
          }
        }),
        { numRuns: runs(25, 10) },
      );
    });
  });

  describe('creates a new prompt', () => {
    it('from a valid source if it does not exist', async () => {
      await using workspace = await aWorkspace();
      const copy = copyOf(workspace);
      const made = await copy.createPrompt('support/new', 'Hello {{name}}');
      assert.deepEqual(made, {
        name: 'support/new',
        path: join(workspace.project.promptsFolder, 'support', 'new.prompt'),
      });
      assert.equal(await workspace.text('prompts/support/new.prompt'), 'Hello {{name}}');
      await assert.rejects(copy.createPrompt('support/new', 'x'), error =>
        WorkspaceError.is(error, 'file_exists'),
      );
      await assert.rejects(copy.createPrompt('x', '{{#if a}}'), error => Problem.is(error, 'invalid_source'));
      for (const name of ['../x', '/x', 'ä', 'a//b', 'con', 'a\\b', ''])
        await assert.rejects(copy.createPrompt(name, 'x'), error => Problem.is(error, 'invalid_name'));
      assert.equal(await workspace.text('x.prompt'), undefined);
    });

    it('only if no file has the name of its folder', async () => {
      await using workspace = await aWorkspace({ 'prompts/a.prompt': 'One.\n' });
      await assert.rejects(
        copyOf(workspace).createPrompt('a.prompt/b', 'x'),
        error =>
          WorkspaceError.is(error, 'file_exists') &&
          error.message.startsWith('prompts/a.prompt: This is a file'),
      );
      await copyOf(workspace).createPrompt('a/b', 'x');
    });
  });

  it('shows local edits if the registry cannot be reached', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace({ 'prompts/new.prompt': 'x' });
    const copy = copyOf(workspace);
    for (const name of ['a', 'b']) await publishElsewhere(registry.client(), name, 'one');
    await pull(copy, registry.client());
    await workspace.put('prompts/b.prompt', 'edited');
    const { prompts: states } = await copy.state(null);
    assert.deepEqual(
      [...states].map(([name, { state }]) => [name, state]),
      [
        ['a', 'clean'],
        ['b', 'modified'],
        ['new', 'new'],
      ],
    );
  });

  it('reports a lock file that cannot be read', async () => {
    await using workspace = await aWorkspace({ [`${LOCK}/in-its-place`]: '' });
    await assert.rejects(copyOf(workspace).state(null), error => WorkspaceError.is(error, 'unreadable'));
  });

  it('stops reading files if it is canceled', async () => {
    await using workspace = await aWorkspace({ [FILE]: 'one' });
    await assert.rejects(copyOf(workspace).state(null, AbortSignal.abort()), { name: 'AbortError' });
  });

  it('names a file that it may not write', async function () {
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip(); // rights do not bind there
    await using workspace = await aWorkspace({ 'prompts/a.prompt': '' });
    await chmod(workspace.project.promptsFolder, 0o500);
    await assert.rejects(copyOf(workspace).createPrompt('b', 'x'), error =>
      WorkspaceError.is(error, 'not_writable'),
    );
  });
});

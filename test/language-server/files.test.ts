/** Files of the workspace: read by the server in its thread, overridden by open documents, read again when those are closed. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parsePromptName } from '../../src/core/name.ts';
import type { DiskFileEntry } from '../../src/language-server/files.ts';
import { Texts } from '../../src/language-server/texts.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { AnEditor } from './an-editor.ts';

const USER = '{{> shared/tone }}\n';
const USER_OF_TWO = '{{> shared/tone }}{{> shared/other }}\n';

describe('the files that the language server of the extension reads', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  async function file(name: string, content: string | Uint8Array): Promise<DiskFileEntry> {
    const path = join(folder.path, `${name}.prompt`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return { uri: pathToFileURL(path).href, path, role: 'prompt', name: parsePromptName(name) };
  }

  it('are partials of what is open, from the first answer on', async () => {
    await using editor = new AnEditor();
    editor.setFiles([await file('shared/_tone', 'Be kind.\n')]);
    assert.deepEqual(await editor.codes(editor.open('shared/_user', USER)), []);
    assert.deepEqual(await editor.codes(editor.open('other', USER_OF_TWO)), ['missing-partial']);
  });

  it('come and go', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('shared/_user', USER);
    assert.deepEqual(await editor.codes(uri), ['missing-partial']);
    const tone = await file('shared/_tone', 'Be kind.\n');
    editor.setFiles([tone]);
    assert.deepEqual(await editor.codes(uri), []);
    editor.removeFiles([tone.uri]);
    assert.deepEqual(await editor.codes(uri), ['missing-partial']);
  });

  it('are found on the disk under their own names alone, also where it finds them in any case', async () => {
    const { path, uri, name } = await file('Support/order', '{{> shared/tone}}');
    await file('Support/shared/_tone', 'Be kind.');
    const foundWhere = async (names: (folder: string) => readonly string[]) => {
      // As a disk that tells no case answers, on one that may tell it.
      const disk = { exists: async () => true, names: async (folder: string) => names(folder) };
      const texts = new Texts(disk);
      texts.open({
        uri,
        name,
        role: 'prompt',
        text: '{{> shared/tone}}',
        folder: pathToFileURL(folder.path).href,
      });
      await texts.findUnknown(uri);
      return texts.library.prompt(parsePromptName('Support/shared/_tone')) !== undefined;
    };
    const shared = join(dirname(path), 'shared');
    assert.equal(await foundWhere(at => (at === shared ? ['_tone.prompt'] : ['shared'])), true);
    assert.equal(await foundWhere(at => (at === shared ? ['_Tone.prompt'] : ['shared'])), false);
    assert.equal(await foundWhere(at => (at === shared ? ['_tone.prompt'] : ['Shared'])), false);
  });

  it('are looked for on the disk before they count as missing: no watcher told of them', async () => {
    await using editor = new AnEditor();
    const folder = (await file('deep/er/_tone', '{{> shared/warm }}')).uri.replace(
      'deep/er/_tone.prompt',
      '',
    );
    const open = (name: string, text: string) => editor.open(name, text, 'prompt', `${folder}${name}.prompt`);
    const user = open('deep/er/user', '{{> tone }}{{> other }}\n');
    assert.deepEqual(await editor.codes(user), ['missing-partial']);
    // Above the one that uses it, and one that leads back: what is found is read as if it had been told.
    await file('deep/_other', '{{> er/tone }}{{> last }}');
    assert.deepEqual(await editor.codes(user), []);
    await file('shared/_warm', '{{> deep/other }}');
    assert.deepEqual(await editor.codes(user), ['partial-cycle', 'partial-cycle']);
  });

  it('are found beside samples that are opened first', async () => {
    await using editor = new AnEditor();
    const { uri } = await file('user', '---\ninput:\n  schema:\n    count: integer\n---\n{{count}}\n');
    const samples = editor.open(
      'user',
      '- name: one\n  input:\n    count: many\n',
      'samples',
      uri.replace('.prompt', '.samples.yaml'),
    );
    assert.deepEqual(await editor.codes(samples), ['sample-mismatch']);
  });

  it('are read again when they change: a partial that begins to call its user is a cycle', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('shared/_user', USER);
    editor.setFiles([await file('shared/_tone', 'Be kind.\n')]);
    assert.deepEqual(await editor.codes(uri), []);
    editor.setFiles([await file('shared/_tone', '{{> user }}\n')]);
    assert.deepEqual(await editor.codes(uri), ['partial-cycle']);
  });

  it('give way to unsaved text, and count again once that is closed', async () => {
    await using editor = new AnEditor();
    const uri = editor.open('shared/_user', USER);
    const tone = await file('shared/_tone', 'Be kind.\n');
    editor.setFiles([tone]);
    editor.open('shared/_tone', '{{> user }}', 'prompt', tone.uri);
    assert.deepEqual(await editor.codes(uri), ['partial-cycle']);
    // What is on disk is told anew and still does not count.
    editor.setFiles([tone]);
    assert.deepEqual(await editor.codes(uri), ['partial-cycle']);
    editor.close(tone.uri);
    assert.deepEqual(await editor.codes(uri), []);
  });

  it('are told to the server that takes over', async () => {
    await using editor = new AnEditor({ worker: 'faulty' });
    editor.setFiles([await file('shared/_tone', 'Be kind.\n')]);
    const uri = editor.open('shared/_user', USER);
    assert.deepEqual(await editor.codes(uri), []);
    assert.equal(await editor.findings(editor.open('bad', 'CRASH')), undefined);
    assert.equal(editor.restarts, 1);
    assert.deepEqual(await editor.codes(uri), []);
  });

  it('may be gone, or no text, before they are read', async () => {
    await using editor = new AnEditor();
    const gone = await file('shared/_tone', '');
    await rm(gone.path);
    const binary = await file('shared/_other', Uint8Array.of(0xff, 0xfe, 0, 0xc3, 0x28));
    editor.setFiles([gone, binary]);
    assert.deepEqual(await editor.codes(editor.open('user', USER_OF_TWO)), ['missing-partial']);
    assert.deepEqual(editor.logged, []);
  });

  it('have samples that are held against the prompt as it is open', async () => {
    await using editor = new AnEditor();
    const samples = editor.open('user', '- name: one\n  input:\n    count: many\n', 'samples');
    assert.deepEqual(await editor.codes(samples), []);
    const prompt = editor.open('user', '---\ninput:\n  schema:\n    count: integer\n---\n{{count}}\n');
    assert.deepEqual(await editor.codes(samples), ['sample-mismatch']);
    editor.write(prompt, '---\ninput:\n  schema:\n    count: string\n---\n{{count}}\n');
    assert.deepEqual(await editor.codes(samples), []);
  });
});

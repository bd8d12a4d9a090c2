// Several projects in one window: it shows one of them, and does nothing to the files of the others.

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { originOf } from '../../src/keys/origin.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { closeEditors, inside, promptFile, root, run, writePrompt } from './support/inside.ts';
import { entryOf, sourceControl } from './support/source-control.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';
import { teamWindow } from './support/team-window.ts';
import { untilWatched } from './support/watched-folder.ts';
import { updateFolders } from './support/workspace-folders.ts';

const DEVELOPMENT = 'development' as never;

describe('several projects in one window', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });
  let other: TeamRegistry;
  let key: string;
  const cards = () => join(dirname(root()), 'cards');
  const fileOf = (prompt: PromptName) => join(cards(), 'prompts', ...`${prompt}.prompt`.split('/'));
  const newestOf = async (prompt: PromptName) => (await other.client(key).getPrompt(prompt)).newest.version;

  async function writeOther(prompt: PromptName, text: string): Promise<vscode.Uri> {
    await mkdir(dirname(fileOf(prompt)), { recursive: true });
    await writeFile(fileOf(prompt), text);
    return vscode.Uri.file(fileOf(prompt));
  }
  async function addCards(): Promise<void> {
    const { session } = (await inside()).workbench;
    await updateFolders(1, 0, { uri: vscode.Uri.file(cards()), name: 'cards' });
    await eventually('both projects', () => session.projects.length === 2);
  }
  async function removeCards(): Promise<void> {
    const { session } = (await inside()).workbench;
    if ((vscode.workspace.workspaceFolders ?? []).length > 1) await updateFolders(1, 1);
    await eventually('one project', () => session.projects.length === 1);
  }
  async function shows(registry: TeamRegistry): Promise<void> {
    const { session, prompts } = (await inside()).workbench;
    await eventually(`the window to show ${registry.url}`, async () => {
      await session.settled();
      return session.registry === registry.url && session.state.kind === 'connected' && prompts.isListed;
    });
  }

  before(async () => {
    other = await teamRegistry();
    key = await other.key('development', 'author', 'lea.horn');
    const { store } = await (await inside()).workbench.session.keyStore();
    await store.set(originOf(other.url), DEVELOPMENT, key);
  });
  beforeEach(async () => {
    await mkdir(cards(), { recursive: true });
    await writeFile(join(cards(), 'promptforge.json'), JSON.stringify({ registry: other.url }));
    await addCards();
  });
  afterEach(async () => {
    await closeEditors();
    await (await inside()).workbench.session.show(root());
    await removeCards();
    await rm(cards(), { recursive: true, force: true });
  });
  after(async () => {
    const { store } = await (await inside()).workbench.session.keyStore();
    await store.delete(originOf(other.url), DEVELOPMENT);
    await other[Symbol.asyncDispose]();
  });

  it('shows the first, and after switching another, and returns to the first on request', async () => {
    const [ours, theirs] = [freshPrompt(), freshPrompt()];
    await team.publish(ours, 'Ours.\n');
    await other.client(key).publish(theirs, { source: 'Theirs.\n', base: null, message: '' } as never);
    const { session, prompts } = (await inside()).workbench;
    assert.equal(session.oneOfSeveral?.name, basename(root()));
    await shows(team.registry);
    const ask = await run('switchProject', { picks: ['cards'] });
    assert.equal(ask.offered[0]?.length, 2);
    await shows(other);
    assert.equal(session.oneOfSeveral?.name, 'cards');
    assert.ok(prompts.listed.has(theirs) && !prompts.listed.has(ours));
    await removeCards();
    await shows(team.registry);
    assert.equal(session.oneOfSeveral, undefined);
    await addCards();
    await shows(other);
    // Another program takes promptforge.json away, and brings it back.
    await untilWatched(cards());
    const file = join(cards(), 'promptforge.json');
    const text = await readFile(file);
    await rm(file);
    await shows(team.registry);
    await writeFile(file, text);
    await shows(other);
  });

  it('ignores files of another project, and offers to switch when a command needs it', async () => {
    const prompt = freshPrompt();
    await writePrompt(prompt, '{{#if}}\n');
    const uri = await writeOther(prompt, '{{#if}}\n');
    const { fileDecorations, workbench } = await inside();
    await vscode.window.showTextDocument(uri, { preview: false });
    await vscode.window.showTextDocument(vscode.Uri.file(promptFile(prompt)), { preview: false });
    const problems = (of: vscode.Uri) => vscode.languages.getDiagnostics(of).length;
    await eventually(
      'the problem of the file that is shown',
      () => problems(vscode.Uri.file(promptFile(prompt))) > 0,
    );
    assert.equal(problems(uri), 0);
    assert.equal(await workbench.prompts.promptOf(uri.fsPath), undefined);
    const { token } = new vscode.CancellationTokenSource();
    assert.equal(fileDecorations.provideFileDecoration(uri, token), undefined);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    assert.deepEqual(lenses.map(({ command }) => command?.title).slice(-1), ['Switch to cards']);

    await writeOther(prompt, 'Theirs.\n');
    for (const command of ['publish', 'promote', 'compareWithNewest', 'rename', 'acceptMine']) {
      const left = await run(command, {}, uri);
      const told = await left.message(/^This file belongs to the project cards, and this window shows /);
      assert.deepEqual(told.buttons, ['Switch to cards']);
      assert.deepEqual([left.asked, left.offered, left.confirmed], [[], [], []], command);
    }
    const ask = await run('publish', { button: 'Switch to cards', texts: ['First'] }, uri);
    await ask.message(new RegExp(`${prompt}@1`));
    await shows(other);
    assert.equal(await newestOf(prompt), 1);
    await assert.rejects((await team.client('development', 'author', 'tomas.berg')).getPrompt(prompt));
    await eventually('its file to be clean', () => workbench.prompts.listed.get(prompt)?.state === 'clean');
  });

  it('does not confuse versions of another registry with those it shows', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'Ours.\n');
    await other.client(key).publish(prompt, { source: 'Theirs.\n', base: null, message: '' } as never);
    await run('switchProject', {}, cards());
    await shows(other);
    await run('openVersion', {}, `${prompt}@1`);
    const { uri } = await eventually('their version in front', () => {
      const front = vscode.window.activeTextEditor?.document;
      return front?.getText() === 'Theirs.\n' ? front : undefined;
    });
    await run('switchProject', {}, root());
    await shows(team.registry);
    for (const command of ['promote', 'copyCurl', 'compareWithPrevious']) {
      const ask = await run(command, {}, uri);
      const told = await ask.message(/^This belongs to 127\.0\.0\.1:\d+, the registry of the project cards/);
      assert.deepEqual(told.buttons, ['Switch to cards']);
    }
  });

  it('discards an answer given after switching to another project', async () => {
    const prompt = freshPrompt();
    await team.publishWithFile(prompt, 'One.\n');
    await writePrompt(prompt, 'Two.\n');
    const meanwhile = async () => {
      await vscode.commands.executeCommand('promptforge.switchProject', cards());
    };
    const ask = await run('publish', { texts: ['Second'], meanwhile }, prompt);
    await ask.message(/^Nothing was done, because this window switched to another project/);
    const author = await team.client('development', 'author', 'tomas.berg');
    assert.equal((await author.getPrompt(prompt)).newest.version, 1);
    await assert.rejects(newestOf(prompt));
  });

  it('connects only the selected folder', async () => {
    const before = await readFile(join(root(), 'promptforge.json'), 'utf8');
    const left = await run('connect', { picks: ['cards', undefined] });
    assert.deepEqual(left.offered[0], [
      `${basename(root())} Now: ${team.registry.url.slice('http://'.length)}`,
      `cards Now: ${other.url.slice('http://'.length)}`,
    ]);
    await run('connect', {
      picks: ['cards', 'Connect to your team'],
      texts: [team.registry.url],
    });
    const { session } = (await inside()).workbench;
    await eventually(
      'the other folder to be connected',
      () => session.oneOfSeveral?.name === 'cards' && session.registry === team.registry.url,
    );
    assert.equal(await readFile(join(root(), 'promptforge.json'), 'utf8'), before);
  });

  it('keeps two folders of one registry separate: files, lock files and drafts', async () => {
    const prompt = freshPrompt();
    const { prompts, session } = (await inside()).workbench;
    await team.publishWithFile(prompt, 'One.\n');
    await writeFile(join(cards(), 'promptforge.json'), JSON.stringify({ registry: team.registry.url }));
    await writeOther(prompt, 'One.\n');
    await eventually('both on one registry', () =>
      session.projects.every(({ project }) => project?.registry === team.registry.url),
    );
    await writePrompt(prompt, 'Two.\n');
    (await sourceControl()).control.inputBox.value = 'Of the first folder';
    await run('switchProject', {}, cards());
    await eventually('the other folder', () => session.oneOfSeveral?.name === 'cards');
    await eventually('an empty box', async () => (await sourceControl()).message === '');
    await prompts.rescan();
    await eventually('its file to be as published', () => prompts.listed.get(prompt)?.state === 'clean');
    assert.equal(await readFile(promptFile(prompt), 'utf8'), 'Two.\n');
    await run('switchProject', {}, root());
    await eventually('what was typed', async () => (await sourceControl()).message === 'Of the first folder');
    await entryOf(prompt, 'changes');
    await run('publishAll');
    await eventually('its version', () => prompts.listed.get(prompt)?.base === 2);
    assert.equal(await readFile(fileOf(prompt), 'utf8'), 'One.\n');
    await run('switchProject', {}, cards());
    await eventually('the other folder', () => session.oneOfSeveral?.name === 'cards');
    await run('refresh');
    await eventually(
      'its file to differ',
      () => !['clean', undefined].includes(prompts.listed.get(prompt)?.state),
    );
  });

  it('excludes a project inside the prompts folder, even if it is not a workspace folder', async () => {
    const inner = join(cards(), 'prompts', 'inner');
    await mkdir(join(inner, 'prompts'), { recursive: true });
    await writeFile(join(inner, 'promptforge.json'), JSON.stringify({ registry: team.registry.url }));
    const file = join(inner, 'prompts', 'mine.prompt');
    await writeFile(file, 'Mine.\n');
    await run('switchProject', {}, cards());
    await shows(other);
    const { prompts } = (await inside()).workbench;
    await prompts.rescan();
    const named = (listed: Iterable<string>) => [...listed].filter(name => name.startsWith('inner/'));
    assert.deepEqual(named(prompts.listed.keys()), []);
    const ask = await run('publish', { texts: ['First'], confirms: [true] }, vscode.Uri.file(file));
    assert.ok(ask.told.length > 0, 'it says why nothing is published');
    assert.deepEqual(await other.client(key).allPrompts({ prefix: 'inner/' }), []);
    assert.equal(await readFile(file, 'utf8'), 'Mine.\n');
  });
});

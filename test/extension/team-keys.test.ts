// Setting, testing, replacing and removing keys of a team's registry, and what a key must never do.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, nameRegistry, root, run, writePrompt } from './support/inside.ts';
import { teamRegistry } from './support/team-registry.ts';
import { TeamWindow, teamWindow } from './support/team-window.ts';

const state = async () => (await inside()).workbench.session.state;

// A registry for each test: where a key was stored once, what the window has begun with it may still be on its way.
describe('a team registry without a stored key', () => {
  const team = new TeamWindow({});
  beforeEach(async () => {
    await team.open();
    await team.reset();
  });
  afterEach(() => team.close());

  it('says that a key is missing, and sends nothing without one', async () => {
    const prompt = freshPrompt();
    assert.deepEqual(await state(), { kind: 'no-key' });
    const ask = await run('publish', {}, prompt);
    await ask.message(new RegExp(`This folder has no file for ${prompt}`));
    await writePrompt(prompt, 'One.\n');
    const again = await run('publish', {}, prompt);
    const told = await again.message(/^Publishing needs a key for .*none is stored\.$/);
    assert.deepEqual(told.buttons, ['Set Key…']);
    assert.deepEqual(team.registry.seen, []);
  });

  it('refuses an invalid key, or one of another environment, before sending anything', async () => {
    const author = await team.key('development', 'author', 'tomas.berg');
    const damaged = await run('setKey', { texts: [`${author.slice(0, -1)}?`] });
    await damaged.message(/not a PromptForge key/);
    const other = await run('setKey', { texts: [author] }, 'staging');
    await other.message(/This is a key for development\. Enter a key for staging\./);
    assert.equal(damaged.asked[0]?.secret, true);
    assert.deepEqual(team.registry.seen, []);
  });

  it('does not store a key that the registry does not know', async () => {
    const elsewhere = await teamRegistry();
    const foreign = await elsewhere.key('development', 'admin', 'mallory');
    await elsewhere[Symbol.asyncDispose]();
    const ask = await run('setKey', { texts: [foreign] });
    await ask.message(/^The key was not stored: /);
    assert.deepEqual(await state(), { kind: 'no-key' });
  });

  it('tests and stores a key, and says who you are and where keys are kept', async () => {
    const texts = [await team.key('development', 'author', 'tomas.berg')];
    const ask = await run('setKey', { texts, button: 'Show Details' });
    await ask.message('Development key stored. You are tomas.berg (author).');
    await ask.message(/^You are tomas\.berg, author in development, at 127\.0\.0\.1:\d+\. Keys are kept in /);
    const { workbench } = await inside();
    const { store, place } = await workbench.session.keyStore();
    assert.match(
      ask.asked[0]?.prompt ?? '',
      new RegExp(`^It is stored in ${place} and sent only to http://127`),
    );
    const expected =
      process.env['DBUS_SESSION_BUS_ADDRESS'] === undefined && process.platform === 'linux'
        ? 'secret-storage'
        : 'keychain';
    assert.equal(store.kind, expected);
    assert.deepEqual(await state(), {
      kind: 'connected',
      environment: 'development',
      actor: 'tomas.berg',
      role: 'author',
    });
  });
});

describe('a team registry with a stored key', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });
  const author = () => team.key('development', 'author', 'tomas.berg');

  it('says who you are when a key is tested', async () => {
    const ask = await run('testKey', {}, 'development');
    await ask.message(/^The key works\. You are tomas\.berg, author in development/);
  });

  it('never puts a key into a message, the settings or a workspace file', async () => {
    const set = await run('replaceKey', { texts: [await author()] }, 'development');
    await set.message(/^Development key stored\./);
    const tested = await run('testKey', {}, 'development');
    await tested.message(/^The key works\./);
    const secret = (await author()).slice(-20);
    assert.equal(JSON.stringify([set.told, tested.told]).includes(secret), false);
    assert.equal((await readFile(join(root(), 'promptforge.json'), 'utf8')).includes(secret), false);
    assert.equal(JSON.stringify(vscode.workspace.getConfiguration('promptforge')).includes(secret), false);
  });

  it('never sends a key to another origin named by promptforge.json', async () => {
    const prompt = freshPrompt();
    await writePrompt(prompt, 'One.\n');
    await using other = await teamRegistry();
    await nameRegistry(other.url);
    await run('refresh');
    // The window hears of the file itself as well, and may just be looking again.
    await eventually('no key', async () => (await state()).kind === 'no-key');
    await (await run('publish', {}, prompt)).message(/^Publishing needs a key for /);
    await (await run('testKey', {}, 'development')).message(/No key for development is stored/);
    assert.deepEqual(other.seen, []);
    await nameRegistry(team.registry.url);
    await run('refresh');
    await eventually('the connection', async () => (await state()).kind === 'connected');
  });

  it('sends the key nowhere if promptforge.json changes while it is typed', async () => {
    await using other = await teamRegistry();
    const { workbench } = await inside();
    const ask = await run(
      'replaceKey',
      {
        texts: [await author()],
        meanwhile: async () => {
          await nameRegistry(other.url);
          await workbench.prompts.refresh();
        },
      },
      'development',
    );
    await ask.message(/now names another registry .* neither sent nor stored/);
    assert.deepEqual(other.seen, []);
  });

  it('reports a revoked key, with its environment', async () => {
    const prompt = freshPrompt();
    await writePrompt(prompt, 'One.\n');
    const key = await team.registry.key('development', 'author', 'tomas.berg');
    await run('replaceKey', { texts: [key] }, 'development');
    const admin = await team.client('development', 'admin', 'ada');
    const { id } = await team.registry.client(key).currentKey();
    await admin.revokeKey(id);
    await run('refresh');
    const { session } = (await inside()).workbench;
    await eventually('the refusal', () => session.keys.get('development' as never)?.kind === 'refused');
    const ask = await run('publish', {}, prompt);
    await ask.message(/key for development was refused: .*revoked/i);
  });

  it('removes a key after confirmation', async () => {
    const { session } = (await inside()).workbench;
    assert.equal(session.keys.has('development' as never), true);
    const ask = await run('removeKey', { confirms: [true] }, 'development');
    assert.equal(ask.confirmed[0]?.button, 'Remove development Key');
    await ask.message('The key for development is removed.');
    assert.equal(session.keys.has('development' as never), false);
  });
});

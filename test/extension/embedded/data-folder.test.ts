// The data folder of the embedded registry, as the settings name it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as vscode from 'vscode';
import { RegistryClient } from '../../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../../src/core/environment.ts';
import { openEmbeddedRegistry } from '../../../src/registry/embedded.ts';
import { eventually } from '../../eventually.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshPrompt } from '../support/fresh-prompt.ts';
import { inside, run, setting, shownTree } from '../support/inside.ts';
import { ScriptedAsk } from '../support/scripted-ask.ts';

describe('the data folder in the settings', () => {
  const actor = 'tomas.berg';
  const workspace = embeddedWorkspace({ actor });

  afterEach(async () => {
    const { alarms, workbench } = await inside();
    await setting('embedded.dataFolder', workspace.dataFolder);
    await workbench.prompts.refresh();
    while (alarms.shown() !== undefined) await run('showAlarm', { confirms: ['alternative'] });
  });

  it('connects as the actor in the settings, in every environment, and is empty at first', async () => {
    const { session } = (await inside()).workbench;
    await eventually('the connection', () => session.state.kind === 'connected');
    const { state, keys } = session;
    assert.deepEqual(state, {
      kind: 'connected',
      environment: 'development',
      actor,
      role: state.kind === 'connected' ? state.role : '',
    });
    assert.deepEqual([...keys.keys()].sort(), ['development', 'production', 'staging']);
    assert.deepEqual(await shownTree(), []);
  });

  it('raises the alarm when its database was tampered with, and is not opened', async () => {
    await using broken = await temporaryFolder();
    const registry = await openEmbeddedRegistry({ dataFolder: broken.path, actor: 'mara.lindqvist' });
    await registry.close();
    const database = new DatabaseSync(join(broken.path, 'registry.db'));
    database.exec("DROP TRIGGER events_no_update; UPDATE events SET actor = 'eve' WHERE seq = 2");
    database.close();

    const { alarms, answerWith, workbench } = await inside();
    const seen = new ScriptedAsk({ confirms: [false] });
    answerWith(seen);
    await setting('embedded.dataFolder', broken.path);
    const alarm = await eventually('the alarm', () => seen.confirmed[0]);
    assert.equal(alarm.message, `The log of the embedded registry in ${broken.path} is inconsistent.`);
    assert.match(alarm.detail, /Event 2 does not have the hash it claims/);
    await eventually('the refusal', () => workbench.session.state.kind === 'refused');
    assert.match(alarms.shown() ?? '', /the log is inconsistent/);

    await setting('embedded.dataFolder', workspace.dataFolder);
    await eventually('the sound one', () => workbench.session.state.kind === 'connected');
    assert.match(alarms.shown() ?? '', /the log is inconsistent/);
    await run('showAlarm', { confirms: ['alternative'] });
    assert.equal(alarms.shown(), undefined);
  });
});

describe('a version of the embedded registry', () => {
  const workspace = embeddedWorkspace();
  afterEach(() => setting('embedded.dataFolder', workspace.dataFolder));

  it('shows a version of its data folder, even if another folder has one with the same number', async () => {
    await using other = await temporaryFolder();
    const registry = await openEmbeddedRegistry({ dataFolder: other.path, actor: 'mara.lindqvist' });
    const prompt = freshPrompt();
    const key = embeddedCredential(parseEnvironmentName('development'));
    const client = new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: registry.fetch });
    await client.publish(prompt, { source: 'Of the other folder.\n', message: '', base: null });
    await registry.close();

    await workspace.publish(prompt, 'Of the first folder.\n');
    await run('openVersion', {}, `${prompt}@1`);
    const shown = () => vscode.window.activeTextEditor?.document.getText();
    await eventually('the version', () => shown() === 'Of the first folder.\n');
    await setting('embedded.dataFolder', other.path);
    await eventually('the version of the other folder', () => shown() === 'Of the other folder.\n');
    await setting('embedded.dataFolder', workspace.dataFolder);
    await eventually('the version of the first folder', () => shown() === 'Of the first folder.\n');
  });
});

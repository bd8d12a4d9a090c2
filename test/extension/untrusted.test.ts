// A workspace that is not trusted: whatever is tried, nothing leaves this machine and no key is read.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connectTo, inside, promptFile, root, run } from './support/inside.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

describe('in a workspace that is not trusted', () => {
  let team: TeamRegistry;

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    team = await teamRegistry();
    await connectTo(team.url);
  });

  after(() => team[Symbol.asyncDispose]());

  it('sends nothing, whatever is asked for', async () => {
    const { workbench } = await inside();
    assert.deepEqual(workbench.session.state, { kind: 'untrusted' });
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(join(root(), 'prompts')));
    await writeFile(promptFile('greeting'), 'Hello.\n');
    const key = await team.key('development', 'admin', 'tomas.berg');
    await run('refresh');
    await run('setKey', { texts: [key] });
    await run('testKey', { picks: ['development'] }, 'development');
    await run('publish', { texts: ['Message'] }, 'greeting');
    await run('promote', { picks: ['staging'], texts: ['Reason'], confirms: [true] }, 'greeting', 1);
    await run('rollBack', { picks: ['staging'], texts: ['Reason'], confirms: [true] }, 'greeting');
    await run('openVersion', {}, 'greeting@1');
    await run('pull');
    assert.deepEqual(team.seen, []);
  });

  it('says why', async () => {
    const ask = await run('connect');
    assert.match(ask.told[0]?.message ?? '', /not trusted/);
    assert.deepEqual(ask.told[0]?.buttons, ['Manage Workspace Trust']);
  });

  it('runs no embedded registry either', async () => {
    await connectTo('embedded');
    const { workbench } = await inside();
    assert.deepEqual(workbench.session.state, { kind: 'untrusted' });
  });
});

// A workspace that is not trusted: whatever is tried, nothing leaves this machine and no key is read.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { closeEditors, connectTo, disconnect, inside, promptFile, run } from './support/inside.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';
import { told } from './support/shown.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

/** A link, as VS Code hands it on. */
async function opened(reference: string, registry: string): Promise<ScriptedAsk> {
  const { answerWith, links } = await inside();
  const ask = new ScriptedAsk({ confirms: [true] });
  answerWith(ask);
  await links.open({ path: '/version', query: `ref=${reference}&registry=${registry}` });
  return ask;
}

describe('an untrusted workspace', () => {
  let team: TeamRegistry;

  before(async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    team = await teamRegistry();
  });

  beforeEach(() => connectTo(team.url));

  afterEach(closeEditors);

  after(async () => {
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  it('sends nothing, whatever is requested', async () => {
    const { workbench } = await inside();
    assert.deepEqual(workbench.session.state, { kind: 'untrusted' });
    await mkdir(dirname(promptFile('greeting')), { recursive: true });
    await writeFile(promptFile('greeting'), 'Hello.\n');
    const key = await team.key('development', 'admin', 'tomas.berg');
    await run('refresh');
    // Each says that nothing was done, and is over then.
    const refused = [
      await run('setKey', { texts: [key] }),
      await run('testKey', { picks: ['development'] }, 'development'),
      await run('publish', { texts: ['Message'] }, 'greeting'),
      await run('promote', { picks: ['staging'], texts: ['Reason'], confirms: [true] }, 'greeting', 1),
      await run('rollBack', { picks: ['staging'], texts: ['Reason'], confirms: [true] }, 'greeting'),
      await run('openVersion', {}, 'greeting@1'),
      await opened('support/triage@1', team.url),
      await opened('support/triage@1', 'https://prompts.example.com'),
      await run('pull'),
    ];
    for (const ask of refused) await told(ask);
    // Whatever was sent before is seen before this.
    await fetch(`${team.url}/afterwards`);
    assert.deepEqual(
      team.seen.map(({ path }) => path),
      ['/afterwards'],
    );
  });

  it('explains why', async () => {
    const { message, buttons } = await told(await run('connect'));
    assert.match(message, /not trusted/);
    assert.deepEqual(buttons, ['Manage Workspace Trust']);
  });

  it('runs no embedded registry either', async () => {
    await connectTo('embedded');
    const { workbench } = await inside();
    assert.deepEqual(workbench.session.state, { kind: 'untrusted' });
  });
});

// A rollback for practice, in the embedded registry.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { closeEditors, nodeOf, run } from '../support/inside.ts';
import { promptNode, told } from '../support/shown.ts';

describe('a rollback drill in the embedded registry', () => {
  const { publish, promote, live, mara } = embeddedWorkspace();

  it('rolls staging back and forward, and reports how long each step took', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    for (const version of [1, 2]) {
      await promote(name, version);
      const picks = ['production · stable'];
      await run('promote', { picks, texts: ['Tested'], confirms: [true] }, name, version);
    }
    await closeEditors();
    const ask = await run('rollbackDrill', { picks: [`${name} in staging`], confirms: [true] });
    assert.deepEqual(
      ask.offered[0]?.filter(offer => / in production /.test(offer)),
      [],
      'production is not offered',
    );
    assert.equal(ask.confirmed[0]?.button, 'Start Drill with @1 in staging');
    assert.deepEqual(ask.told, []);
    const document = await eventually('the report', () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.languageId === 'markdown' ? shown : undefined;
    });
    assert.equal(document.isUntitled, true);
    assert.match(document.getText(), new RegExp(`^# Rollback drill: ${name} in staging\n`));
    assert.match(document.getText(), /\| An application .* max-age of 5 s had @1 \| \d+\.\d s +\|/);
    assert.match(document.getText(), /\*\*@2 is live in staging\*\*, as before the drill\./);
    assert.deepEqual([await live(name, 'staging'), await live(name, 'production')], ['Two.\n', 'Two.\n']);
    const { data } = await mara().listPromotions({ prompt: name, environment: 'production' as never });
    assert.equal(data.length, 2, 'production was not touched');
  });

  it('does nothing in production, without another good version, or if the person declines', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 1);
    const picks = ['production · stable'];
    await run('promote', { picks, texts: ['Tested'], confirms: [true] }, name, 1);
    const production = await nodeOf('pointer', 'production · stable', await promptNode(name));
    const refused = await run('rollbackDrill', {}, production);
    assert.match((await told(refused)).message, /^production does not allow drills/);
    const nothing = await run('rollbackDrill', {}, name);
    assert.match((await told(nothing)).message, /^No other good version of /);
    await promote(name, 2);
    const left = await run('rollbackDrill', { confirms: [false] }, name);
    assert.equal(left.confirmed.length, 1);
    assert.equal(await live(name, 'staging'), 'Two.\n');
    const { data } = await mara().listPromotions({ prompt: name, environment: 'staging' as never });
    assert.equal(data.length, 2);
  });
});

// The alarm that a registry's log was rewritten behind everyone's back.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { inside, run } from './support/inside.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';
import { teamWindow } from './support/team-window.ts';

describe('a registry whose log was rewritten', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });

  it('raises an alarm that stays until it is acknowledged', async () => {
    const prompt = freshPrompt();
    await team.isFollowed();
    const { alarms, answerWith } = await inside();
    assert.equal(alarms.shown(), undefined);
    const seen = new ScriptedAsk({ confirms: [false] });
    answerWith(seen);
    team.registry.tamper = page => page.replaceAll('"actor":"ada"', '"actor":"eve"');
    const ada = await team.client('development', 'author', 'ada');
    await ada.publish(prompt, { source: 'One.\n', base: null, message: 'First' } as never);
    const alarm = await eventually('the alarm', () => seen.confirmed[0]);
    team.registry.tamper = undefined;
    assert.equal(alarm.severity, 'error');
    assert.equal(alarm.message, `The log of ${team.registry.url} was rewritten.`);
    assert.match(alarm.detail, /does not continue the log seen before.*up to event [0-9]+ \(sha256:/s);
    assert.match(alarms.shown() ?? '', /the log was rewritten/);
    await run('refresh');
    assert.match(alarms.shown() ?? '', /the log was rewritten/);

    await vscode.env.clipboard.writeText('');
    const copied = await run('showAlarm', { confirms: [true] });
    assert.equal(copied.confirmed[0]?.detail, alarm.detail);
    assert.match(await vscode.env.clipboard.readText(), /^2.*\n.*up to event [0-9]+ \(sha256:/s);
    assert.match(alarms.shown() ?? '', /the log was rewritten/);
    const ask = await run('showAlarm', { confirms: ['alternative'] });
    assert.equal(ask.confirmed[0]?.detail, alarm.detail);
    assert.equal(alarms.shown(), undefined);
  });
});

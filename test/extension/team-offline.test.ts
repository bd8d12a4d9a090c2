// A registry that goes away and comes back: what the window still does, what it asks meanwhile, and what it says.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { closeEditors, inside, nameRegistry, root, run } from './support/inside.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';
import { shownComparison, withoutAges } from './support/shown.ts';
import { shownOf, teamWindow } from './support/team-window.ts';

describe('an unavailable registry', () => {
  const team = teamWindow({
    keys: { development: ['author', 'tomas.berg'], staging: ['approver', 'tomas.berg'] },
  });

  /** The window is connected to nothing, and then to the registry again, as when it is opened. */
  async function startAgain(): Promise<void> {
    const { prompts, session } = (await inside()).workbench;
    await closeEditors();
    await rm(join(root(), 'promptforge.json'));
    await eventually('the window to be connected to nothing', async () => {
      await prompts.refresh();
      return session.state.kind === 'not-connected' && prompts.listed.size === 0;
    });
    await nameRegistry(team.registry.url);
  }

  it('leaves a newly started window its cached data to read, compare and search', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One fee.\n', 'Hello\nTwo FEES.\n');
    await team.promote(prompt, 'staging', 1);
    const { workbench, promotionsView } = await inside();
    const { session, prompts, promotions } = workbench;
    // A moment after the refresh, and another one would begin the list anew.
    await run('refresh');
    await eventually('the promotion to be listed', () =>
      promotions.promotions.some(each => each.prompt === prompt),
    );
    const before = await shownOf(prompt);
    assert.equal(before.length, 5, before.join('\n'));
    const environments = session.environments.map(({ name }) => name);
    await run('openVersion', {}, `${prompt}@1`);
    await run('openVersion', {}, `${prompt}@2`);

    await team.registry.stop();
    await startAgain();
    await eventually('the window to be offline', async () => {
      await prompts.refresh();
      return session.state.kind === 'offline';
    });
    assert.deepEqual(
      session.environments.map(({ name }) => name),
      environments,
    );
    const withoutTimes = (line: string) =>
      withoutAges(line.replace(/(?:was )?live in staging for .*? · /, ''));
    assert.deepEqual((await shownOf(prompt)).map(withoutTimes), before.map(withoutTimes));
    // They are read from the disk a moment after the state is known.
    await eventually('the promotion that was known', () =>
      promotions.promotions.some(each => each.prompt === prompt),
    );
    assert.ok(promotionsView.tree.getChildren().length > 0);

    await run('openVersion', {}, `${prompt}@1`);
    const front = () => vscode.window.activeTextEditor?.document.getText();
    await eventually('the version in front', () => front() === 'One fee.\n');
    await run('compareVersions', { picks: ['@2', '@1'] }, prompt);
    await shownComparison(prompt, '@1 ↔ @2');
    const search = await run('searchVersions', { texts: ['two fees'], picks: [prompt] });
    assert.match(
      search.offered[0]?.[0] ?? '',
      new RegExp(`^${prompt}@2 line 2 · added here · tomas\\.berg · `),
    );
    // One side of the comparison in front is the same document.
    await eventually('the text to be selected in the version', () => {
      const front = vscode.window.activeTextEditor;
      const isVersion = front?.document.uri.path === `/${prompt}@2`;
      return isVersion && front.document.getText(front.selection) === 'Two FEES';
    });
    const none = await run('searchVersions', { texts: ['no such text at all'] });
    await none.message(/^“no such text at all” is in none of the \d+ versions on this machine\.$/);

    await team.registry.start();
    await eventually('the window to be connected', () => session.state.kind === 'connected');
  });

  it('gets only one health check at a time, and is reported offline once', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await run('refresh');
    await team.isFollowed();
    const { answerWith, workbench, tree } = await inside();
    const { session, prompts } = workbench;
    const ask = new ScriptedAsk();
    answerWith(ask);
    const states: string[] = [session.state.kind];
    const noting = session.onDidChange(() => {
      if (states.at(-1) !== session.state.kind) states.push(session.state.kind);
    });
    try {
      team.registry.weather = () => 'down';
      await eventually('the window to be offline', () => session.state.kind === 'offline');
      await prompts.refresh(); // what was under way when it went has ended
      team.registry.seen.length = 0;
      tree.forgetHistories();
      await Promise.all([shownOf(prompt), prompts.refresh(), prompts.refresh()]);
      const questions = () => team.registry.seen.filter(({ path }) => path === '/readyz').length;
      await eventually('a few questions', () => questions() > 2);
      assert.deepEqual([...new Set(team.registry.seen.map(({ path }) => path))], ['/readyz']);
      await team.publish(freshPrompt(), 'Of somebody else.\n');
      team.registry.weather = () => 'pass';
      await eventually('the window to be connected', () => session.state.kind === 'connected');
    } finally {
      noting.dispose();
    }
    assert.deepEqual(states, ['connected', 'offline', 'connected']);
    assert.deepEqual(ask.told, []);
  });

  it('has changes by others shown automatically, also after it is back', async () => {
    const { session, prompts } = (await inside()).workbench;
    await team.isFollowed();
    for (const isAway of [false, true]) {
      if (isAway) {
        await team.registry.stop();
        await eventually('the window to be offline', () => session.state.kind === 'offline');
        await team.registry.start();
        await eventually('the window to be connected', () => session.state.kind === 'connected');
      }
      const prompt = freshPrompt();
      await team.publish(prompt, 'Of somebody else.\n');
      await eventually('the prompt', () => prompts.listed.get(prompt)?.summary?.newest.version === 1);
    }
  });
});

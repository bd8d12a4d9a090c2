// The view History follows the editor: versions, when each was live where, and the search through all of them.

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import type { HistoryNode } from '../../src/editor/explorer/nodes.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, closeEditors, inside, run } from './support/inside.ts';
import { shownComparison, withoutAges } from './support/shown.ts';
import { teamWindow } from './support/team-window.ts';

describe('the History view', () => {
  const team = teamWindow({
    keys: { development: ['author', 'tomas.berg'], staging: ['approver', 'tomas.berg'] },
  });

  async function history() {
    const { history } = await inside();
    const { tree } = await history.opened();
    const { description = '', message = '' } = history.view;
    return { tree, description, message };
  }

  /** Label and description of each item, timelines opened. */
  async function lines(): Promise<string[]> {
    const { tree } = await history();
    const all: string[] = [];
    const visit = async (node: HistoryNode | undefined, level: number): Promise<void> => {
      for (const child of await tree.getChildren(node)) {
        const { label, description } = tree.getTreeItem(child);
        all.push(`${'  '.repeat(level)}${String(label)} ${String(description ?? '')}`.trimEnd());
        if (child.kind === 'timeline') await visit(child, level + 1);
      }
    };
    await visit(undefined, 0);
    return all;
  }

  async function shows(prompt: PromptName | undefined): Promise<void> {
    const { tree } = await history();
    await eventually(`the history of ${prompt}`, () => tree.prompt === prompt);
  }

  async function nodes(): Promise<HistoryNode[]> {
    const { tree } = await history();
    const top = await tree.getChildren();
    const below = await Promise.all(
      top.map(node => (node.kind === 'timeline' ? tree.getChildren(node) : [])),
    );
    return [...top, ...below.flat()];
  }

  it('shows versions newest first, when each was live, and rollbacks with their reason', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n', 'Three.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.request(prompt, { environment: 'staging', version: 1, reason: 'Wrong fee' });
    await run('refresh');
    await run('openVersion', {}, `${prompt}@2`);
    await shows(prompt);
    const shown = await lines();
    assert.match(shown[0] ?? '', /^Live in staging @1 now · 3 promotions · 1 rollback$/);
    assert.match(shown[1] ?? '', /^ {2}@1 since .+ · rollback: Wrong fee · .* · tomas\.berg$/);
    assert.match(shown[2] ?? '', /^ {2}@2 .* · rolled back to @1 · Tested · .* · tomas\.berg$/);
    assert.match(shown[3] ?? '', /^ {2}@1 .* · Tested · .* · tomas\.berg$/);
    assert.match(shown[4] ?? '', /^@3 Version 3 · tomas\.berg · /);
    assert.match(shown[5] ?? '', /^@2 stable in staging .*, rolled back: Wrong fee · Version 2 · /);
    assert.match(shown[6] ?? '', /^@1 stable in staging since .+ · stable in staging .* · Version 1 · /);
    assert.equal(shown.length, 7);
    assert.equal((await history()).description, prompt);
  });

  it('marks a version as live that was rolled back and promoted again, as after a drill', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1, 2);
    await team.request(prompt, { environment: 'staging', version: 1, reason: 'Wrong fee' });
    await run('refresh');
    await run('openVersion', {}, `${prompt}@2`);
    await shows(prompt);
    const icons = async () => {
      const { tree } = await history();
      return (await tree.getChildren())
        .filter(({ kind }) => kind === 'version')
        .map(node => (tree.getTreeItem(node).iconPath as vscode.ThemeIcon).id);
    };
    assert.deepEqual(await icons(), ['discard', 'circle-filled']);
    await team.promote(prompt, 'staging', 2);
    await run('refresh');
    await eventually('@2 to be live', async () => (await icons()).join() === 'circle-filled,git-commit');
  });

  it('keeps its prompt while a comment is being written', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\nTwo.\n');
    await run('refresh');
    await run('openVersion', {}, `${prompt}@1`);
    await shows(prompt);
    const isField = () => vscode.window.activeTextEditor?.document.uri.scheme === 'comment';
    // It does nothing until VS Code knows which lines take comments.
    await eventually('the field for a comment', async () => {
      await vscode.commands.executeCommand('workbench.action.addComment');
      for (let left = 40; left > 0 && !isField(); left -= 1) await delay(25);
      return isField();
    });
    await run('refresh');
    assert.equal((await history()).description, prompt);
  });

  it('follows the editor, keeps its prompt while a panel has the focus, and is empty with nothing open', async () => {
    const [one, other] = [freshPrompt(), freshPrompt()];
    await team.publish(one, 'One.\n');
    await team.publish(other, 'Other.\n');
    await run('refresh');
    await run('openVersion', {}, `${one}@1`);
    await shows(one);
    await run('openVersion', {}, `${other}@1`);
    await shows(other);
    await closeEditors();
    await shows(undefined);
    assert.deepEqual(await lines(), []);
    await run('showHistory', {}, one);
    await shows(one);
    assert.equal((await lines()).length, 1);
  });

  it('shows what others publish and promote automatically', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await run('refresh');
    await team.isFollowed();
    await run('openVersion', {}, `${prompt}@1`);
    await shows(prompt);
    const author = await team.client('development', 'author', 'mara.lindqvist');
    await author.publish(prompt, { source: 'Two.\n', base: 1, message: 'Second' } as never);
    await team.promote(prompt, 'staging', 2);
    await eventually('version 2, live in staging', async () =>
      (await lines()).some(line => /^@2 stable in staging since .* Second · mara\.lindqvist/.test(line)),
    );
  });

  it('is filtered by author until the filter is cleared or the prompt changes', async () => {
    const [prompt, other] = [freshPrompt(), freshPrompt()];
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await team.publish(other, 'Other.\n');
    const mara = await team.client('development', 'author', 'mara.lindqvist');
    await mara.publish(prompt, { source: 'Three.\n', base: 2, message: 'Third' } as never);
    await run('refresh');
    await run('openVersion', {}, `${prompt}@1`);
    await shows(prompt);
    const ask = await run('filterByAuthor', { picks: ['mara.lindqvist'] });
    assert.deepEqual(ask.offered[0], ['tomas.berg 2 versions', 'mara.lindqvist 1 version']);
    assert.deepEqual(
      (await lines()).map(line => line.slice(0, 2)),
      ['@3'],
    );
    assert.equal((await history()).description, `${prompt} · by mara.lindqvist`);
    await run('clearAuthorFilter');
    assert.equal((await lines()).length, 3);
    await run('filterByAuthor', { picks: ['tomas.berg'] });
    assert.equal((await lines()).length, 2);
    await run('openVersion', {}, `${other}@1`);
    await shows(other);
    assert.equal((await history()).tree.author, undefined);
  });

  it('has commands on its items: compare, copy, promote, roll back', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n', 'Three.\n');
    await team.promote(prompt, 'staging', 1, 3);
    await run('refresh');
    await run('openVersion', {}, `${prompt}@3`);
    await shows(prompt);
    const find = async (kind: HistoryNode['kind'], version?: number) => {
      const found = (await nodes()).find(
        node =>
          node.kind === kind &&
          (version === undefined ||
            (node.kind === 'version' && node.version.version === version) ||
            (node.kind === 'span' && node.span.version === version)),
      );
      assert.ok(found, `${kind} ${version}`);
      return found;
    };
    await run('compareWithPrevious', {}, await find('version', 2));
    await shownComparison(prompt, '@1 ↔ @2');
    await run('selectForCompare', {}, await find('span', 1));
    await run('compareWithSelected', {}, await find('version', 3));
    await shownComparison(prompt, '@1 ↔ @3');
    await run('copyReference', {}, await find('span', 1));
    assert.equal(await vscode.env.clipboard.readText(), `${prompt}@1`);
    await run(
      'promote',
      { picks: ['staging'], texts: ['Better'], confirms: [true] },
      await find('version', 2),
    );
    await eventually('version 2 to be live', async () => /@2 now/.test((await lines())[0] ?? ''));
    await run('rollBack', { picks: ['@3'], texts: ['Worse'], confirms: [true] }, await find('timeline'));
    await eventually('version 3 to be live', async () => /@3 now/.test((await lines())[0] ?? ''));
    const { tree } = await history();
    const item = tree.getTreeItem(await find('span', 1));
    assert.equal(item.command?.command, 'promptforge.openVersion');
    assert.match(item.contextValue ?? '', /:span:/);
  });

  it('loads a long history in pages', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...Array.from({ length: 55 }, (_, index) => `Version ${index}.\n`));
    await run('refresh');
    await run('openVersion', {}, `${prompt}@1`);
    await shows(prompt);
    const first = await nodes();
    assert.equal(first.length, 51);
    const last = first.at(-1);
    assert.equal(last?.kind, 'more');
    await run('loadMoreHistory', {}, last);
    assert.deepEqual(
      (await nodes()).map(({ kind }) => kind),
      Array.from({ length: 55 }, () => 'version'),
    );
  });

  it('shows cached versions while the registry is unavailable', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await run('refresh');
    await run('openVersion', {}, `${prompt}@1`);
    await shows(prompt);
    const before = await lines();
    await team.registry.stop();
    const { prompts, session } = (await inside()).workbench;
    await eventually('the window to be offline', async () => {
      await prompts.refresh();
      return session.state.kind === 'offline';
    });
    assert.deepEqual((await lines()).map(withoutAges), before.map(withoutAges));
    assert.match((await history()).message, /^Offline\./);
  });
});

describe('Search Versions…', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });

  it('lists the versions that added or removed a text, and selects it in the comparison', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'Hello.\n', 'Hello.\nThe OKAPI is here.\n', 'Hello.\n');
    await run('refresh');
    const added = await run('searchVersions', { texts: ['okapi'], picks: [`${prompt}@2`] });
    assert.match(added.offered[0]?.[0] ?? '', /@3 removed it · 1 → 0 · tomas\.berg · /);
    assert.match(added.offered[0]?.[1] ?? '', /@2 introduced it · 0 → 1 · tomas\.berg · /);
    assert.equal(added.offered[0]?.length, 2);
    await shownComparison(prompt, '@1 ↔ @2');
    await eventually('the text to be selected', () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.getText(editor.selection) === 'OKAPI';
    });
    await run('searchVersions', { texts: ['okapi'], picks: [`${prompt}@3`] });
    await shownComparison(prompt, '@2 ↔ @3');
    await eventually('the text to be selected on the left', () =>
      vscode.window.visibleTextEditors.some(
        ({ document, selection }) =>
          document.uri.path === `/${prompt}@2` && document.getText(selection) === 'OKAPI',
      ),
    );
  });

  it('opens a first version itself, searches one prompt from its node, and reports no matches', async () => {
    const [prompt, other] = [freshPrompt(), freshPrompt()];
    await team.publish(prompt, 'A narwhal.\n');
    await team.publish(other, 'A narwhal too.\n');
    await run('refresh');
    const node = (await inside()).tree.nodeOf(other);
    const ask = await run('searchVersions', { texts: ['NARWHAL'], picks: [other] }, node);
    assert.equal(ask.offered[0]?.length, 1);
    await eventually('the version', () => activeTab()?.label.includes('@1'));
    const none = await run('searchVersions', { texts: ['no such text at all'] });
    await none.message(
      /^No version of any prompt that your key may read added or removed “no such text at all”/,
    );
  });
});

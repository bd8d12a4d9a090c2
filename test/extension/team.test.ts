// Keys, publishing and promoting against a team's registry over HTTP, in good weather and bad.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { parsePromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import {
  activeTab,
  connectTo,
  disconnect,
  inside,
  nodeOf,
  promptFile,
  root,
  run,
  shownTree,
  writePrompt,
} from './support/inside.ts';
import { ScriptedAsk } from './support/scripted-ask.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';

const NAME = parsePromptName('fees/explain');

describe("with a team's registry", () => {
  let team: TeamRegistry;
  let author: string;
  let stagingKey: string;
  let productionKey: string;
  let productionReader: string;

  before(async () => {
    team = await teamRegistry();
    author = await team.key('development', 'author', 'tomas.berg');
    stagingKey = await team.key('staging', 'approver', 'mara.lindqvist');
    productionKey = await team.key('production', 'approver', 'mara.lindqvist');
    productionReader = await team.key('production', 'reader', 'checkout-service');
    await connectTo(team.url);
  });

  after(async () => {
    team.weather = () => 'pass';
    for (const environment of ['development', 'staging', 'production'])
      await run('removeKey', { confirms: [true] }, environment);
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  const write = (text: string) => writePrompt(NAME, text);
  const state = async () => (await inside()).workbench.session.state;
  /** What an application gets. */
  const delivered = async () => {
    const answer = await fetch(`${team.directUrl}/v1/prompts/${NAME}`, {
      headers: { authorization: `Bearer ${productionReader}` },
    });
    return { text: await answer.text(), version: answer.headers.get('promptforge-version') };
  };

  it('says that a key is missing, and sends nothing without one', async () => {
    assert.deepEqual(await state(), { kind: 'no-key' });
    const ask = await run('publish', {}, 'fees/explain');
    assert.match(ask.told[0]?.message ?? '', /There is no file of fees\/explain/);
    await write('One.\n');
    const again = await run('publish', {}, 'fees/explain');
    assert.match(again.told[0]?.message ?? '', /^Publishing needs a key of .*none is stored\.$/);
    assert.deepEqual(again.told[0]?.buttons, ['Set Key…']);
    assert.deepEqual(team.seen, []);
  });

  it('refuses what is no key, or one of another environment, before anything is sent', async () => {
    const damaged = await run('setKey', { texts: [`${author.slice(0, -1)}?`] });
    assert.match(damaged.told[0]?.message ?? '', /not a PromptForge key/);
    const other = await run('setKey', { texts: [author] }, 'staging');
    assert.match(
      other.told[0]?.message ?? '',
      /This is a key of development, and one of staging is asked for/,
    );
    assert.equal(damaged.asked[0]?.secret, true);
    assert.deepEqual(team.seen, []);
  });

  it('does not store a key that the registry does not know', async () => {
    const elsewhere = await teamRegistry();
    const foreign = await elsewhere.key('development', 'admin', 'mallory');
    await elsewhere[Symbol.asyncDispose]();
    const ask = await run('setKey', { texts: [foreign] });
    assert.match(ask.told[0]?.message ?? '', /^The key was not stored: /);
    assert.deepEqual(await state(), { kind: 'no-key' });
  });

  it('tries a key, stores it, and says who one is and where keys are kept', async () => {
    const ask = await run('setKey', { texts: [author] });
    assert.match(
      ask.told[0]?.message ?? '',
      /^Key of development stored\. You are tomas\.berg, author in development, at 127\.0\.0\.1:\d+\. Keys are kept in /,
    );
    const { workbench } = await inside();
    const { store } = await workbench.session.keyStore();
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

  it('tells who one is when a key is tested', async () => {
    const ask = await run('testKey', {}, 'development');
    assert.match(ask.told[0]?.message ?? '', /^The key works\. You are tomas\.berg, author in development/);
  });

  it('never lets a key into the message, the settings or a file of the workspace', async () => {
    const ask = await run('testKey', {}, 'development');
    const secret = author.slice(-20);
    assert.equal(JSON.stringify(ask.told).includes(secret), false);
    assert.equal((await readFile(join(root(), 'promptforge.json'), 'utf8')).includes(secret), false);
    assert.equal(JSON.stringify(vscode.workspace.getConfiguration('promptforge')).includes(secret), false);
  });

  it('publishes, and names the key that promoting needs', async () => {
    await run('publish', { texts: ['First'] }, 'fees/explain');
    assert.deepEqual(await shownTree(1), ['fees 1', '  explain @1']);
    const ask = await run('promote', { picks: ['production · stable'] }, 'fees/explain', 1);
    assert.equal(
      ask.told[0]?.message,
      'Promoting in production needs a key of production with the role author or above, and none is stored.',
    );
  });

  it('promotes through staging to production, and applications get the new text', async () => {
    await run('setKey', { texts: [stagingKey] });
    await run('setKey', { texts: [productionKey] });
    await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'fees/explain',
      1,
    );
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Ready'], confirms: [true] },
      'fees/explain',
      1,
    );
    assert.equal(ask.confirmed[0]?.button, 'Promote to production');
    assert.equal(ask.told[0]?.message, 'fees/explain@1 is now stable in production.');
    assert.deepEqual(await delivered(), { text: 'One.\n', version: 'fees/explain@1' });
  });

  it('uses each key in its own place: the one that promotes is of the target environment', async () => {
    const key = (method: string, path: string) =>
      team.seen.findLast(seen => seen.method === method && seen.path.includes(path))?.authorization;
    assert.equal(key('POST', '/-/promotions'), `Bearer ${productionKey}`);
    assert.equal(key('POST', '/-/versions'), `Bearer ${author}`);
    assert.equal(key('GET', '/v1/prompts?'), `Bearer ${author}`);
  });

  it('says that nothing was published when the network is down, and leaves file and lock as they were', async () => {
    await write('One.\nTwo.\n');
    const lock = await readFile(join(root(), 'promptforge.lock.json'), 'utf8');
    team.weather = () => 'down';
    const ask = await run('publish', { texts: ['Second'] }, 'fees/explain');
    assert.match(ask.told[0]?.message ?? '', /(cannot be reached|ended before).*Your file is as it was\./s);
    assert.equal(await readFile(promptFile(NAME), 'utf8'), 'One.\nTwo.\n');
    assert.equal(await readFile(join(root(), 'promptforge.lock.json'), 'utf8'), lock);
    // Whoever follows the log tries again by itself, and is connecting while it does.
    await eventually(
      'the registry to be offline',
      async () => (await state()).kind === 'offline' || undefined,
    );
    assert.equal((await team.client(author).getPrompt(NAME)).newest.version, 1);
  });

  it('still shows versions that were fetched before, and the files', async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await run('refresh');
    assert.deepEqual(await shownTree(0), ['fees 1']);
    await run('openVersion', {}, 'fees/explain@1');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'One.\n');
  });

  it('finds out whether it was published when only the answer was lost', async () => {
    team.weather = () => 'pass';
    await run('refresh');
    team.weather = ({ method }) => (method === 'POST' ? 'lost' : 'pass');
    const ask = await run('publish', { texts: ['Second'] }, 'fees/explain');
    assert.match(ask.told[0]?.message ?? '', /The answer was lost, but fees\/explain@2 was published\.$/);
    const { newest } = await team.client(author).getPrompt(NAME);
    assert.equal(newest.version, 2);
    assert.deepEqual(await shownTree(1), ['fees 1', '  explain @2']);
    team.weather = () => 'pass';
  });

  it('says what is live when the network fails while promoting', async () => {
    team.weather = ({ method }) => (method === 'POST' ? 'down' : 'pass');
    const down = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'fees/explain',
      2,
    );
    assert.match(
      down.told[0]?.message ?? '',
      /Nothing changed: fees\/explain@1 is still stable in staging\.$/,
    );
    team.weather = ({ method }) => (method === 'POST' ? 'lost' : 'pass');
    const lost = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'fees/explain',
      2,
    );
    assert.match(
      lost.told[0]?.message ?? '',
      /The registry did carry it out: fees\/explain@2 is stable in staging\.$/,
    );
    team.weather = () => 'pass';
  });

  it('says that it is not certain when the registry cannot be read back', async () => {
    let promoting = false;
    team.weather = ({ method }) => {
      promoting ||= method === 'POST';
      return promoting ? 'down' : 'pass';
    };
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Ready'], confirms: [true] },
      'fees/explain',
      2,
    );
    assert.match(
      ask.told[0]?.message ?? '',
      /it is not certain whether fees\/explain@2 became stable in production \(before: @1\)/,
    );
    team.weather = () => 'pass';
    await run('refresh');
    assert.equal((await delivered()).version, 'fees/explain@1');
  });

  it('rolls production back, and applications get the old text again', async () => {
    await run(
      'promote',
      { picks: ['production · stable'], texts: ['Ready'], confirms: [true] },
      'fees/explain',
      2,
    );
    assert.deepEqual(await delivered(), { text: 'One.\nTwo.\n', version: 'fees/explain@2' });
    const pointer = await nodeOf('pointer', 'production · stable');
    const ask = await run('rollBack', { picks: ['@1'], texts: ['Wrong fee'], confirms: [true] }, pointer);
    assert.equal(ask.confirmed[0]?.button, 'Roll back production');
    assert.equal(
      ask.told[0]?.message,
      'Rolled back: fees/explain@1 is stable in production again. It was @2.',
    );
    assert.deepEqual(await delivered(), { text: 'One.\n', version: 'fees/explain@1' });
    const { data } = await team.client(author).listPromotions({ prompt: NAME, limit: 1 });
    assert.deepEqual([data[0]?.reason, data[0]?.rollback], ['Wrong fee', true]);
  });

  it('says what somebody else made live meanwhile, and moves nothing', async () => {
    await write('Three.\n');
    await run('publish', { texts: ['Third'] }, 'fees/explain');
    const { workbench, answerWith } = await inside();
    const other = team.client(stagingKey);
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['x'], confirms: [false] },
      'fees/explain',
      3,
    );
    answerWith({
      text: async () => 'Mine',
      pick: async question =>
        (await question.options).find(({ label }) => label === 'staging · stable')?.value,
      confirm: async () => {
        const request = {
          environment: 'staging',
          channel: 'stable',
          version: 1,
          expected: 2,
          reason: 'Hers',
        };
        await other.promote(NAME, request as never);
        return true;
      },
      tell: async (severity, message, ...buttons) => {
        ask.told.push({ severity, message, buttons });
        return undefined;
      },
    });
    await vscode.commands.executeCommand('promptforge.promote', 'fees/explain', 3);
    await eventually('the message', () => ask.told.find(({ message }) => message.includes('Somebody else')));
    assert.match(
      ask.told[0]?.message ?? '',
      /Somebody else moved it meanwhile: fees\/explain@1 is stable in staging\.$/,
    );
    assert.equal(
      workbench.prompts.listed.get(NAME)?.summary?.pointers.find(each => each.environment === 'staging')
        ?.version,
      1,
    );
  });

  it('gives a key to no other origin: a promptforge.json that names another one gets none', async () => {
    const other = await teamRegistry();
    try {
      await writeFile(
        join(root(), 'promptforge.json'),
        JSON.stringify({ registry: other.url, prompts: 'prompts' }),
      );
      await run('refresh');
      assert.deepEqual(await state(), { kind: 'no-key' });
      await run('publish', {}, 'fees/explain');
      await run('testKey', {}, 'development');
      assert.deepEqual(other.seen, []);
    } finally {
      await other[Symbol.asyncDispose]();
      await writeFile(
        join(root(), 'promptforge.json'),
        JSON.stringify({ registry: team.url, prompts: 'prompts' }),
      );
      await run('refresh');
    }
    assert.equal((await state()).kind, 'connected');
  });

  it('sends a key nowhere when promptforge.json changed while it was typed', async () => {
    const other = await teamRegistry();
    const project = join(root(), 'promptforge.json');
    const { workbench } = await inside();
    try {
      const ask = await run(
        'replaceKey',
        {
          texts: [author],
          meanwhile: async () => {
            await writeFile(project, JSON.stringify({ registry: other.url, prompts: 'prompts' }));
            await workbench.prompts.refresh();
          },
        },
        'development',
      );
      assert.match(ask.told.at(-1)?.message ?? '', /another registry by now .* neither sent nor stored/);
      assert.deepEqual(other.seen, []);
    } finally {
      await other[Symbol.asyncDispose]();
      await writeFile(project, JSON.stringify({ registry: team.url, prompts: 'prompts' }));
      await run('refresh');
    }
  });

  it('tells a revoked key apart, and names the environment it is of', async () => {
    const admin = team.client(await team.key('development', 'admin', 'ada'));
    const { id } = await team.client(author).currentKey();
    await admin.revokeKey(id);
    await run('refresh');
    const { workbench } = await inside();
    assert.equal(workbench.session.keys.get('development' as never)?.kind, 'refused');
    const ask = await run('publish', {}, 'fees/explain');
    assert.match(ask.told.at(-1)?.message ?? '', /key of development was refused: .*revoked/i);
  });

  it('removes a key after a question', async () => {
    const ask = await run('removeKey', { confirms: [true] }, 'staging');
    assert.equal(ask.confirmed[0]?.button, 'Remove');
    const { workbench } = await inside();
    assert.equal(workbench.session.keys.has('staging' as never), false);
  });
});

describe('with a registry that asks for approvals', () => {
  let team: TeamRegistry;

  before(async () => {
    team = await teamRegistry(1);
    await connectTo(team.url);
    await run('setKey', { texts: [await team.key('development', 'author', 'tomas.berg')] });
    await run('setKey', { texts: [await team.key('staging', 'approver', 'tomas.berg')] });
    await run('setKey', { texts: [await team.key('production', 'author', 'tomas.berg')] });
  });

  after(async () => {
    for (const environment of ['development', 'staging', 'production'])
      await run('removeKey', { confirms: [true] }, environment);
    await disconnect();
    await team[Symbol.asyncDispose]();
  });

  it('says that a promotion waits, and what is live meanwhile', async () => {
    await writePrompt(NAME, 'One.\n');
    await run('publish', { texts: ['First'] }, 'fees/explain');
    await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'fees/explain',
      1,
    );
    const ask = await run(
      'promote',
      { picks: ['production · stable'], texts: ['Go'], confirms: [true] },
      'fees/explain',
      1,
    );
    assert.equal(
      ask.told[0]?.message,
      'fees/explain@1 waits for 1 approval before it becomes stable in production. Nothing is stable in production yet.',
    );
  });

  const shown = async (): Promise<string[]> => {
    const { tree } = (await inside()).promotionsView;
    return tree.getChildren().flatMap(group => [
      String(tree.getTreeItem(group).label),
      ...tree.getChildren(group).map(node => {
        const { label, description, contextValue } = tree.getTreeItem(node);
        return `  ${String(label)} ${String(description).split(' · ')[0]} ${contextValue}`;
      }),
    ]);
  };
  const waiting = async () => (await inside()).promotionsView.waiting();
  const other = async () => team.client(await team.key('production', 'approver', 'ada'));
  const request = async (version: number, expected: number | null) =>
    (await other()).promote(NAME, {
      environment: 'production',
      channel: 'stable',
      version,
      reason: 'Softer words',
      expected,
    } as never);

  it('lists what waits, counts it on the badge, and offers what one may do', async () => {
    await eventually('the badge', async () => ((await waiting()) === 1 ? true : undefined));
    assert.deepEqual((await shown()).slice(0, 2), [
      'Waiting for approval',
      '  explain@1 → production :promotion:waiting:cancel:',
    ]);
  });

  it('cancels one’s own', async () => {
    const ask = await run('cancelPromotion', { picks: ['fees/explain@1'], texts: ['Too early'] });
    assert.match(ask.told[0]?.message ?? '', /^Cancelled: fees\/explain@1 does not become stable/);
    await eventually('the badge to go', async () => ((await waiting()) === 0 ? true : undefined));
  });

  it('approves what another asked for, which makes it live, and refreshes the explorer', async () => {
    await run(
      'replaceKey',
      { texts: [await team.key('production', 'approver', 'tomas.berg')] },
      'production',
    );
    const { id } = await request(1, null);
    await run('refresh');
    await eventually('the badge', async () => ((await waiting()) === 1 ? true : undefined));
    assert.match((await shown())[1] ?? '', /:promotion:waiting:approve:reject:$/);
    const ask = await run('approvePromotion', { texts: ['Read it'] }, id);
    assert.equal(ask.told[0]?.message, 'Approved: fees/explain@1 is now stable in production.');
    const { workbench } = await inside();
    assert.equal(
      workbench.prompts.listed.get(NAME)?.summary?.pointers.find(each => each.environment === 'production')
        ?.version,
      1,
    );
    await eventually('the badge to go', async () => ((await waiting()) === 0 ? true : undefined));
  });

  it('opens the review as the native diff of what is live and what would be', async () => {
    await writePrompt(NAME, 'Two.\n');
    await run('publish', { texts: ['Second'] }, 'fees/explain');
    await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Tested'], confirms: [true] },
      'fees/explain',
      2,
    );
    const { id } = await request(2, 1);
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const tab = await eventually('the review', () =>
      activeTab()?.label.startsWith('Review') ? activeTab() : undefined,
    );
    assert.equal(tab.label, 'Review fees/explain: @1 ↔ @2 → production (stable)');
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.deepEqual([await text(tab.input.original), await text(tab.input.modified)], ['One.\n', 'Two.\n']);
    // The review in front is what the command is about.
    const ask = await run('rejectPromotion', { texts: ['Too soft'] });
    assert.match(ask.told[0]?.message ?? '', /^Rejected: fees\/explain@2 .* fees\/explain@1 is still stable/);
    assert.equal((await (await other()).getPromotion(id)).closed?.comment, 'Too soft');
  });

  it('plans a promotion for a time in the person’s zone, and shows it', async () => {
    const at = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)}:00.000Z`;
    const ask = await run(
      'promote',
      { picks: ['staging · stable'], texts: ['Back', at], confirms: ['alternative', true] },
      'fees/explain',
      1,
    );
    assert.match(ask.confirmed[1]?.message ?? '', new RegExp(`\\(${at.slice(0, 19)}Z\\)\\?$`));
    assert.match(ask.told[0]?.message ?? '', /^Planned: fees\/explain@1 becomes stable in staging at /);
    await eventually('the planned one', async () =>
      (await shown()).includes('  explain@1 → staging :promotion:planned:reject:cancel:') ? true : undefined,
    );
    const cancelled = await run('cancelPromotion', { picks: ['staging'], texts: [''] });
    assert.match(
      cancelled.told[0]?.message ?? '',
      /^Cancelled: .* fees\/explain@2 is still stable in staging/,
    );
  });

  it('says what a refusal means, and changes nothing', async () => {
    const { id } = await request(2, 1);
    await (await other()).cancel(id);
    const { workbench } = await inside();
    // As the window knew it before it was cancelled.
    const closed = await (await other()).getPromotion(id);
    const node = { kind: 'promotion', promotion: { ...closed, state: 'pending', closed: null } };
    const late = await run('approvePromotion', { texts: [''] }, node);
    assert.match(late.told[0]?.message ?? '', /^Somebody was faster\./);
    const own = await (await workbench.session.clientOf('production' as never)).promote(NAME, {
      environment: 'production',
      channel: 'stable',
      version: 2,
      reason: 'Mine',
      expected: 1,
    } as never);
    const self = await run('approvePromotion', { texts: [''] }, own.id);
    assert.match(self.told[0]?.message ?? '', /^You asked for fees\/explain@2 in production yourself/);
    assert.equal((await (await other()).getPromotion(own.id)).state, 'pending');
  });

  it('opens what was live at an instant, and compares it with what is live now', async () => {
    const before = new Date().toISOString();
    const ask = await run('whatWasLive', { picks: ['staging · stable'], texts: [before] }, 'fees/explain');
    assert.match(
      ask.told[0]?.message ?? '',
      /^fees\/explain@2 was stable in staging at .*\. Promoted by tomas\.berg: Tested\. From .* until now\.$/,
    );
    assert.deepEqual(ask.told[0]?.buttons, ['Compare with What Is Live Now']);
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.scheme, 'promptforge-live');
    assert.equal(editor?.document.getText(), 'Two.\n');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      editor?.document.uri,
    );
    assert.match(
      lenses.map(({ command }) => command?.title).join('|'),
      /^@2 was stable.*\|From .*until now\|Promoted by tomas.berg: Tested\|Compare/,
    );
    const same = await run('compareWithLiveNow');
    assert.match(same.told[0]?.message ?? '', /^It still is: fees\/explain@2 is stable in staging now/);

    await run(
      'rollBack',
      { picks: ['staging', '@1'], texts: ['Too long'], confirms: [true] },
      'fees/explain',
    );
    // The one that is open says until when, by now.
    await eventually('the end of what was live', async () => {
      const renewed = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        editor?.document.uri,
      );
      const titles = renewed.map(({ command }) => command?.title).join('|');
      return /From .*until/.test(titles) && !titles.includes('until now') ? true : undefined;
    });
    await run('compareWithLiveNow', {}, editor?.document.uri);
    const tab = await eventually('the comparison', () =>
      activeTab()?.label.includes('(now)') ? activeTab() : undefined,
    );
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.deepEqual([await text(tab.input.original), await text(tab.input.modified)], ['Two.\n', 'One.\n']);
  });

  it('says that nothing was live yet, and refuses what has not come', async () => {
    const ask = await run(
      'whatWasLive',
      { picks: ['production · stable'], texts: ['2026-01-02 03:04'] },
      'fees/explain',
    );
    assert.match(ask.told[0]?.message ?? '', /^Nothing of fees\/explain was stable in production at /);
    assert.match(ask.told[0]?.message ?? '', /The first version went live at /);
    assert.match(String(ask.asked[0]?.validate?.('2999-01-01')), /not come yet/);
  });

  it('shows the comments of a review at their lines, and adds to them', async () => {
    const author = team.client(await team.key('development', 'author', 'ada'));
    const { id } = await request(2, 1);
    await author.comment(id, { text: 'Too [soft](command:x)?', place: { side: 'to', line: 1 } });
    await run('refresh');
    await run('reviewPromotion', {}, id);
    const { comments } = await inside();
    const thread = await eventually('the thread', () => comments.shown()[0]);
    assert.equal(thread.range?.start.line, 0);
    assert.equal(thread.canReply, true);
    assert.match(thread.uri.path, /fees\/explain@2$/);
    const [first] = thread.comments;
    assert.equal(first?.author.name, 'ada');
    assert.ok(first?.timestamp instanceof Date);
    assert.ok(first?.body instanceof vscode.MarkdownString);
    assert.ok(!first.body.value.includes('[soft](command:x)'));

    await run('addComment', {}, { thread, text: 'No, as agreed.' });
    assert.deepEqual(
      (await author.listComments(id)).data.map(({ actor, text, place }) => [actor, text, place?.line]),
      [
        ['ada', 'Too [soft](command:x)?', 1],
        ['tomas.berg', 'No, as agreed.', 1],
      ],
    );
    await eventually('the reply', () => (comments.shown()[0]?.comments.length === 2 ? true : undefined));
    await run('rejectPromotion', { texts: ['Too soft'] }, id);
    await eventually('the end of replies', () =>
      comments.shown()[0]?.canReply === false ? true : undefined,
    );
  });

  it('shows by itself what others do', async () => {
    await (await other()).promote(NAME, {
      environment: 'production',
      channel: 'canary',
      version: 2,
      reason: 'A few first',
      expected: null,
    } as never);
    await eventually('the promotion', async () =>
      (await shown()).some(line => line.startsWith('  explain@2 → production (canary)')) ? true : undefined,
    );
  });

  it('raises an alarm when the log is another, which stays until it is acknowledged', async () => {
    const { alarms, answerWith } = await inside();
    assert.equal(alarms.shown(), undefined);
    const seen = new ScriptedAsk({ confirms: [false] });
    answerWith(seen);
    team.tamper = page => page.replaceAll('"actor":"ada"', '"actor":"eve"');
    await writePrompt(NAME, 'Three.\n');
    const author = team.client(await team.key('development', 'author', 'ada'));
    await author.publish(NAME, { source: 'Three.\n', base: 2, message: 'Third' } as never);
    const alarm = await eventually('the alarm', () => seen.confirmed[0]);
    team.tamper = undefined;
    assert.equal(alarm.severity, 'error');
    assert.equal(alarm.message, `The log of ${team.url} was rewritten.`);
    assert.match(alarm.detail, /does not continue what was seen.*Up to event [0-9]+ \(sha256:/s);
    assert.match(alarms.shown() ?? '', /the log was rewritten/);
    await run('refresh');
    assert.match(alarms.shown() ?? '', /the log was rewritten/);

    const copied = await run('showAlarm', { confirms: [true] });
    assert.equal(copied.confirmed[0]?.detail, alarm.detail);
    assert.match(await vscode.env.clipboard.readText(), /^2.*\n.*Up to event [0-9]+ \(sha256:/s);
    assert.match(alarms.shown() ?? '', /the log was rewritten/);
    const ask = await run('showAlarm', { confirms: ['alternative'] });
    assert.equal(ask.confirmed[0]?.detail, alarm.detail);
    assert.equal(alarms.shown(), undefined);
  });
});

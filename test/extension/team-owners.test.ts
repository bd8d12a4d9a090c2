// Owners of prompts: read, changed in a draft, requested, and decided on by others.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OwnersChangeRecord } from '../../src/contract/owners.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { OwnersDrafts } from '../../src/editor/owners/drafts.ts';
import { OWNERS_SCHEME, ownersDraftUriParts } from '../../src/editor/owners/uri.ts';
import { windowMemory } from '../editor/window-memory.ts';
import { eventually } from '../eventually.ts';
import { applied } from './support/edited.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, closeEditors, inside, run } from './support/inside.ts';
import type { Script, ScriptedAsk } from './support/scripted-ask.ts';
import { shownTab } from './support/shown.ts';
import { type Keys, teamWindow, waiting } from './support/team-window.ts';

const PRODUCTION = parseEnvironmentName('production');
const AS_ADMIN: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['admin', 'tomas.berg'],
};

describe('owners', () => {
  const team = teamWindow({ approvals: 1, keys: AS_ADMIN });
  const ada = () => team.client('production', 'admin', 'ada');
  const dana = () => team.client('production', 'approver', 'dana');

  beforeEach(async () => {
    for (const actor of ['dana', 'sam']) await team.client('production', 'approver', actor);
  });
  afterEach(async () => {
    const { waiting: open } = await now();
    if (open !== null) await (await ada()).decideOwners('cancel', PRODUCTION, open.id);
    await forgetDraft();
  });

  async function forgetDraft(): Promise<void> {
    await closeEditors();
    const { feature } = (await inside()).owners;
    await (await feature()).drafts.forget(await draftUri());
  }
  async function draftUri(): Promise<vscode.Uri> {
    const { place } = (await inside()).workbench.session;
    return vscode.Uri.from(ownersDraftUriParts({ place: place ?? '', environment: PRODUCTION }));
  }
  /** Of the registry, past the window. */
  const now = async () => (await ada()).getOwners(PRODUCTION);
  const requestByAda = async (text: string): Promise<OwnersChangeRecord> => {
    const { current } = await now();
    const request = { text, reason: 'Teams', expected: current?.id ?? null };
    return (await (await ada()).requestOwners(PRODUCTION, request)).change;
  };
  /** Has the text hold, unless it does. */
  const set = async (text: string): Promise<{ readonly id: string }> => {
    const { text: before, current } = await now();
    if (current !== null && before === text) return current;
    const { id } = await requestByAda(text);
    return (await dana()).decideOwners('approve', PRODUCTION, id);
  };
  /** The draft in front, with this text typed into it. */
  const typed = async (text: string): Promise<vscode.TextDocument> => {
    const ask = await run('changeOwners', {}, 'production');
    assert.deepEqual(ask.told, []);
    const uri = await draftUri();
    const document = await vscode.workspace.openTextDocument(uri);
    await applied(() => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
      return edit;
    });
    return document;
  };
  const request = (script: Script = {}) =>
    run('requestOwnersChange', { texts: ['Teams'], confirms: [true], ...script }, 'production');
  const rows = async (): Promise<string[]> => {
    const { tree } = (await inside()).promotionsView;
    return tree.getChildren().flatMap(group => {
      const title = String(tree.getTreeItem(group).label);
      return tree.getChildren(group).map(node => {
        const { label, contextValue } = tree.getTreeItem(node);
        return `${title} | ${String(label)} | ${contextValue}`;
      });
    });
  };
  const lenses = async (uri: vscode.Uri): Promise<string[]> => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
    );
    return found.map(({ command }) => command?.title ?? '');
  };
  const problems = (uri: vscode.Uri) =>
    vscode.languages.getDiagnostics(uri).map(({ message, range: { start, end } }) => ({
      message,
      at: [start.line, start.character, end.character],
    }));

  it('open as a read-only document with who set them, and follow the registry', async () => {
    const { id } = await set('* @dana\n');
    await team.isFollowed();
    await run('openOwners', { picks: ['production'] });
    const editor = await eventually('the owners', () => {
      const shown = vscode.window.activeTextEditor;
      return shown?.document.uri.scheme === OWNERS_SCHEME ? shown : undefined;
    });
    const { document } = editor;
    assert.deepEqual([document.getText(), document.languageId], ['* @dana\n', 'promptforge-owners']);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(OWNERS_SCHEME), false);
    const [change, who] = await lenses(document.uri);
    assert.equal(change, 'Change Owners…');
    assert.match(who ?? '', new RegExp(`^Change ${id} by ada, `));
    const next = await requestByAda('* @sam\n');
    await eventually('the change that waits', async () =>
      (await lenses(document.uri)).some(text => /^A change by ada waits for 1 approval by .*dana/.test(text)),
    );
    await (await dana()).decideOwners('approve', PRODUCTION, next.id);
    await eventually('the new text', () => document.getText() === '* @sam\n');
  });

  it('warn of lines that nobody can approve and patterns that match nothing', async () => {
    await set('* @dana\nnone/** @sam\n');
    await run('openOwners', {}, 'production');
    const uri = await eventually('the document', () => vscode.window.activeTextEditor?.document.uri);
    await eventually('the warning', () =>
      problems(uri).some(({ message, at }) => at[0] === 1 && /"none\/\*\*" matches no prompt/.test(message)),
    );
  });

  it('are requested from a draft after the difference, a reason and one confirmation, and wait for approval', async () => {
    await team.publish(freshPrompt(), 'One.\n');
    await set('* @dana\n');
    await run('refresh');
    await typed('* @dana\nsupport/** @sam\n');
    const labels: string[] = [];
    const ask = await request({
      meanwhile: async () =>
        void labels.push((await shownTab('Owners of production: now ↔ your draft')).label),
    });
    await ask.message(
      /^Your change of the owners of production waits for 1 approval by .*dana.*Until then, the owners stay the same\./,
    );
    assert.deepEqual(labels, ['Owners of production: now ↔ your draft']);
    const [question] = ask.confirmed;
    assert.equal(question?.button, 'Request Owners Change in production');
    assert.match(
      question?.detail ?? '',
      /\+support\/\*\* @sam\n.*Line 2: "support\/\*\*" matches no prompt/s,
    );
    const { waiting: open, text } = await now();
    assert.deepEqual([open?.text, open?.reason, text], ['* @dana\nsupport/** @sam\n', 'Teams', '* @dana\n']);
    await eventually('the draft to be closed', () => activeTab() === undefined);
    const waits = 'Requested by you | Owners of production: 0 of 1 approval | :owners:reject:cancel:';
    await eventually(
      'its row',
      async () => (await rows()).filter(row => row.includes('Owners')).join() === waits,
    ).catch(async (error: unknown) => assert.fail(`${error} Shown: ${await rows()}`));
    assert.equal(await waiting(), 0);
    const canceled = await run('cancelOwnersChange', { texts: [''] }, 'production');
    await canceled.message(/^Canceled\. The owners of production are as they were\./);
    assert.equal((await now()).waiting, null);
    await eventually('nothing to wait', async () => (await waiting('anybody')) === 0);
  });

  it('are counted in the badge of those who can approve, and can be opened and approved', async () => {
    await set('* @dana\n');
    await team.hold({ ...AS_ADMIN, production: ['approver', 'tomas.berg'] });
    await team.isFollowed();
    const change = await requestByAda('* @sam\n');
    await eventually('the badge', async () => (await waiting()) === 1);
    assert.deepEqual(
      (await rows()).filter(row => row.includes('Owners')),
      ['Waiting for you | Owners of production: 0 of 1 approval | :owners:approve:reject:'],
    );
    const { tree } = (await inside()).promotionsView;
    const [group] = tree.getChildren();
    const [node] = tree.getChildren(group);
    assert.ok(node);
    assert.equal(tree.getTreeItem(node).command?.command, 'promptforge.reviewOwnersChange');
    await run('reviewOwnersChange', {}, node);
    const tab = await shownTab('Review owners of production: now ↔ requested by ada');
    assert.ok(tab.input instanceof vscode.TabInputTextDiff);
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    assert.deepEqual(
      [await text(tab.input.original), await text(tab.input.modified)],
      ['* @dana\n', '* @sam\n'],
    );
    // The review in front is what the command is about.
    const ask = await run('approveOwnersChange', { confirms: ['alternative'], texts: ['Read it'] });
    await ask.message('Approved. The owners of production are changed.');
    const { current } = await now();
    assert.deepEqual([current?.id, current?.approvals[0]?.comment], [change.id, 'Read it']);
    await eventually('the badge to go', async () => (await waiting()) === 0);
    const late = await run('approveOwnersChange', {}, node);
    await late.message('No change of the owners of production waits.');
  });

  it('are rejected with a reason, chosen from the pending changes', async () => {
    await requestByAda('* @sam\n# rejected\n');
    await run('refresh');
    const ask = await run('rejectOwnersChange', { picks: ['Owners of production'], texts: ['Not him'] });
    await ask.message(/^Rejected\./);
    assert.equal((await now()).waiting, null);
  });

  it('stay listed while the registry is unavailable, without decisions', async () => {
    const { id } = await requestByAda('* @sam\n# away\n');
    await run('refresh');
    const { promotions, session } = (await inside()).workbench;
    const listed = () => promotions.ownersChanges.map(each => each.id);
    // The list follows a moment after the refresh.
    await eventually('the change that waits', () => listed().join() === id);
    await team.registry.stop();
    await run('refresh');
    await eventually('to be offline', () => session.state.kind === 'offline');
    assert.deepEqual(listed(), [id]);
    const ask = await run('rejectOwnersChange', {}, 'production');
    await ask.message(/^Rejecting failed: /);
    assert.deepEqual(ask.asked, []);
    await team.registry.start();
    await run('refresh');
    assert.equal((await now()).waiting?.id, id);
  });

  describe('a draft', () => {
    const kept = async (ask: ScriptedAsk, message: RegExp, text: string) => {
      await ask.message(message);
      const { feature } = (await inside()).owners;
      assert.equal((await feature()).drafts.of(await draftUri())?.text, text);
    };

    it('marks errors while typing, and is not sent while it has any', async () => {
      const document = await typed('* @dana\nsupport/**\n');
      await eventually('the error', () => problems(document.uri).length === 1);
      const [error] = problems(document.uri);
      assert.match(error?.message ?? '', /"support\/\*\*" has no owner/);
      assert.deepEqual(error?.at, [1, 0, 10]);
      const ask = await request();
      await kept(
        ask,
        /^Nothing was requested\. Line 2: "support\/\*\*" has no owner/,
        '* @dana\nsupport/**\n',
      );
      assert.deepEqual(ask.asked, []);
    });

    it('marks the line that nobody could approve, as the registry reports it', async () => {
      const document = await typed('* @dana\nfees/** @nobody\n');
      const ask = await request();
      await kept(
        ask,
        /^Nothing was requested\. Line 2: No one could approve what "fees\/\*\*" matches.*Your draft is kept\./,
        '* @dana\nfees/** @nobody\n',
      );
      await eventually('the error', () => problems(document.uri).some(({ at }) => at.join() === '1,0,15'));
      await eventually(
        'the cursor at its line',
        () => vscode.window.activeTextEditor?.selection.start.line === 1,
      );
    });

    it('is compared first if somebody else changed the owners in the meantime', async () => {
      await set('* @dana\n');
      await typed('* @dana @sam\n');
      await (await vscode.workspace.openTextDocument(await draftUri())).save();
      await set('* @sam\n');
      const ask = await request();
      await kept(
        ask,
        /^Nothing was requested: the owners of production were changed by ada/,
        '* @dana @sam\n',
      );
      const tab = await shownTab('Owners of production: now ↔ your draft');
      assert.ok(tab.input instanceof vscode.TabInputTextDiff);
      assert.equal((await vscode.workspace.openTextDocument(tab.input.original)).getText(), '* @sam\n');
      const again = await request();
      await again.message(/^Your change of the owners of production waits/);
    });

    it('waits while another change is pending', async () => {
      await typed('* @dana @sam # mine\n');
      await requestByAda('* @sam # hers\n');
      const ask = await request({ button: 'Review Owners Change' });
      await kept(
        ask,
        /^A change of the owners of production by ada is waiting for approval/,
        '* @dana @sam # mine\n',
      );
      await shownTab('Review owners of production: now ↔ requested by ada');
    });

    it('is kept when the answer is lost, and the message says that the result is unknown', async () => {
      await typed('* @dana @sam # lost\n');
      team.registry.weather = ({ method, path }) =>
        method === 'POST' && path.endsWith('/owners') ? 'lost' : 'pass';
      const ask = await request();
      await kept(
        ask,
        /The registry may or may not have done it.*Your draft is kept\./,
        '* @dana @sam # lost\n',
      );
    });

    it('can be restored after it was discarded', async () => {
      await typed('* @dana # precious\n');
      await run('discardOwnersDraft', { button: 'Undo' }, 'production');
      await eventually(
        'the draft',
        () => vscode.window.activeTextEditor?.document.getText() === '* @dana # precious\n',
      );
    });

    it('completes folders of prompts and people who can approve', async () => {
      const document = await typed('* @dana @\n\n');
      const offered = async (line: number, character: number) => {
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          new vscode.Position(line, character),
        );
        return items.map(({ label }) => String(label));
      };
      const people = await offered(0, 9);
      assert.ok(people.includes('@sam') && people.includes('@dana'), people.join());
      assert.ok((await offered(1, 0)).includes('*'));
    });

    it('needs an admin key, and says so before anything is typed', async () => {
      await team.hold({ ...AS_ADMIN, production: ['approver', 'tomas.berg'] });
      const ask = await run('changeOwners', {}, 'production');
      await ask.message(/^Changing owners in production needs a key for production with the role admin/);
    });

    it('survives a window reload, up to a size', async () => {
      const memory = windowMemory();
      const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
      const drafts = new OwnersDrafts(memory, changed);
      const uri = await draftUri();
      await drafts.keep(uri, { text: '* @dana\n', base: '7' });
      await drafts.writeFile(uri, Buffer.from('* @sam\n'));
      const again = new OwnersDrafts(memory, changed);
      assert.deepEqual([again.of(uri)?.text, again.of(uri)?.base], ['* @sam\n', '7']);
      await assert.rejects(again.keep(uri, { text: 'x'.repeat(40_000), base: null }), /Shorten it/);
      assert.equal(again.of(uri)?.text, '* @sam\n');
    });
  });
});

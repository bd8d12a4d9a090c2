// Several prompts promoted as one release: compared, requested, decided and rolled back as a whole.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, run } from './support/inside.ts';
import { type Keys, teamWindow, waiting } from './support/team-window.ts';

const AS_APPROVER: Keys = {
  development: ['author', 'tomas.berg'],
  staging: ['approver', 'tomas.berg'],
  production: ['approver', 'tomas.berg'],
};
const REASON = 'Sprint 12';

/** In which staging and production have the same, but for what the test puts into staging. */
function aWindow(approvals: 0 | 1) {
  const team = teamWindow({ approvals, keys: AS_APPROVER });
  /** Live in production as @1, in staging as @2, by somebody else than the person of the window. */
  const changed = async (): Promise<PromptName> => {
    const prompt = freshPrompt();
    await team.publishAs('lea.horn', prompt, 'One.\n', 'Two.\n');
    await team.promote(prompt, 'staging', 1);
    await team.promote(prompt, 'production', 1);
    await team.promote(prompt, 'staging', 2);
    return prompt;
  };
  const live = async (prompt: PromptName) => (await team.delivered(prompt)).version?.split('@').at(-1);
  /** What differs after a test must not be in the way of the next. */
  afterEach(async () => {
    const staging = await team.client('staging', 'approver', 'mara.lindqvist');
    const admin = await team.client('development', 'admin', 'grace');
    for await (const { name, pointers, archived } of staging.listPrompts({ archived: true })) {
      const [there, here] = ['staging', 'production'].map(
        environment => pointers.find(each => each.environment === environment)?.version,
      );
      if (there === undefined || there === here) continue;
      // It still counts where environments are compared.
      if (archived) await admin.restore(name, 'The test is over');
      if (here !== undefined) await team.promote(name, 'staging', here);
      else await team.promote(name, 'production', there);
    }
  });
  return { team, changed, live };
}

describe('a release in the window', () => {
  const { team, changed, live } = aWindow(0);

  it('compares two environments in one editor, and promotes all differences together', async () => {
    const prompts = [await changed(), await changed()];
    const compared = await run('compareEnvironments', { picks: ['staging → production'] });
    assert.equal(compared.offered[0]?.[0], 'staging → production', 'the likeliest pair comes first');
    await eventually('the comparison', () => activeTab()?.label.startsWith('staging → production (2 files)'));
    const ask = await run('promoteRelease', {
      manyPicks: ['preselected'],
      texts: [REASON],
      confirms: [true],
    });
    assert.deepEqual(
      ask.offered[0],
      prompts.toSorted().map(prompt => `${prompt} @1 → @2`),
    );
    const [question] = ask.confirmed;
    assert.equal(question?.message, 'Promote 2 prompts to production?');
    assert.equal(question?.button, 'Promote 2 to production');
    assert.match(question?.detail ?? '', /@1 → @2\n.*Either all of it goes live at once or none of it\./s);
    await ask.message(/^2 prompts are now live in production \(release \d+\)\.$/);
    for (const prompt of prompts) assert.equal(await live(prompt), '2');
    const same = await run('compareEnvironments', { picks: ['staging → production'] });
    await same.message(/^Nothing differs: what is stable in staging is stable in production\.$/);
    const nothing = await run('promoteRelease', { picks: ['staging'] }, { environment: 'production' });
    await nothing.message(/^There is nothing to promote/);
  });

  it("promotes a selection from an environment's node, and rolls it back after one confirmation", async () => {
    const [one, two, left] = [await changed(), await changed(), await changed()];
    const ask = await run(
      'promoteRelease',
      {
        picks: ['staging → production'],
        manyPicks: [[one, two]],
        texts: [REASON, 'Wrong fees'],
        confirms: [true, true],
        button: 'Undo…',
      },
      { environment: 'production' },
    );
    await ask.message(/^2 prompts are now live in production/);
    await ask.message(/^Rolled back: 2 prompts in production \(release \d+\)\.$/);
    assert.equal(ask.confirmed[1]?.button, 'Roll Back 2 in production');
    for (const prompt of [one, two, left]) assert.equal(await live(prompt), '1');
  });

  it('changes nothing when one prompt is refused, names it, and offers the others', async () => {
    const [good, moved] = [await changed(), await changed()];
    const ask = await run(
      'promoteRelease',
      {
        picks: ['staging → production'],
        manyPicks: ['preselected'],
        texts: [REASON],
        confirms: [true, true],
        meanwhile: async () => {
          const admin = await team.client('development', 'admin', 'grace');
          await admin.archive(moved, 'Old');
        },
        button: 'Promote the Other 1…',
      },
      { environment: 'production' },
    );
    await ask.message(new RegExp(`^Nothing changed\\. Refused: ${moved}@2: .* is archived`));
    await ask.message(/^1 prompt is now live in production/);
    assert.equal(ask.confirmed[1]?.message, 'Promote 1 prompt to production?');
    assert.deepEqual([await live(good), await live(moved)], ['2', '1']);
  });

  it('says that the result is unknown when the answer is lost', async () => {
    await changed();
    team.registry.weather = ({ method, path }) =>
      method === 'POST' && path === '/v1/releases' ? 'lost' : 'pass';
    const ask = await run(
      'promoteRelease',
      {
        picks: ['staging → production'],
        manyPicks: ['preselected'],
        texts: [REASON],
        confirms: [true],
      },
      { environment: 'production' },
    );
    await ask.message(/The registry may or may not have done it in production/);
  });

  it('asks for a key of the environment first', async () => {
    await changed();
    await team.hold({ development: AS_APPROVER.development! });
    const ask = await run(
      'promoteRelease',
      { picks: ['staging → production'] },
      { environment: 'production' },
    );
    await ask.message(/needs a key for production/);
    assert.deepEqual(ask.asked, []);
  });
});

describe('a pending release', () => {
  const { team, changed, live } = aWindow(1);
  const requestByAda = async (...prompts: readonly PromptName[]) => {
    const ada = await team.client('production', 'approver', 'ada');
    const items = prompts.map(prompt => ({ prompt, version: 2, from: 1 }));
    const place = { environment: 'production', channel: 'stable' };
    const { release } = await ada.promoteRelease({ ...place, reason: REASON, items, atomic: true } as never);
    await run('refresh');
    await eventually('the release to wait, as one', async () => (await waiting('anybody')) === 1);
    return release?.id ?? '';
  };
  const nodes = async () => {
    const { tree } = (await inside()).promotionsView;
    // By its context, as the first row may still be of what is done: the list follows a moment after what was told.
    const node = await eventually('the row of the release that waits', () =>
      tree
        .getChildren()
        .flatMap(group => tree.getChildren(group))
        .find(row => tree.getTreeItem(row).contextValue?.startsWith(':release:waiting:')),
    );
    return { tree, node, children: tree.getChildren(node) };
  };

  it('is one node with its promotions, and is approved with one confirmation', async () => {
    const [one, two] = [await changed(), await changed()];
    const id = await requestByAda(one, two);
    assert.equal(await waiting(), 1, 'the badge counts a release once');
    const { tree, node, children } = await nodes();
    const item = tree.getTreeItem(node);
    assert.equal(item.label, '2 prompts production: 0 of 1 approval');
    assert.match(String(item.description), new RegExp(`^Release ${id} · ada · `));
    assert.equal(item.contextValue, ':release:waiting:approve:reject:');
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    assert.equal(children.length, 2);
    const [group] = tree.getChildren();
    assert.equal(group && tree.getTreeItem(group).description, '1', 'its group counts a release once');
    await run('reviewRelease', {}, node);
    await eventually('the review', () =>
      activeTab()?.label.startsWith(`Review release ${id} → production (2 files)`),
    );
    // The review that is in front is meant.
    const ask = await run('approveRelease', { confirms: [true] });
    assert.equal(ask.confirmed[0]?.button, 'Approve 2 for production');
    await ask.message(
      new RegExp(`^Approved\\. 2 prompts are now live in production \\(release ${id}\\)\\.$`),
    );
    for (const prompt of [one, two]) assert.equal(await live(prompt), '2');
    await eventually('the badge to go', async () => (await waiting()) === 0);
    const late = await run('approveRelease', {}, id);
    await late.message(`Release ${id} has already ended.`);
    const back = await run('rollBackRelease', { texts: ['Wrong'], confirms: [true] }, id);
    await back.message(/^Rolled back: 2 prompts in production/);
    for (const prompt of [one, two]) assert.equal(await live(prompt), '1');
    const again = await run('rollBackRelease', {}, id);
    await again.message(new RegExp(`^There is nothing to roll back of release ${id}.*stays: @1 is now live`));
  });

  it('is also decided as a whole from one of its promotions', async () => {
    const [one, two] = [await changed(), await changed()];
    const id = await requestByAda(one, two);
    const { children } = await nodes();
    const ask = await run('rejectPromotion', { texts: ['Not this week'] }, children[0]);
    const shown = (await inside()).workbench;
    await eventually('both to be rejected', async () => {
      await shown.promotions.load();
      const own = shown.promotions.promotions.filter(each => each.release?.id === id);
      return own.length === 2 && own.every(({ state }) => state === 'rejected');
    });
    assert.deepEqual(
      ask.told.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('is requested and canceled by an author', async () => {
    await team.hold({ ...AS_APPROVER, production: ['author', 'tomas.berg'] });
    const [one, two] = [await changed(), await changed()];
    const ask = await run(
      'promoteRelease',
      {
        picks: ['staging → production'],
        manyPicks: ['preselected'],
        texts: [REASON],
        confirms: [true],
      },
      { environment: 'production' },
    );
    assert.equal(ask.confirmed[0]?.button, 'Ask to Promote 2 to production');
    await ask.message(/^2 prompts wait for 1 approval to go live in production \(release \d+\)\.$/);
    const { node } = await nodes();
    const canceled = await run('cancelRelease', { texts: [''] }, node);
    await canceled.message(/^Canceled: 2 prompts of release \d+ do not go live in production\./);
    for (const prompt of [one, two]) assert.equal(await live(prompt), '1');
  });

  it('omits what is already requested, and names what it supersedes', async () => {
    await team.hold({ ...AS_APPROVER, production: ['author', 'tomas.berg'] });
    const [one, two] = [await changed(), await changed()];
    await team.request(one, { environment: 'production', version: 2, by: 'ada' });
    await run('refresh');
    await eventually('the request', async () => (await waiting('anybody')) === 1);
    const release = (manyPicks: 'preselected' | readonly string[], button?: string) =>
      run(
        'promoteRelease',
        {
          picks: ['staging → production'],
          manyPicks: [manyPicks],
          texts: [REASON],
          confirms: [true],
          ...(button !== undefined && { button }),
        },
        { environment: 'production' },
      );
    const ask = await release('preselected', 'Review Release');
    assert.match(ask.offered[1]?.join('\n') ?? '', new RegExp(`${one} @1 → @2 .*requested by ada already`));
    assert.match(ask.confirmed[0]?.detail ?? '', new RegExp(`^${two}: @1 → @2\n\n`));
    await ask.message(/^1 prompt waits for 1 approval/);
    await eventually('the review', () => activeTab()?.label.startsWith('Review release'));
    const again = await release([one]);
    assert.match(
      again.confirmed[0]?.detail ?? '',
      new RegExp(`${one}: It replaces the request for @2 by ada\\.`),
    );
    const { buttons } = await again.message(/^1 prompt waits for 1 approval/);
    assert.deepEqual(buttons, ['Review Release', 'Cancel Request…']);
  });

  it('cannot be approved by an author of any of its versions, and says so', async () => {
    const own = freshPrompt();
    await team.publish(own, 'One.\n', 'Two.\n');
    await team.promote(own, 'staging', 1);
    await team.promote(own, 'production', 1);
    await team.promote(own, 'staging', 2);
    const other = await changed();
    const id = await requestByAda(own, other);
    const { tree, node } = await nodes();
    assert.equal(tree.getTreeItem(node).contextValue, ':release:waiting:reject:');
    const ask = await run('approveRelease', { confirms: [true] }, id);
    await ask.message(
      new RegExp(`^Nothing changed\\. Refused: .*You wrote ${own}@2, which this release changes`),
    );
    assert.equal(await live(other), '1');
  });
});

// The explorer, against the embedded registry.

import assert from 'node:assert/strict';
import { folderOf, parsePromptName } from '../../../src/core/name.ts';
import { parseVersionNumber } from '../../../src/core/version.ts';
import { eventually } from '../../eventually.ts';
import { embeddedWorkspace } from '../support/embedded-workspace.ts';
import { freshName } from '../support/fresh-name.ts';
import { inside, nodeOf, run, shownTree } from '../support/inside.ts';
import { AGE, promptNode, shownFolderOf } from '../support/shown.ts';

describe('the explorer for the embedded registry', () => {
  const { mara, publish, publishAndPull, promote } = embeddedWorkspace();

  it('shows where each version is live', async () => {
    const name = freshName();
    await publish(name, 'One.\n', 'Two.\n');
    await promote(name, 2);
    assert.match(
      (await shownFolderOf(name))[2] ?? '',
      new RegExp(`^ {4}staging · stable @2 · ${AGE} · mara\\.lindqvist$`),
    );
  });

  it('loads a long history in pages', async () => {
    const name = freshName();
    await publish(name, ...Array.from({ length: 30 }, (_, index) => `${index + 1}\n`));
    const first = await shownFolderOf(name);
    assert.equal(first.at(-1)?.trim(), 'Load more …');
    assert.equal(first.filter(line => /^ {4}@\d/.test(line)).length, 20);
    await run('loadMore', {}, await nodeOf('more', 'Load more …', await promptNode(name)));
    const all = await shownFolderOf(name);
    assert.equal(all.filter(line => /^ {4}@\d/.test(line)).length, 30);
    assert.match(all.at(-1) ?? '', /^ {4}@1 /);
  });

  it('filters by name and by state', async () => {
    const name = freshName();
    await publishAndPull(name, 'One.\n');
    await mara().publish(name, { source: 'Hers.\n', message: '', base: parseVersionNumber(1) });
    await publishAndPull(parsePromptName(`${folderOf(name)}/triage-by-hand`), 'One.\n');
    const { tree } = await inside();
    tree.filter = 'nothing-like-it';
    assert.deepEqual(await shownTree(0), []);
    tree.filter = `${folderOf(name)}/TRI`;
    assert.deepEqual(await shownTree(0), [`${folderOf(name)} 2`]);
    tree.filter = 'TRI @behind';
    assert.deepEqual(await shownTree(1), [`${folderOf(name)} 1`, '  triage @2 · behind']);
  });

  it('shows changes by another window automatically', async () => {
    const { alarms } = await inside();
    const before = alarms.shown();
    const name = freshName('handover');
    await untilFollowed();
    await mara().publish(name, { source: 'One.\n', message: '', base: null });
    await showsVersion(1);
    // What was about to look again for other reasons has done so by now.
    await mara().publish(name, { source: 'Two.\n', message: '', base: parseVersionNumber(1) });
    await showsVersion(2);
    assert.equal(alarms.shown(), before);

    function showsVersion(version: number): Promise<boolean> {
      return eventually(`${name}@${version} in the explorer`, async () =>
        (await shownFolderOf(name)).some(line => line.startsWith(`  handover @${version}`)),
      );
    }
  });

  /** Resolves when the window waits for what is new in the log: what happened before that, it is not told of. */
  async function untilFollowed(): Promise<void> {
    const client = await (await inside()).workbench.session.clientFor({ kind: 'read' });
    const waits = Promise.withResolvers<void>();
    const { changes } = client;
    client.changes = (query, signal) => {
      if (query?.wait !== undefined) waits.resolve();
      return changes.call(client, query, signal);
    };
    try {
      // Ends a wait that has begun already, so that it is begun again.
      await mara().publish(freshName(), { source: 'One.\n', message: '', base: null });
      await waits.promise;
    } finally {
      client.changes = changes;
    }
  }
});

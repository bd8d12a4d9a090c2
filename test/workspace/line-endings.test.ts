/** Line endings and byte order marks, from the file to the registry and back. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const triage = prompt('support/triage');
const FILE = 'prompts/support/triage.prompt';
const LOCK = 'promptforge.lock.json';
const MARK = '\ufeff';

const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);
const all = (client: RegistryClient) => client.allPrompts({ archived: true });

async function pull(copy: WorkingCopy, client: RegistryClient) {
  return copy.pull(client, await all(client), { isDirty: () => false });
}

async function stateOf(copy: WorkingCopy, client: RegistryClient) {
  return (await copy.state(await all(client))).prompts.get(triage);
}

async function publishElsewhere(client: RegistryClient, source: string, base: number | null = null) {
  const request = { source, message: 'elsewhere', base: base as VersionNumber | null };
  await client.publish(triage, request);
}

async function newestSource(client: RegistryClient): Promise<string> {
  const { newest } = await client.getPrompt(triage);
  return client.getSource(newest);
}

const FORMS = {
  'with "\\r\\n"': (text: string) => text.replaceAll('\n', '\r\n'),
  'with a byte order mark': (text: string) => MARK + text,
  'with both': (text: string) => MARK + text.replaceAll('\n', '\r\n'),
  'with mixed line endings': (text: string) => text.replace('\n', '\r\n'),
  plain: (text: string) => text,
};

describe('line endings of a working copy', () => {
  for (const [published, here] of Object.entries(FORMS)) {
    for (const [checkedOut, there] of Object.entries(FORMS)) {
      it(`are not an edit: published ${published}, the file ${checkedOut}`, async () => {
        await using registry = await anEmbeddedRegistry();
        await using workspace = await aWorkspace();
        const client = registry.client();
        const copy = copyOf(workspace);
        const source = here('one\ntwo\n');
        await publishElsewhere(client, source);
        await pull(copy, client);
        await workspace.put(FILE, there('one\ntwo\n'));
        const state = await stateOf(copy, client);
        assert.deepEqual([state?.state, state?.file], ['clean', digestOf(source)]);
        assert.equal((await copy.state(null)).prompts.get(triage)?.state, 'clean', 'offline');
        const again = await copy.publish(client, triage, 'nothing');
        assert.equal(again.kind === 'published' && again.created, false);

        await workspace.put(FILE, there('one\ntwo\nthree\n'));
        assert.equal((await stateOf(copy, client))?.state, 'modified');
        await copy.publish(client, triage, 'third line');
        const ending = published.includes('mixed') ? 'one\r\ntwo\nthree\n' : here('one\ntwo\nthree\n');
        assert.equal(await newestSource(client), ending);
        assert.equal(await workspace.text(FILE), there('one\ntwo\nthree\n'), 'the file is left alone');
        assert.equal((await stateOf(copy, client))?.state, 'clean');
      });
    }
  }

  it('are normalized in a new prompt', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace({ [FILE]: `${MARK}one\r\ntwo\n` });
    const client = registry.client();
    const copy = copyOf(workspace);
    const { version } = await copy.tryPublish(client, triage, 'first');
    assert.equal(version.source, 'one\ntwo\n');
    await copy.publish(client, triage, 'first');
    assert.equal(await newestSource(client), 'one\ntwo\n');
    assert.equal((await stateOf(copy, client))?.state, 'clean');
    assert.deepEqual((await pull(copy, client)).left, []);
    assert.equal(await workspace.text(FILE), `${MARK}one\r\ntwo\n`);
  });

  it('do not prevent a newer version from being pulled, or cause a conflict of equal texts', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publishElsewhere(client, 'one\n');
    await pull(copy, client);
    await workspace.put(FILE, 'one\r\n');
    await publishElsewhere(client, 'two\n', 1);
    assert.equal((await stateOf(copy, client))?.state, 'behind');
    assert.equal((await pull(copy, client)).updated.length, 1);
    assert.equal(await workspace.text(FILE), 'two\n');
    await publishElsewhere(client, 'three\n', 2);
    await workspace.put(FILE, `${MARK}three\r\n`);
    assert.deepEqual((await pull(copy, client)).adopted, [{ name: triage, version: 3 }]);
  });

  it('are also ignored without a lock file', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publishElsewhere(client, 'one\r\ntwo\n');
    await pull(copy, client);
    await rm(join(workspace.root, LOCK));
    assert.equal((await pull(copy, client)).adopted.length, 1);
    await workspace.put(FILE, 'one\ntwo\n');
    assert.equal((await stateOf(copy, client))?.state, 'clean');
  });
});

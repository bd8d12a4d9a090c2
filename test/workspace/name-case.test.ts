/** A working copy whose names differ only by case, on disks that tell case and on disks that do not. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { fileOfPrompt, type PromptName } from '../../src/core/name.ts';
import { closestCaseClash, foldCase } from '../../src/core/name-case.ts';
import { Problem } from '../../src/core/problem.ts';
import { linkFile } from '../../src/workspace/file-partials.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { meetingNames } from '../names.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';
import { caselessFileSystem } from './caseless-file-system.ts';

const DISKS: readonly (readonly [string, (root: string) => FileSystem])[] = [
  ['is case-sensitive', () => nodeFileSystem],
  ['is case-insensitive', caselessFileSystem],
];

const pull = async (copy: WorkingCopy, client: RegistryClient, options = {}) =>
  copy.pull(client, await client.allPrompts({ archived: true }), { isDirty: () => false, ...options });

const publish = (client: RegistryClient, name: string, source: string) =>
  client.publish(prompt(name), { source, message: '', base: null });

for (const [disk, over] of DISKS)
  describe(`a working copy on a disk that ${disk}`, () => {
    const copyOf = ({ project, root }: Workspace) => new WorkingCopy(project, over(root));

    it('keeps the case of names', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({ 'prompts/Support/orderSummary.prompt': '{{> lineItem}}' });
      const client = registry.client();
      await publish(client, 'Support/_lineItem', 'Item');
      const copy = copyOf(workspace);
      await pull(copy, client);
      assert.equal(await workspace.text('prompts/Support/_lineItem.prompt'), 'Item');
      const outcome = await copy.publish(client, prompt('Support/orderSummary'), '');
      assert.equal(outcome.kind, 'published');
      assert.deepEqual([...(await copy.readLock()).keys()], ['Support/_lineItem', 'Support/orderSummary']);
    });

    it('pulls no prompt over or next to a file that differs only by case, and names what to rename', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({
        'prompts/order.prompt': 'mine',
        'prompts/fees/README.md': 'a folder of mine',
      });
      const client = registry.client();
      await publish(client, 'Order', 'theirs');
      await publish(client, 'Fees/explain', 'theirs');
      const { created, left } = await pull(copyOf(workspace), client);
      assert.deepEqual(created, []);
      assert.deepEqual(
        left.map(({ name, why, message }) => [name, why, message]),
        [
          [
            'Fees/explain',
            'other_case',
            'prompts/Fees/explain.prompt: There is a folder "fees" here, which differs only by case. Rename it to "Fees", then pull again.',
          ],
          [
            'Order',
            'other_case',
            'prompts/Order.prompt: There is a file "order.prompt" here, which differs only by case. Rename it to "Order.prompt", then pull again.',
          ],
        ],
      );
      assert.equal(await workspace.text('prompts/order.prompt'), 'mine');
      const { files } = await copyOf(workspace).folder.list();
      assert.deepEqual(
        files.map(({ name }) => name),
        ['order'],
      );
    });

    it('does not restore a deleted file over one that was renamed by case', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publish(client, 'Order', 'theirs');
      const copy = copyOf(workspace);
      await pull(copy, client);
      const at = (name: string) => join(workspace.project.promptsFolder, name);
      await nodeFileSystem.rename(at('Order.prompt'), at('order.prompt'));
      await workspace.put('prompts/order.prompt', 'an edit');
      const { left } = await pull(copy, client, { restoreDeleted: true });
      assert.deepEqual(
        left.map(({ why }) => why),
        ['other_case'],
      );
      assert.equal(await workspace.text('prompts/order.prompt'), 'an edit');
    });

    it('reports files and folders whose case differs from the registry’s', async () => {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace({
        'prompts/order.prompt': 'mine',
        'prompts/fees/other.prompt': 'mine',
      });
      const client = registry.client();
      await publish(client, 'Order', 'theirs');
      await publish(client, 'Fees/explain', 'theirs');
      const { prompts, troubles } = await copyOf(workspace).state(await client.allPrompts());
      assert.deepEqual(
        troubles.map(({ reason, message }) => [reason, message]),
        [
          [
            'other_case',
            'prompts/fees/other.prompt: The registry has "Fees", which differs from "fees" only by case. Rename it here to "Fees".',
          ],
          [
            'other_case',
            'prompts/order.prompt: The registry has "Order.prompt", which differs from "order.prompt" only by case. Rename it here to "Order.prompt".',
          ],
        ],
      );
      assert.equal(prompts.get(prompt('order'))?.state, 'new');
      await assert.rejects(
        copyOf(workspace).publish(client, prompt('order'), ''),
        error => Problem.is(error, 'name_taken') && error.details.existing === 'Order',
      );
    });

    it('creates no file or folder that differs from another only by case', async () => {
      await using workspace = await aWorkspace({ 'prompts/Order.prompt': 'x', 'prompts/Fees/a.prompt': 'x' });
      const copy = copyOf(workspace);
      for (const [name, why] of [
        ['order', /^prompts\/Order\.prompt: This differs only by case from "prompts\/order\.prompt"/],
        ['fees/b', /^prompts\/Fees: This differs only by case from "prompts\/fees"/],
      ] as const)
        await assert.rejects(
          copy.createPrompt(name, 'y'),
          error => WorkspaceError.is(error, 'file_exists') && why.test(error.message),
        );
      await copy.createPrompt('fees', 'a prompt beside the folder');
    });

    it('allows a prompt to be renamed to a name that differs only by case', async () => {
      await using workspace = await aWorkspace({ 'prompts/order.prompt': 'x', 'prompts/other.prompt': 'x' });
      const { folder } = copyOf(workspace);
      await folder.checkFree(prompt('Order'), prompt('order'));
      for (const [name, from] of [
        ['Order', 'other'],
        ['other', 'order'],
        ['Other', 'order'],
      ] as const)
        await assert.rejects(folder.checkFree(prompt(name), prompt(from)), error =>
          WorkspaceError.is(error, 'file_exists'),
        );
      const files = over(workspace.root);
      await files.rename(folder.pathOf(prompt('order')), folder.pathOf(prompt('Order')));
      const { files: listed } = await folder.list();
      assert.deepEqual(
        listed.map(({ name }) => name),
        ['Order', 'other'],
      );
    });

    it('finds partials by their exact name, like the registry, and suggests the one that was meant', async () => {
      await using workspace = await aWorkspace({
        'prompts/a.prompt': '{{> usercard}}',
        'prompts/b.prompt': '{{> shared/footer}}',
        'prompts/c.prompt': '{{> userCard}}{{> Shared/footer}}',
        'prompts/_userCard.prompt': 'Card',
        'prompts/Shared/_footer.prompt': 'Foot',
      });
      const link = (name: string) =>
        linkFile({
          file: join(workspace.project.promptsFolder, `${name}.prompt`),
          root: workspace.project.promptsFolder,
          shownFrom: workspace.root,
          fileSystem: over(workspace.root),
        });
      await assert.rejects(
        link('a'),
        /"usercard" was not found.*Did you mean "userCard"\? Names are case-sensitive\.$/,
      );
      await assert.rejects(
        link('b'),
        /"shared\/footer" was not found.*Did you mean "Shared\/footer"\? Names are/,
      );
      assert.deepEqual([...(await link('c')).partials.keys()], ['userCard', 'Shared/footer']);
    });

    it('has its own files and all others without conflicts after a pull, for any names', async () => {
      const names = fc.uniqueArray(meetingNames, { maxLength: 6 }).map(withoutClashes);
      await fc.assert(
        fc.asyncProperty(names, names, async (registered, local) => {
          await using registry = await anEmbeddedRegistry();
          await using workspace = await aWorkspace();
          const client = registry.client();
          for (const name of registered) await publish(client, name, 'theirs');
          for (const name of local) await workspace.put(`prompts/${fileOfPrompt(name)}`, 'mine');
          const copy = copyOf(workspace);
          const { created, left } = await pull(copy, client);
          for (const name of local)
            assert.equal(await workspace.text(`prompts/${fileOfPrompt(name)}`), 'mine', name);
          const inTheWay = registered.filter(name => closestCaseClash(name, local) !== undefined);
          const why = (reason: string) => left.filter(each => each.why === reason).map(({ name }) => name);
          assert.deepEqual(why('other_case'), inTheWay);
          assert.deepEqual(
            why('conflict'),
            registered.filter(name => local.includes(name)),
          );
          const isLeft = (name: PromptName) => inTheWay.includes(name) || local.includes(name);
          assert.deepEqual(
            created.map(({ name }) => name),
            registered.filter(name => !isLeft(name)),
          );
          const { files } = await copy.folder.list();
          const paths = files.map(({ path }) => foldCase(path));
          assert.equal(new Set(paths).size, local.length + created.length);
          const { troubles } = await copy.state(await client.allPrompts());
          const told = local.filter(name => closestCaseClash(name, registered) !== undefined);
          assert.deepEqual(
            troubles.map(({ path }) => copy.folder.promptOf(path)),
            told,
          );
        }),
        { numRuns: runs(40, 12) },
      );
    });
  });

describe('a file that is given by a path of different case, on a case-insensitive disk,', () => {
  it('still has the partials of its folder', async () => {
    await using workspace = await aWorkspace({
      'prompts/Support/a.prompt': '{{> sign}}{{> parts/Foot}}',
      'prompts/Support/_sign.prompt': 'x',
      'prompts/Support/parts/_Foot.prompt': 'x',
    });
    const { partials } = await linkFile({
      file: join(workspace.root, 'Prompts', 'support', 'a.prompt'),
      root: workspace.root,
      fileSystem: caselessFileSystem(workspace.root),
    });
    assert.deepEqual([...partials.keys()], ['sign', 'parts/Foot']);
  });
});

describe('a working copy', () => {
  it('reports two files that only a case-sensitive disk can store', async () => {
    await using workspace = await aWorkspace({ 'prompts/a/x.prompt': 'one', 'prompts/b.prompt': 'one' });
    await writeFile(join(workspace.project.promptsFolder, 'B.prompt'), 'two');
    await workspace.put('prompts/A/y.prompt', 'two');
    const copy = new WorkingCopy(workspace.project, nodeFileSystem);
    const { prompts, troubles } = await copy.state(null);
    assert.deepEqual(
      troubles.map(({ message }) => message.slice(0, 65)),
      [
        'prompts/a/x.prompt: There is "A" too, which differs from "a" only',
        'prompts/b.prompt: There is "B.prompt" too, which differs from "b.',
      ],
    );
    assert.deepEqual([...prompts.keys()], ['A/y', 'B', 'a/x', 'b']);
  });
});

/** The names that a registry or a case-insensitive disk can store together, in order. */
function withoutClashes(names: readonly PromptName[]): PromptName[] {
  const kept: PromptName[] = [];
  for (const name of names) if (closestCaseClash(name, kept) === undefined) kept.push(name);
  return kept.sort();
}

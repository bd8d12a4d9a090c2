/** The embedded registry for the tests of one `describe`: the window is connected to it, and so is a colleague's window. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RegistryClient } from '../../../src/client/registry-client.ts';
import { STABLE } from '../../../src/core/channel.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../../src/core/environment.ts';
import type { PromptName } from '../../../src/core/name.ts';
import { parseVersionNumber, type VersionNumber } from '../../../src/core/version.ts';
import { openEmbeddedRegistry } from '../../../src/registry/embedded.ts';
import { BegunMerges } from '../../../src/workspace/begun-merges.ts';
import { LocalFolder } from '../../../src/workspace/local-folder.ts';
import { nodeFileSystem } from '../../../src/workspace/node-file-system.ts';
import { eventually } from '../../eventually.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { closeEditors, connectTo, disconnect, inside, root, run, setting } from './inside.ts';

export interface EmbeddedWorkspace {
  /** Absolute. */
  readonly dataFolder: string;
  /** The registry as mara.lindqvist has it open in another window, with the key of an environment. */
  mara(environment?: string): RegistryClient;
  /** Publishes these sources one after the other, as mara.lindqvist; the window shows them. */
  publish(name: PromptName, ...sources: readonly string[]): Promise<void>;
  /** Publishes these sources, and brings the newest one into the prompts folder, to which it is a clean file. */
  publishAndPull(name: PromptName, ...sources: readonly string[]): Promise<void>;
  /** Makes a version stable in staging, as mara.lindqvist; the window shows it. */
  promote(name: PromptName, version: number): Promise<void>;
  /** What an application gets in an environment. */
  live(name: PromptName, environment: string): Promise<string>;
}

/**
 * To be called in a `describe`: connects the window before its tests. After each test the prompts folder is empty, no
 * editor is open and the explorer is not filtered; what the registry holds stays, so each test uses a fresh name.
 * @param options who the window acts as, where that matters
 */
export function embeddedWorkspace({ actor }: { readonly actor?: string } = {}): EmbeddedWorkspace {
  let dataFolder = '';
  let clientOf = (_environment: string): RegistryClient => {
    throw new Error('The registry is not open.');
  };
  const undo: (() => PromiseLike<unknown>)[] = [];

  before(async () => {
    const folder = await temporaryFolder();
    undo.push(() => folder[Symbol.asyncDispose]());
    dataFolder = folder.path;
    const other = await openEmbeddedRegistry({ dataFolder, actor: 'mara.lindqvist' });
    undo.push(() => other.close());
    clientOf = environment => {
      const key = embeddedCredential(parseEnvironmentName(environment));
      return new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: other.fetch });
    };
    undo.push(async () => {
      await disconnect();
      await setting('embedded.dataFolder', undefined);
      if (actor !== undefined) await setting('embedded.actor', undefined);
    });
    await setting('embedded.dataFolder', dataFolder);
    if (actor !== undefined) await setting('embedded.actor', actor);
    await connectTo('embedded');
    const { session } = (await inside()).workbench;
    await eventually(
      'the connection',
      () => session.state.kind === 'connected' && session.place?.endsWith(dataFolder),
    ).catch((error: unknown) =>
      assert.fail(`${error} It is ${JSON.stringify(session.state)} to ${session.place}, not ${dataFolder}.`),
    );
  });

  afterEach(async () => {
    const { tree, workbench } = await inside();
    tree.filter = '';
    await closeEditors();
    await rm(join(root(), 'promptforge.lock.json'), { force: true });
    await rm(join(root(), 'prompts'), { recursive: true, force: true });
    await workbench.prompts.rescan();
    // The window ends a merge whose file is gone by itself, with a message that a later test would receive.
    const merges = new BegunMerges(new LocalFolder(root(), nodeFileSystem), nodeFileSystem);
    await eventually('all merges to end', async () => (await merges.names()).size === 0);
  });

  after(async () => {
    for (const each of undo.splice(0).reverse()) await each();
  });

  async function publish(name: PromptName, ...sources: readonly string[]): Promise<void> {
    const mara = clientOf('development');
    let base: VersionNumber | null = null;
    for (const source of sources) {
      const { version } = await mara.publish(name, { source, message: '', base });
      base = version.version;
    }
    await run('refresh');
  }

  return {
    get dataFolder() {
      return dataFolder;
    },
    mara: (environment = 'development') => clientOf(environment),
    publish,
    async publishAndPull(name, ...sources) {
      await publish(name, ...sources);
      await run('pull', {}, name);
    },
    async promote(name, version) {
      const staging = clientOf('staging');
      const { pointers } = await staging.getPrompt(name);
      const live = pointers.find(
        ({ environment, channel }) => environment === 'staging' && channel === STABLE,
      );
      await staging.promote(name, {
        environment: parseEnvironmentName('staging'),
        channel: STABLE,
        version: parseVersionNumber(version),
        reason: 'Tested',
        expected: live?.version ?? null,
        effectiveAt: null,
      });
      await run('refresh');
    },
    live: async (name, environment) => (await clientOf(environment).deliver(name)).template,
  };
}

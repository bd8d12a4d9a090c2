/** Connect to Registry…: asks which one, checks that it responds, writes promptforge.json, and asks for the key. */
import * as vscode from 'vscode';
import { registryAddress, validateRegistryUrl } from '../../client/address.ts';
import { pathOf, readable } from '../files/paths.ts';
import { logged, messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { fileFolders } from './find-project.ts';

/** Asks which registry, and connects to it. */
export async function connect(workbench: Workbench): Promise<void> {
  const { ask } = workbench;
  if (!vscode.workspace.isTrusted) {
    const chosen = await ask.tell(
      'warning',
      'This workspace is not trusted, so nothing is sent to a registry from it.',
      'Manage Workspace Trust',
    );
    if (chosen !== undefined) await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  const root = await chooseFolder(workbench);
  if (root === undefined) return;
  const registry = await chooseRegistry(workbench, root);
  if (registry !== undefined) await connectFolder(workbench, root, registry);
}

/**
 * Connect to Registry… for a given registry, whose URL the person has confirmed. Asks for the folder if there are
 * several; changes nothing if the registry does not respond and the person gives up.
 * @param registry from `registryAddress`
 */
export async function connectTo(workbench: Workbench, registry: string): Promise<void> {
  const root = await chooseFolder(workbench);
  if (root !== undefined && (await answers(workbench, registry)))
    await connectFolder(workbench, root, registry);
}

async function connectFolder(workbench: Workbench, root: string, registry: string): Promise<void> {
  const { session, prompts } = workbench;
  const [{ writeProject }, files] = await Promise.all([
    import('../../workspace/project-file.ts'),
    session.fileSystem(root),
  ]);
  const kept = session.projects.find(each => each.root === root)?.project;
  await writeProject(root, registry, files, kept);
  await session.show(root);
  await inProgress(`Connecting to ${registryName(registry)}`, () => prompts.refresh());
  if ((await session.settled()).kind === 'no-key') {
    await vscode.commands.executeCommand('promptforge.setKey');
    return; // reports whether the window is connected
  }
  void sayConnected(workbench, registry);
}

async function sayConnected({ session, prompts, ask }: Workbench, registry: string): Promise<void> {
  const state = await session.settled();
  const name = registry === EMBEDDED ? 'the embedded registry' : registryName(registry);
  if (state.kind !== 'connected') {
    const why = 'why' in state ? state.why : 'This window is not connected to it.';
    await ask.tell('warning', `promptforge.json names ${name} now, but: ${why}`);
    return;
  }
  const count = prompts.summaries.filter(({ archived }) => !archived).length;
  const missing = [...prompts.listed.values()].some(
    ({ hasFile, summary }) => !hasFile && summary?.archived === false,
  );
  const said = `Connected to ${name} as ${state.actor}. It holds ${counted(count, 'prompt')}.`;
  const chosen = await ask.tell('info', said, missing ? 'Pull' : 'New Prompt…');
  if (chosen === 'Pull') await vscode.commands.executeCommand('promptforge.pull');
  if (chosen === 'New Prompt…') await vscode.commands.executeCommand('promptforge.newPrompt');
}

/** The folder that has, or will have, promptforge.json. */
async function chooseFolder({ session, ask }: Workbench): Promise<string | undefined> {
  const folders = fileFolders();
  const [only, ...others] = folders;
  if (only === undefined) {
    const chosen = await ask.tell('info', 'Open the folder for your prompts first.', 'Open Folder');
    if (chosen !== undefined) await vscode.commands.executeCommand('vscode.openFolder');
    return undefined;
  }
  if (others.length === 0) return pathOf(only.uri);
  return ask.pick({
    title: 'Connect to Registry',
    placeholder: 'Select the folder for your prompts',
    isFollowed: true,
    options: folders.map(({ name, uri }) => {
      const known = session.projects.find(({ root }) => root === pathOf(uri));
      return {
        label: name,
        description: known?.project === undefined ? '' : `Now: ${registryName(known.project.registry)}`,
        detail: readable(uri),
        value: pathOf(uri),
      };
    }),
  });
}

async function chooseRegistry(workbench: Workbench, root: string): Promise<string | undefined> {
  const { ask, session } = workbench;
  const now = session.projects.find(each => each.root === root)?.project?.registry;
  const kind = await ask.pick({
    title: 'Connect to Registry',
    placeholder:
      now === undefined ? 'Select a registry' : `Now: ${registryName(now)}. Select another registry`,
    isFollowed: true,
    options: [
      {
        label: 'Connect to your team’s registry',
        detail: 'You need its address and a key for at least one environment.',
        icon: 'globe',
        value: 'url' as const,
      },
      {
        label: 'Use the embedded registry',
        detail: 'Inside VS Code, for you alone. No server and no key; you can serve it to others later.',
        icon: 'database',
        value: EMBEDDED,
      },
    ],
  });
  if (kind === undefined || kind === EMBEDDED) return kind;
  const draft = 'connect';
  const text = await ask.text({
    title: 'Connect to Registry',
    draft,
    prompt: 'The address of the registry. It is stored in promptforge.json; the key is not.',
    placeholder: 'https://prompts.example.com',
    isFollowed: true,
    ...(now !== undefined && now !== EMBEDDED && { value: now }),
    validate: url =>
      url.trim() === '' ? 'Enter the address of the registry.' : validateRegistryUrl(url.trim()),
  });
  if (text === undefined) return undefined;
  const registry = registryAddress(text.trim());
  if (!(await answers(workbench, registry))) return undefined;
  ask.sent(draft);
  return registry;
}

/** Returns true if a registry responds there, or the person wants the address anyway. Sends no key. */
async function answers({ ask, log }: Workbench, registry: string): Promise<boolean> {
  const { RegistryClient } = await import('../../client/registry-client.ts');
  try {
    await inProgress(`Asking ${registryName(registry)}`, signal =>
      new RegistryClient({ url: registry, key: null, retry: { retries: 0 } }).health(signal),
    );
    return true;
  } catch (error) {
    log.error(logged(error));
    const chosen = await ask.tell(
      'error',
      `Not connected: ${messageOf(error)}`,
      'Try Again',
      'Connect Anyway',
    );
    if (chosen === 'Try Again') return answers({ ask, log } as Workbench, registry);
    return chosen === 'Connect Anyway';
  }
}

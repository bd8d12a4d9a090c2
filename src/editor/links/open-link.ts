/**
 * Opens `vscode://promptforge.promptforge/…` links from a page, a message or a terminal. Their author chose the
 * registry: nothing is sent to a registry that this window does not know before the person has agreed.
 */
import * as vscode from 'vscode';
import { registryAddress, validateRegistryUrl } from '../../client/address.ts';
import type { RegistryClient } from '../../client/registry-client.ts';
import { type EditorLink, parseEditorLink } from '../../core/editor-link.ts';
import { Problem } from '../../core/problem.ts';
import { connectTo } from '../connection/connect.ts';
import { fileFolders } from '../connection/find-project.ts';
import { messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { openReference } from '../versions/open-reference.ts';
import type { Workbench } from '../workbench.ts';
import type { Links } from './register.ts';
import { connectQuestion, NO_FOLDER, NOT_TRUSTED, switchQuestion, waits, wrongLink } from './words.ts';

/** The longest address of a registry that a question can show, in UTF-16 code units. */
const LONGEST = 300;

/**
 * Opens links one at a time: a page may open any number of them. The function resolves when the link was opened or an
 * error was shown, and never rejects.
 */
export function linkOpener(workbench: Workbench): Links['open'] {
  const { ask, report } = workbench;
  let isOpening = false;
  const open: Links['open'] = async uri => {
    let link: EditorLink;
    try {
      link = checkedLink(uri);
    } catch (error) {
      await ask.tell('error', wrongLink(messageOf(error)));
      return;
    }
    if (isOpening) {
      await ask.tell('warning', waits(link));
      return;
    }
    isOpening = true;
    try {
      if (await isShown(workbench, link.registry)) await show(workbench, link);
    } catch (error) {
      void report(error, 'Opening the link', () => open(uri));
    } finally {
      isOpening = false;
    }
  };
  return open;
}

/** @throws Problem, and Error with the reason why its registry is invalid */
function checkedLink({ path, query }: Pick<vscode.Uri, 'path' | 'query'>): EditorLink {
  const link = parseEditorLink(path, query);
  if (link.registry.length > LONGEST)
    throw new Error(`The address of its registry has more than ${LONGEST} characters.`);
  const why = validateRegistryUrl(link.registry);
  if (why !== undefined) throw new Error(why);
  return { ...link, registry: registryAddress(link.registry) };
}

/** Returns true if the window shows that registry, after the person has agreed if necessary. */
async function isShown(workbench: Workbench, registry: string): Promise<boolean> {
  const { ask, session } = workbench;
  if (fileFolders().length === 0) {
    await ask.tell('info', NO_FOLDER);
    return false;
  }
  if (!vscode.workspace.isTrusted) {
    const chosen = await ask.tell('warning', NOT_TRUSTED, 'Manage Workspace Trust');
    if (chosen !== undefined) await vscode.commands.executeCommand('workbench.trust.manage');
    return false;
  }
  // A link may start the extension, while its project is still being read.
  await session.settled();
  if (session.registry === registry) return true;
  const other = session.projects.find(({ project }) => project?.registry === registry);
  if (other !== undefined) {
    if ((await ask.confirm(switchQuestion(other.name, registry))) !== true) return false;
    await vscode.commands.executeCommand('promptforge.switchProject', other.root);
  } else {
    if ((await ask.confirm(connectQuestion(registry, session.registry))) !== true) return false;
    await connectTo(workbench, registry);
  }
  return session.registry === registry;
}

async function show(workbench: Workbench, link: EditorLink): Promise<void> {
  if (link.kind === 'version') {
    await openReference(workbench, link);
    return;
  }
  const { ask, session } = workbench;
  const client = await session.clientFor({ kind: 'read' });
  if (link.kind === 'owners') {
    await showOwners(workbench, client, link);
    return;
  }
  try {
    await client.getPromotion(link.id);
  } catch (error) {
    if (!Problem.is(error, 'promotion_not_found')) throw error;
    await ask.tell(
      'warning',
      `${registryName(link.registry)} has no promotion ${link.id}, or your key may not see it.`,
    );
    return;
  }
  await vscode.commands.executeCommand('promptforge.reviewPromotion', link.id);
}

/** The pending change; if there is none, the current owners. */
async function showOwners(
  { ask }: Workbench,
  client: RegistryClient,
  { registry, environment }: Extract<EditorLink, { kind: 'owners' }>,
): Promise<void> {
  try {
    const { waiting } = await client.getOwners(environment);
    const command = waiting === null ? 'openOwners' : 'reviewOwnersChange';
    await vscode.commands.executeCommand(`promptforge.${command}`, environment);
  } catch (error) {
    if (!Problem.is(error, 'environment_not_found')) throw error;
    await ask.tell('warning', `${registryName(registry)} has no environment ${environment}.`);
  }
}

/**
 * Offers a `.gitattributes` if git changes line endings, until the person answers. Closing the message is no answer, so
 * the next window offers it again.
 */
import * as vscode from 'vscode';
import type { GitAttributes } from '../../workspace/git-attributes.ts';
import type { Session } from '../connection/session.ts';
import { isVirtual } from '../files/virtual-path.ts';
import type { Workbench } from '../workbench.ts';

const ADD = 'Add';
const NOT_NOW = 'Not Now';
const QUESTION =
  'Git changes line endings at checkout here. PromptForge does not count that as an edit, but other tools may. Add a .gitattributes file that keeps the line endings of prompts on every machine?';

export function registerAttributesOffer(workbench: Workbench): vscode.Disposable {
  const { session, prompts, report } = workbench;
  /** By folder: true if git converts line endings there and the person has not answered yet. */
  const converting = new Map<string, Promise<boolean>>();
  const offered = new Set<string>();
  const look = async (): Promise<void> => {
    const root = session.project?.root;
    if (root !== undefined && isVirtual(root)) return; // git checks files out on disks only
    if (root === undefined || !vscode.workspace.isTrusted || !prompts.isListed || offered.has(root)) return;
    const converts = converting.get(root) ?? isConverting(root, session);
    converting.set(root, converts);
    if (!prompts.hasReturns && !(await converts)) return;
    const attributes = await attributesOf(root, session);
    if (offered.has(root) || !(await attributes.isToOffer()) || offered.has(root)) return;
    offered.add(root);
    await offer(workbench, attributes);
  };
  return prompts.onDidChange(
    () => void look().catch((error: unknown) => report(error, 'Adding .gitattributes')),
  );
}

async function attributesOf(root: string, session: Session): Promise<GitAttributes> {
  const [{ GitAttributes }, files] = await Promise.all([
    import('../../workspace/git-attributes.ts'),
    session.fileSystem(root),
  ]);
  return new GitAttributes(root, files);
}

async function isConverting(root: string, session: Session): Promise<boolean> {
  const { convertsLineEndings } = await import('../../workspace/git-attributes.ts');
  return (await (await attributesOf(root, session)).isToOffer()) && convertsLineEndings(root);
}

async function offer({ ask }: Workbench, attributes: GitAttributes): Promise<void> {
  const chosen = await ask.tell('info', QUESTION, ADD, NOT_NOW);
  if (chosen === NOT_NOW) await attributes.note('not_now');
  if (chosen !== ADD) return;
  await attributes.add();
  await ask.tell('info', 'Added .gitattributes. Commit it: it takes effect with the next checkout.');
}

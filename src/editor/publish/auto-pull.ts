/**
 * Pulls in the background (`promptforge.sync.autoPull`): only prompts whose files have their base's text, or that have
 * no file here, and no unsaved edits in an editor.
 */
import * as vscode from 'vscode';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { groupsOf } from '../working-copy/groups.ts';
import { hasUnsavedEdits } from './pull.ts';
import { pullDetails } from './pull-words.ts';

const SETTING = 'sync.autoPull';
/** A refresh first shows only part of the result. */
const SETTLE_MS = 500;

export function registerAutoPull(workbench: Workbench): vscode.Disposable {
  const { session, prompts, log } = workbench;
  const controller = new AbortController();
  /** Prompts that were skipped, such as `support/triage@7`: they are not tried again. */
  let left = new Set<string>();
  let isPulling = false;
  let timer: NodeJS.Timeout | undefined;

  const pull = async (): Promise<void> => {
    if (isPulling || !isWanted() || session.state.kind !== 'connected') return;
    const { incoming } = groupsOf(prompts.listed.values());
    const idOf = ({ name, summary }: (typeof incoming)[number]) => `${name}@${summary?.newest.version}`;
    const wanted = incoming.filter(each => !left.has(idOf(each)));
    left = new Set(incoming.map(idOf).filter(id => left.has(id)));
    if (wanted.length === 0) return;
    isPulling = true;
    try {
      const copy = await prompts.workingCopy();
      if (copy === undefined) return;
      const report = await copy.pull(await session.clientFor({ kind: 'read' }), prompts.summaries, {
        isDirty: name => hasUnsavedEdits(copy.folder.pathOf(name)),
        names: new Set(wanted.map(({ name }) => name)),
        // A prompt that was edited since is left alone.
        merge: false,
        signal: controller.signal,
      });
      for (const line of pullDetails(report)) log.info(`In the background: ${line}`);
      for (const { name } of report.left) {
        const found = wanted.find(each => each.name === name);
        if (found !== undefined) left.add(idOf(found));
      }
      await prompts.rescan();
    } catch (error) {
      if (controller.signal.aborted) return;
      log.warn(`Pulling in the background failed: ${logged(error)}`);
      for (const each of wanted) left.add(idOf(each)); // a newer version, or a pull by hand, tries again
    } finally {
      isPulling = false;
    }
  };
  const soon = () => {
    clearTimeout(timer);
    if (isWanted()) timer = setTimeout(() => void pull(), SETTLE_MS);
  };
  return vscode.Disposable.from(
    prompts.onDidChange(soon),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (!change.affectsConfiguration(`promptforge.${SETTING}`)) return;
      left.clear();
      soon();
    }),
    // A file that was skipped because of unsaved edits is unchanged or modified once they are saved.
    vscode.workspace.onDidSaveTextDocument(() => left.clear()),
    new vscode.Disposable(() => {
      clearTimeout(timer);
      controller.abort();
    }),
  );
}

function isWanted(): boolean {
  return (
    vscode.workspace.isTrusted &&
    vscode.workspace.getConfiguration('promptforge').get<boolean>(SETTING, false)
  );
}

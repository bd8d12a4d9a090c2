/** The source control and its commands: created when a project is connected, loaded on first use. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { InputDrafts } from '../asking/drafts.ts';
import { registerCommand } from '../commands.ts';
import type { LazyDiscardedTexts } from '../discard/lazy-texts.ts';
import { promptsNamed, promptsOrActive } from '../explorer/prompts-named.ts';
import { uriOf } from '../files/paths.ts';
import type { SourceDiagnostics } from '../publish/source-diagnostics.ts';
import type { Workbench } from '../workbench.ts';
import { groupsOf } from '../working-copy/groups.ts';
import type { PromptSourceControl } from './source-control.ts';

export interface SourceControlParts {
  readonly drafts: InputDrafts;
  readonly diagnostics: SourceDiagnostics;
  readonly discarded: LazyDiscardedTexts;
}

export interface SourceControlFeature extends vscode.Disposable {
  /** Undefined while no project is connected. */
  readonly view: () => PromptSourceControl | undefined;
}

export function registerSourceControl(
  workbench: Workbench,
  { drafts, diagnostics, discarded }: SourceControlParts,
): SourceControlFeature {
  const { session, prompts, report } = workbench;
  const shown = lazyView(workbench, drafts);
  const groups = () => groupsOf(prompts.listed.values());
  const publishable = () =>
    groups()
      .changes.filter(({ state }) => state === 'modified' || state === 'new')
      .map(({ name }) => name);
  const publish = async (names: readonly PromptName[]) =>
    (await import('./publish-changes.ts')).publishChanges(workbench, diagnostics, shown.view(), names);
  const discard = async (names: readonly PromptName[]) =>
    (await import('../discard/discard.ts')).discardChanges(workbench, await discarded(), names);
  const openAll = async (names: readonly PromptName[], what: string) =>
    (await import('./open-all.ts')).openAllChanges(workbench, names, what);

  const registered = vscode.Disposable.from(
    shown,
    session.onDidChange(
      () => void shown.adjust().catch((error: unknown) => report(error, 'Showing changes')),
    ),
    registerCommand('publishSelected', 'Publishing', report, async (...args) => {
      const names = await promptsOrActive(args, workbench);
      // Without a message, the changes are shown before asking for one.
      if (names.length === 1 && (shown.view()?.message ?? '').trim() === '')
        return vscode.commands.executeCommand('promptforge.publish', names[0]);
      return publish(names);
    }),
    registerCommand('publishAll', 'Publishing', report, () => publish(publishable())),
    registerCommand('discardChanges', 'Discarding changes', report, async (...args) =>
      discard(await promptsOrActive(args, workbench)),
    ),
    registerCommand('discardAllChanges', 'Discarding changes', report, () =>
      discard(groups().changes.map(({ name }) => name)),
    ),
    registerCommand('undoDiscard', 'Undoing', report, async () =>
      (await import('../discard/discard.ts')).undoDiscard(workbench, await discarded()),
    ),
    registerCommand('openChanges', 'Opening changes', report, async (...args) => {
      const [name, ...others] = await promptsOrActive(args, workbench);
      if (name === undefined) return undefined;
      if (others.length > 0) return openAll([name, ...others], 'Changes');
      const { openChanges } = await import('./open-changes.ts');
      return openChanges(workbench, name);
    }),
    registerCommand('openAllChanges', 'Opening changes', report, async (...args) => {
      const named = promptsNamed(args, workbench);
      const { conflicts, changes } = groups();
      return openAll(named ?? [...conflicts, ...changes].map(({ name }) => name), labelOf(args[0]));
    }),
    registerCommand('openFile', 'Opening the file', report, async (...args) => {
      const copy = await prompts.workingCopy();
      for (const name of await promptsOrActive(args, workbench))
        if (copy !== undefined && prompts.listed.get(name)?.hasFile === true)
          await vscode.commands.executeCommand('vscode.open', uriOf(copy.folder.pathOf(name)), {
            preview: false,
          });
    }),
  );
  return { view: shown.view, dispose: () => registered.dispose() };
}

/** The label of the group that a command was called on. */
function labelOf(argument: unknown): string {
  const { label } = (argument ?? {}) as { readonly label?: unknown };
  return typeof label === 'string' && label !== 'PromptForge' ? label : 'Changes';
}

/** The view of the connected registry; each registry or folder has its own. */
function lazyView(workbench: Workbench, drafts: InputDrafts) {
  const { session } = workbench;
  let current: { readonly of: string; readonly view: PromptSourceControl } | undefined;
  let isDisposed = false;
  /** Undefined if none is to be shown. */
  const wanted = (): string | undefined => {
    const { project, place, state } = session;
    if (isDisposed || project === undefined || !vscode.workspace.isTrusted) return undefined;
    const of = `${project.root} ${project.promptsFolder} ${project.registry} `;
    // While connecting, the place may still be that of the previous registry.
    if (state.kind === 'connecting') return current?.of.startsWith(of) ? current.of : undefined;
    return place === undefined ? undefined : of + place;
  };
  return {
    view: () => current?.view,
    async adjust(): Promise<void> {
      const now = wanted();
      if (now === current?.of) return;
      current?.view.dispose();
      current = undefined;
      if (now === undefined) return;
      const [{ PromptSourceControl }, { afterGit }] = await Promise.all([
        import('./source-control.ts'),
        import('./after-git.ts'),
      ]);
      await afterGit(vscode.extensions.getExtension('vscode.git'));
      // The window may have been connected to another registry meanwhile, or the view may already be shown.
      if (wanted() === now && current === undefined)
        current = { of: now, view: new PromptSourceControl(workbench, drafts) };
    },
    dispose(): void {
      isDisposed = true;
      current?.view.dispose();
      current = undefined;
    },
  };
}

/**
 * Renames a prompt: moves its file and samples, and updates references in other prompts, as one step to undo. In the
 * registry a name keeps its history, so the new name is a new prompt there.
 */
import * as vscode from 'vscode';
import { lastSegment, type PromptName, parsePromptName } from '../../core/name.ts';
import { foldCase } from '../../core/name-case.ts';
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { registerCommand } from '../commands.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { NAME_HINT, validateNewName } from '../explorer/new-name.ts';
import { argumentOf, type FocusedNode, isNode, targetOf } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import type { Language } from '../language/register.ts';
import { exists } from '../work/exists.ts';
import type { Workbench } from '../workbench.ts';
import { consequences, renamed } from './rename-words.ts';
import { samplesOf } from './samples-of.ts';

export interface RenamingParts {
  readonly workbench: Workbench;
  readonly language: Pick<Language, 'editsForNewName'>;
}

export interface Renaming {
  /** @throws Error, WorkspaceError or Problem with the reason why nothing was renamed */
  rename(listed: ListedPrompt, to: PromptName): Promise<void>;
  /** Moves it to a folder (the empty string is the root) after a confirmation. @throws as `rename` */
  move(prompt: PromptName, folder: string): Promise<PromptName | undefined>;
}

export function renaming({ workbench, language }: RenamingParts): Renaming {
  const { prompts, ask } = workbench;

  const rename = async (listed: ListedPrompt, to: PromptName): Promise<void> => {
    const { name } = listed;
    const copy = await prompts.workingCopy();
    if (copy === undefined) throw new Error('This window is not connected to a registry.');
    await copy.folder.checkFree(to, name);
    const [from, target] = [name, to].map(each => uriOf(copy.folder.pathOf(each))) as [
      vscode.Uri,
      vscode.Uri,
    ];
    const samples = samplesOf(from);
    const hasSamples = await exists(samples);
    // A case-insensitive disk finds the prompt's own samples under the new name.
    const isSameButCase = foldCase(name) === foldCase(to);
    if (hasSamples && !isSameButCase && (await exists(samplesOf(target))))
      throw new Error(
        `The file ${to}${SAMPLES_EXTENSION} already exists. Choose another name, or move that file.`,
      );
    const edit = await language.editsForNewName(await vscode.workspace.openTextDocument(from), to);
    const others = edit.entries().filter(([uri]) => uri.toString() !== from.toString()).length;
    edit.renameFile(from, target, { overwrite: false });
    if (hasSamples) edit.renameFile(samples, samplesOf(target), { overwrite: false });
    if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true })))
      throw new Error(
        `VS Code could not rename the file of ${name}. Check whether the file or its folder is read-only.`,
      );
    if (listed.base !== undefined || listed.renamedFrom !== undefined) await copy.noteRename(name, to);
    await prompts.rescan();
    void tell(listed, to, others);
  };

  const tell = async (listed: ListedPrompt, to: PromptName, others: number): Promise<void> => {
    const { name, summary } = listed;
    const archive = `Archive ${name}…`;
    const buttons = summary === undefined || summary.archived ? [] : [archive];
    const chosen = await ask.tell('info', renamed(listed, to, others), ...buttons);
    if (chosen === archive) await vscode.commands.executeCommand('promptforge.archive', name);
  };

  return {
    rename,
    async move(prompt, folder) {
      const text = folder === '' ? lastSegment(prompt) : `${folder}/${lastSegment(prompt)}`;
      if (text === prompt) return undefined;
      const listed = prompts.mustHave(prompt);
      const why = renameErrorMessage(listed) ?? validateNewName(text, workbench, listed);
      if (why !== undefined) throw new Error(why);
      const agreed = await ask.confirm({
        message: `Move ${prompt} to ${folder === '' ? 'the top level' : folder}?`,
        detail: [`Its name becomes ${text}.`, consequences(listed)].filter(Boolean).join(' '),
        button: 'Move',
      });
      if (agreed !== true) return undefined;
      const to = parsePromptName(text);
      await rename(listed, to);
      return to;
    },
  };
}

/** @param reveal shows a prompt in the tree */
export function registerRename(
  workbench: Workbench,
  { rename }: Renaming,
  focused: FocusedNode,
  reveal: (prompt: PromptName) => Promise<void>,
): vscode.Disposable {
  const { prompts, ask, report } = workbench;
  return registerCommand('rename', 'Renaming', report, async argument => {
    const chosen = await argumentOf(argument, focused);
    if (isNode(chosen) && chosen.kind === 'folder') {
      await ask.tell('info', 'To rename a folder, move its prompts one by one. Select a prompt.');
      return;
    }
    const target = await targetOf(chosen, workbench, {
      title: 'Rename',
      admits: ({ hasFile }) => hasFile,
    });
    if (target === undefined) return;
    const listed = prompts.mustHave(target.prompt);
    const why = renameErrorMessage(listed);
    if (why !== undefined) {
      await ask.tell('info', why);
      return;
    }
    const { name } = listed;
    const note = consequences(listed);
    const draft = `rename ${name}`;
    const text = await ask.text({
      title: `Rename ${name}`,
      prompt: NAME_HINT,
      draft,
      value: name,
      selection: [name.lastIndexOf('/') + 1, name.length],
      validate: typed => {
        if (typed.trim() === name) return note === undefined ? undefined : { note };
        return validateNewName(typed, workbench, listed) ?? (note === undefined ? undefined : { note });
      },
    });
    if (text === undefined || text.trim() === name) return;
    const to = parsePromptName(text.trim());
    await rename(listed, to);
    ask.sent(draft);
    await reveal(to);
  });
}

function renameErrorMessage({ name, hasFile }: ListedPrompt): string | undefined {
  return hasFile ? undefined : `${name} has no file here. Pull it first, then rename it.`;
}

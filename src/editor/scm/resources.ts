/** The entries of the Source Control view: one per prompt, with the command of a click, and the context for menus. */
import * as vscode from 'vscode';
import { fileOfPrompt, type PromptName } from '../../core/name.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { fileMarkOf } from '../explorer/state-words.ts';
import type { GroupId } from '../working-copy/groups.ts';
import { changeOf, type ProjectPlace } from './changes.ts';

export interface PromptResource extends vscode.SourceControlResourceState {
  readonly prompt: PromptName;
}

export function resourceOf(listed: ListedPrompt, group: GroupId, place: ProjectPlace): PromptResource {
  const { name, state } = listed;
  return {
    prompt: name,
    resourceUri: vscode.Uri.joinPath(place.folder, fileOfPrompt(name)),
    command: commandOf(listed, group, place),
    contextValue: contextOf(listed, group),
    decorations: {
      tooltip: oneLine(fileMarkOf(listed)?.meaning ?? ''),
      strikeThrough: state === 'deleted',
      faded: state === 'archived',
    },
  };
}

/** `:changes:modified:file:publishable:discardable:` and the like. */
export function contextOf({ state, hasFile, base, renamedFrom }: ListedPrompt, group: GroupId): string {
  const flags = [
    group,
    ...(state === undefined ? [] : [renamedFrom === undefined ? state : 'renamed']),
    ...(hasFile ? ['file'] : []),
    ...(group === 'changes' && (state === 'modified' || state === 'new') ? ['publishable'] : []),
    ...(group === 'changes' &&
    (renamedFrom === undefined ? state === 'new' || base !== undefined : renamedFrom.base !== undefined)
      ? ['discardable']
      : []),
    ...(group === 'conflicts' && hasFile ? ['mergeable'] : []),
  ];
  return `:${flags.join(':')}:`;
}

/** VS Code's own commands, which keep the focus in the view when an entry is only selected. */
function commandOf(listed: ListedPrompt, group: GroupId, place: ProjectPlace): vscode.Command {
  if (group === 'conflicts' && listed.hasFile)
    return {
      command: 'promptforge.openMergeEditor',
      title: 'Resolve in Merge Editor',
      arguments: [listed.name],
    };
  const { original, modified, title } = changeOf(listed, group, place);
  const shown = modified ?? original;
  if (original !== undefined && modified !== undefined)
    return {
      command: 'vscode.diff',
      title: 'Open Changes',
      arguments: [original, modified, title, { preview: true }],
    };
  return { command: 'vscode.open', title: 'Open', arguments: [shown, { preview: true }, title] };
}

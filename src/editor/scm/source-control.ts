/**
 * The source control "PromptForge", beside git's: changes to publish, pull and merge, and the message of the next
 * versions. It has no root folder: VS Code considers the innermost root of the active file the active repository, and
 * would not show git's branch while a prompt is edited.
 */
import * as vscode from 'vscode';
import { draftOfFiles } from '../asking/draft-name.ts';
import type { InputDrafts } from '../asking/drafts.ts';
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { GROUPS, type GroupId, groupsOf } from '../working-copy/groups.ts';
import { placeOf } from './changes.ts';
import { quickDiff } from './quick-diff.ts';
import { type PromptResource, resourceOf } from './resources.ts';

/** The maximum number of entries per group: more than anybody reads, but few enough to stay fast. */
export const MOST_SHOWN = 1000;

/** A refresh shows the registry's list, then the files, then what follows from both. */
const SETTLE_MS = 50;

const LABELS: Readonly<Record<GroupId, string>> = {
  conflicts: 'Conflicts',
  changes: 'Changes',
  incoming: 'Incoming',
};

export class PromptSourceControl implements vscode.Disposable {
  readonly control: vscode.SourceControl;
  readonly groups: Readonly<Record<GroupId, vscode.SourceControlResourceGroup>>;
  readonly #workbench: Workbench;
  readonly #drafts: InputDrafts;
  /** The name of the message's draft, so that a message for one registry or folder is not offered for another. */
  readonly #draft: string;
  readonly #following: vscode.Disposable;

  constructor(workbench: Workbench, drafts: InputDrafts) {
    const { session, prompts } = workbench;
    this.#workbench = workbench;
    this.#drafts = drafts;
    this.#draft = draftOfFiles('publish changes', session);
    this.control = vscode.scm.createSourceControl('promptforge', 'PromptForge');
    const { inputBox } = this.control;
    inputBox.placeholder = `Message ({0} to publish to "${registryName(session.registry ?? EMBEDDED)}")`;
    inputBox.value = drafts.of(this.#draft) ?? '';
    this.control.acceptInputCommand = { command: 'promptforge.publishAll', title: 'Publish' };
    this.control.quickDiffProvider = quickDiff(workbench);
    this.groups = Object.fromEntries(GROUPS.map(id => [id, this.#group(id)])) as typeof this.groups;
    let timer: NodeJS.Timeout | undefined;
    this.#following = vscode.Disposable.from(
      onDidType(inputBox, () => this.#keepMessage()),
      vscode.window.onDidChangeWindowState(() => this.#keepMessage()),
      prompts.onDidChange(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          this.update();
        }, SETTLE_MS);
      }),
      new vscode.Disposable(() => clearTimeout(timer)),
    );
    this.update();
  }

  get message(): string {
    return this.control.inputBox.value;
  }

  /** Clears the used message, unless another one was typed meanwhile. */
  sent(message: string): void {
    if (this.message.trim() !== message.trim()) return;
    this.control.inputBox.value = '';
    this.#keepMessage();
  }

  update(): void {
    this.#keepMessage();
    const place = placeOf(this.#workbench);
    if (place === undefined) return;
    const groups = groupsOf(this.#workbench.prompts.listed.values());
    for (const id of GROUPS) {
      const listed = groups[id];
      const shown = this.groups[id];
      const label =
        listed.length > MOST_SHOWN ? `${LABELS[id]} (first ${MOST_SHOWN} of ${listed.length})` : LABELS[id];
      if (shown.label !== label) shown.label = label;
      // Even if nothing differs: VS Code then looks up the base of an open file again.
      shown.resourceStates = listed
        .slice(0, MOST_SHOWN)
        .map((each): PromptResource => resourceOf(each, id, place));
    }
    this.control.count = groups.changes.length + groups.conflicts.length;
  }

  dispose(): void {
    this.#keepMessage();
    this.#following.dispose();
    this.control.dispose();
  }

  #keepMessage(): void {
    this.#drafts.keep(this.#draft, this.message);
  }

  #group(id: GroupId): vscode.SourceControlResourceGroup {
    const group = this.control.createResourceGroup(id, LABELS[id]);
    group.hideWhenEmpty = id !== 'changes';
    group.contextValue = id;
    return group;
  }
}

/** VS Code's input box has this event, although it is not declared; without it, the text is saved a little later. */
function onDidType(inputBox: vscode.SourceControlInputBox, typed: () => void): vscode.Disposable {
  const { onDidChange } = inputBox as { onDidChange?: vscode.Event<string> };
  return typeof onDidChange === 'function' ? onDidChange(typed) : new vscode.Disposable(() => undefined);
}

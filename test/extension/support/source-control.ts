/** The source control as the Source Control view shows it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PromptName } from '../../../src/core/name.ts';
import type { PromptResource } from '../../../src/editor/scm/resources.ts';
import type { PromptSourceControl } from '../../../src/editor/scm/source-control.ts';
import type { GroupId } from '../../../src/editor/working-copy/groups.ts';
import { eventually } from '../../eventually.ts';
import { inside } from './inside.ts';

/** The one of the registry that the window is connected to. */
export async function sourceControl(): Promise<PromptSourceControl> {
  const { sourceControl } = await inside();
  return eventually('the source control', () => sourceControl.view());
}

/** The entry of a prompt, once it is in that group. */
export async function entryOf(prompt: PromptName, group: GroupId): Promise<PromptResource> {
  const { groups } = await sourceControl();
  return eventually(`${prompt} in ${group}`, () =>
    (groups[group].resourceStates as PromptResource[]).find(each => each.prompt === prompt),
  );
}

/** Waits until the prompt is in none of the groups. */
export async function isSettled(prompt: PromptName): Promise<void> {
  const { groups } = await sourceControl();
  await eventually(`${prompt} in no group`, () =>
    Object.values(groups).every(({ resourceStates }) =>
      (resourceStates as PromptResource[]).every(each => each.prompt !== prompt),
    ),
  );
}

/** Runs what a click on the entry runs. */
export async function click({ command }: PromptResource): Promise<void> {
  assert.ok(command);
  await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

/** Determines the environment that a command about owners applies to: the selected node, the active document, or the person's choice. */
import * as vscode from 'vscode';
import type { EnvironmentName } from '../../core/environment.ts';
import { environmentOf } from '../connection/environment-argument.ts';
import { documentsIn } from '../versions/tab-documents.ts';
import type { Workbench } from '../workbench.ts';
import { parseOwnersDraftUri, parseOwnersUri } from './uri.ts';

/** Undefined if the person cancels. @throws MissingKey if no key has shown the environments yet */
export async function namedEnvironment(
  argument: unknown,
  { session, ask }: Workbench,
  title: string,
): Promise<EnvironmentName | undefined> {
  const named = environmentIn(argument);
  if (named !== undefined) return named;
  await session.clientFor({ kind: 'read' }); // reports what is missing
  const names = session.environments.map(({ name }) => name);
  if (names.length === 1) return names[0];
  return ask.pick({
    title,
    placeholder: 'Select an environment',
    isFollowed: true,
    // Production first, as the most likely choice.
    options: names.toReversed().map(name => ({ label: name, value: name })),
  });
}

/** Undefined if the argument has none. */
export function environmentIn(argument: unknown): EnvironmentName | undefined {
  if (argument instanceof vscode.Uri)
    return (parseOwnersUri(argument) ?? parseOwnersDraftUri(argument))?.environment;
  if (typeof argument === 'object' && argument !== null && 'change' in argument)
    return environmentOf(argument.change);
  return environmentOf(argument);
}

/** From the active tab, if it shows owners or a draft of them. */
export function environmentInFront(): EnvironmentName | undefined {
  const documents = documentsIn(vscode.window.tabGroups.activeTabGroup.activeTab);
  return documents.map(environmentIn).find(environment => environment !== undefined);
}

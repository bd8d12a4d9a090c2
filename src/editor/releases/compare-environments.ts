/** Compare Environments: shows all differences between two of them in VS Code's multi-diff editor. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import { versionUri } from '../versions/open-version.ts';
import type { Workbench } from '../workbench.ts';
import { differencesOf, type EnvironmentDifference, type Pair } from './differences.ts';
import { pairTitle, pickPair, summariesNow } from './pick-pair.ts';
import type { RememberedTabs } from './remembered-tabs.ts';

/** The maximum number to show: each has two documents, most of which must be fetched. */
const MOST_SHOWN = 100;

/** @param argument an environment; undefined to let the person choose both */
export async function compareEnvironments(
  workbench: Workbench,
  argument: unknown,
  compared: RememberedTabs<Pair>,
): Promise<void> {
  const summaries = await summariesNow(workbench);
  const pair = await pickPair(workbench, argument, summaries, 'Compare Environments');
  if (pair === undefined) return;
  const differences = differencesOf(summaries, pair);
  if (differences.length === 0) {
    await workbench.ask.tell(
      'info',
      `Nothing differs: what is ${pair.channel} in ${pair.source} is ${pair.channel} in ${pair.target}.`,
    );
    return;
  }
  const title = pairTitle(pair);
  const cut =
    differences.length > MOST_SHOWN ? `${title}, first ${MOST_SHOWN} of ${differences.length}` : title;
  compared.remember(cut, pair);
  await openVersions(workbench, cut, differences.slice(0, MOST_SHOWN));
}

/** Each with the live version on the left, and its replacement on the right. */
export async function openVersions(
  { session }: Pick<Workbench, 'session'>,
  title: string,
  moves: readonly Pick<EnvironmentDifference, 'prompt' | 'version' | 'from'>[],
): Promise<void> {
  const uriOf = (prompt: PromptName, version: VersionNumber | null) =>
    version === null ? undefined : versionUri(session.registry, { prompt, version });
  await vscode.commands.executeCommand(
    'vscode.changes',
    title,
    moves.map(({ prompt, version, from }) => {
      const [original, modified] = [uriOf(prompt, from), uriOf(prompt, version)];
      return [modified ?? original, original, modified];
    }),
  );
}

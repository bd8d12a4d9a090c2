/** Opening a version that somebody named: one that is not there, or not for this key, is told and not shown as an empty tab. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { EMBEDDED, versionUriParts } from './uri.ts';
import { fetchVersion } from './version-files.ts';

/** Undefined where the person was told why not. @throws as the registry client, MissingKey */
export async function openReference(
  { ask, session }: Pick<Workbench, 'ask' | 'session'>,
  named: { readonly prompt: PromptName; readonly version: VersionNumber },
): Promise<vscode.TextEditor | undefined> {
  const { prompt, version } = named;
  const address = { registry: session.registry ?? EMBEDDED, prompt, version };
  const reference = versionReference(prompt, version);
  try {
    await inProgress(`Fetching ${reference}`, () => fetchVersion(session, address), false);
  } catch (error) {
    const why = whyNotOpened(error, reference, address.registry);
    if (why === undefined) throw error;
    await ask.tell('warning', why);
    return undefined;
  }
  return vscode.window.showTextDocument(vscode.Uri.from(versionUriParts(address)), { preview: true });
}

/** Undefined for a failure that is no matter of the reference. */
function whyNotOpened(error: unknown, reference: string, registry: string): string | undefined {
  const where = registry === EMBEDDED ? 'The embedded registry' : registryName(registry);
  if (Problem.is(error, 'prompt_not_found', 'version_not_found'))
    return `${where} has no ${reference}, or your key may not see it.`;
  if (Problem.is(error, 'version_not_released', 'role_too_low', 'channel_not_served'))
    return `Your key may not see ${reference}. ${messageOf(error)}`;
  return undefined;
}

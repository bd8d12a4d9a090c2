/** Checks that a version can be shown: for one that does not exist or may not be read, shows a message instead of an empty tab. */
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { EMBEDDED } from './uri.ts';
import { fetchVersion } from './version-files.ts';

/** False after an error was shown. @throws as the registry client, MissingKey; the signal's reason if the person cancels */
export async function areReadable(
  { ask, session }: Pick<Workbench, 'ask' | 'session'>,
  versions: readonly { readonly prompt: PromptName; readonly version: VersionNumber }[],
): Promise<boolean> {
  const registry = session.registry ?? EMBEDDED;
  const named = versions.map(each => ({ ...each, reference: versionReference(each.prompt, each.version) }));
  const title = `Fetching ${named.map(({ reference }) => reference).join(' and ')}`;
  const whys = await inProgress(title, signal => {
    const canceled = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const found = named.map(async ({ prompt, version, reference }) => {
      try {
        await fetchVersion(session, { registry, prompt, version });
        return undefined;
      } catch (error) {
        const why = accessErrorMessage(error, reference, registry);
        if (why === undefined) throw error;
        return why;
      }
    });
    return Promise.race([Promise.all(found), canceled]);
  });
  const why = whys.find(each => each !== undefined);
  if (why !== undefined) await ask.tell('warning', why);
  return why === undefined;
}

/** Undefined for a failure that is not about the reference. */
function accessErrorMessage(error: unknown, reference: string, registry: string): string | undefined {
  const where = registry === EMBEDDED ? 'The embedded registry' : registryName(registry);
  if (Problem.is(error, 'prompt_not_found', 'version_not_found'))
    return `${where} has no ${reference}, or your key may not see it.`;
  if (Problem.is(error, 'version_not_released', 'role_too_low', 'channel_not_served'))
    return `Your key may not see ${reference}. ${messageOf(error)}`;
  return undefined;
}

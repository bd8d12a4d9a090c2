/** Tells whether what is live in an environment is what the working copy says: its lock file against the registry's pointers. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Lock } from '../../workspace/lock-file.ts';
import { liveVersion } from './move-pointer.ts';

export interface LiveState {
  readonly name: PromptName;
  /** `older`, `newer`: what is live, compared with what the lock file names. */
  readonly state: 'live' | 'older' | 'newer' | 'not live' | 'only live';
  /** Of the lock file. */
  readonly base: VersionNumber | null;
  readonly live: VersionNumber | null;
}

/**
 * Partials are left out, as they are live only in the prompts that use them, and so are archived prompts that the lock
 * file does not name.
 */
export function liveStates(
  lock: Lock,
  prompts: readonly Pick<PromptSummary, 'name' | 'archived' | 'pointers'>[],
  environment: EnvironmentName,
  channel: Channel,
): LiveState[] {
  const live = new Map(prompts.map(each => [each.name, liveVersion(each, environment, channel)]));
  const archived = new Set(prompts.filter(each => each.archived).map(({ name }) => name));
  const names = new Set([...lock.keys(), ...live.keys()]);
  return [...names]
    .filter(name => !isPartial(name))
    .sort()
    .flatMap(name => {
      const base = lock.get(name)?.version ?? null;
      const now = live.get(name) ?? null;
      if (base === null && (now === null || archived.has(name))) return [];
      return [{ name, state: stateOf(base, now), base, live: now }];
    });
}

function stateOf(base: VersionNumber | null, live: VersionNumber | null): LiveState['state'] {
  if (base === null) return 'only live';
  if (live === null) return 'not live';
  if (base === live) return 'live';
  return live < base ? 'older' : 'newer';
}

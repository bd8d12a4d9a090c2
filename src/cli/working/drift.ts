/** Compares the versions in the lock file with those that are live in an environment. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Lock } from '../../workspace/lock-file.ts';
import { liveVersion } from './move-pointer.ts';

export interface LiveState {
  readonly name: PromptName;
  /** `older`, `newer`: the live version compared with the lock file. */
  readonly state: 'live' | 'older' | 'newer' | 'not live' | 'only live';
  /** The version in the lock file. */
  readonly base: VersionNumber | null;
  readonly live: VersionNumber | null;
}

/** Skips partials, which are only live in the prompts that use them, and archived prompts that are not in the lock file. */
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

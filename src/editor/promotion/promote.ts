/** Promote: selects the version and the target, then moves the pointer. */
import type { CommandTarget as Named } from '../explorer/target.ts';
import { pickVersion } from '../versions/pick-version.ts';
import { placeOf } from '../wording/place.ts';
import type { Workbench } from '../workbench.ts';
import { isAt, targetsOf } from './choices.ts';
import { freshSummary } from './fresh-summary.ts';
import { move } from './move.ts';
import { pickTarget } from './pick-target.ts';

/** @throws as the registry client, MissingKey */
export async function promote(workbench: Workbench, named: Named): Promise<void> {
  const { session } = workbench;
  const summary = await freshSummary(workbench, named.prompt);
  const { prompt } = named;
  // On a channel, Promote… moves that pointer and asks for the version.
  const onPointer = named.pointer !== undefined;
  const candidate = onPointer ? undefined : named.version;
  const title = candidate === undefined ? `Promote ${prompt}` : `Promote ${prompt}@${candidate}`;
  const targets = targetsOf(summary, session.environments);
  const target = onPointer
    ? targets.find(each => isAt(each, named.pointer))
    : await pickTarget(workbench, summary, targets, candidate, title);
  if (target === undefined) return;
  const version =
    candidate ??
    (
      await pickVersion(workbench, prompt, {
        title: `Promote ${prompt} to ${placeOf(target)}`,
        placeholder:
          target.live === undefined
            ? 'Select a version'
            : `Live now: @${target.live.version}. Select a version to promote instead`,
        admits: each => each.version !== target.live?.version,
      })
    )?.version;
  if (version === undefined) return;
  await move(workbench, { prompt, version, target, kind: 'promote' });
}

/** Roll Back: one list of what was live before, production first; then as with every move of a pointer. */
import type { Promotion } from '../../contract/promotions.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Option } from '../asking/ask.ts';
import type { Target as Named } from '../explorer/target.ts';
import { type Lives, lifeWords, livesOf } from '../lives/lives.ts';
import { placeOf } from '../wording/place.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { formerVersions, isAt, setTargets, type Target } from './choices.ts';
import { freshSummary } from './fresh-summary.ts';
import { move } from './move.ts';
import { noteOn } from './note-on.ts';

/** The newest promotions of a prompt: nobody rolls back to what they do not tell of. */
const PROMOTIONS = 200;

interface Back {
  readonly target: Target;
  readonly version: VersionNumber;
}

export async function rollBack(workbench: Workbench, { prompt, pointer, wasLive }: Named): Promise<void> {
  const { session, ask } = workbench;
  const summary = await freshSummary(workbench, prompt);
  const all = setTargets(summary, session.environments);
  const named = all.find(each => isAt(each, pointer ?? wasLive));
  const targets = named === undefined ? all.toReversed() : [named]; // what one rolls back is production
  const client = await session.clientFor({ kind: 'read' });
  const { data } = await inProgress('Fetching what was live before', signal =>
    client.listPromotions({ prompt, state: 'applied', limit: PROMOTIONS }, signal),
  );
  const lives = livesOf(data);
  const options = targets.flatMap(target =>
    optionsFor(
      target,
      data,
      lives,
      headingOf(target, noteOn(session, summary, target, 'roll-back')),
      workbench,
    ),
  );
  if (options.length === 0) {
    const where = named === undefined ? 'anywhere' : `in ${placeOf(named)}`;
    await ask.tell(
      'info',
      all.length === 0
        ? `${prompt} is not live anywhere, so there is nothing to roll back. Promote a version first.`
        : `No other version of ${prompt} was ever live ${where}, so there is nothing to roll back to. Promote another version instead.`,
    );
    return;
  }
  const back = await ask.pick({
    title: `Roll Back ${prompt}`,
    placeholder: 'Select a version to roll back to',
    options,
  });
  if (back !== undefined) await move(workbench, { prompt, ...back, kind: 'roll-back' });
}

/** `production · @5 is live · a rollback needs no approval` */
function headingOf(target: Target, note: string | undefined): string {
  return [placeOf(target), `@${target.live?.version} is live`, ...(note === undefined ? [] : [note])].join(
    ' · ',
  );
}

function optionsFor(
  target: Target,
  promotions: readonly Promotion[],
  lives: Lives,
  heading: string,
  { session }: Workbench,
): Option<Back>[] {
  const now = Date.now();
  return formerVersions(promotions, target).map(({ version, promotion }, index) => {
    const here = (lives.get(version) ?? []).filter(life => isAt(target, life));
    const { mark, brief } = lifeWords(here, session.environments, now);
    return {
      label: `@${version} in ${placeOf(target)}`,
      description: [
        ...(index === 0 ? ['before this one'] : []),
        ...(brief === undefined ? [] : [brief]),
        promotion.requestedBy,
      ].join(' · '),
      detail: mark === undefined ? promotion.reason : `$(discard) ${mark}`,
      value: { target, version },
      ...(index === 0 && { heading }),
    };
  });
}

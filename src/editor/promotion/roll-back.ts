/** Roll Back: one list of what was live before, production first, then moves the pointer. */
import type { VersionNumber } from '../../core/version.ts';
import type { Option, OptionButton } from '../asking/ask.ts';
import { showComparison } from '../compare/compare.ts';
import type { CommandTarget as Named } from '../explorer/target.ts';
import { type Lives, lifeWords, livesOf } from '../lives/lives.ts';
import { placeOf } from '../wording/place.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { isAt, type PointerTarget, type PreviousVersion, previousVersions, setTargets } from './choices.ts';
import { freshSummary } from './fresh-summary.ts';
import { move } from './move.ts';
import { noteOn } from './note-on.ts';

/** The newest promotions of a prompt are enough: nobody rolls back further. */
const PROMOTIONS = 200;

interface Back {
  readonly target: PointerTarget;
  readonly version: VersionNumber;
}

export async function rollBack(workbench: Workbench, { prompt, pointer, wasLive }: Named): Promise<void> {
  const { session, ask } = workbench;
  const client = await session.clientFor({ kind: 'read' });
  const [summary, { data }] = await Promise.all([
    freshSummary(workbench, prompt),
    inProgress('Fetching what was live before', signal =>
      client.listPromotions({ prompt, state: 'applied', limit: PROMOTIONS }, signal),
    ),
  ]);
  const all = setTargets(summary, session.environments);
  const named = all.find(each => isAt(each, pointer ?? wasLive));
  const targets = named === undefined ? all.toReversed() : [named]; // rollbacks are usually in production
  const lives = livesOf(data);
  const options = targets.flatMap(target =>
    optionsFor(
      target,
      previousVersions(data, target),
      lives,
      headingOf(target, noteOn(session, summary, target, 'roll-back')),
      { ...workbench, prompt },
    ),
  );
  if (options.length === 0) {
    const where = named === undefined ? 'anywhere' : `in ${placeOf(named)}`;
    await ask.tell(
      'info',
      all.length === 0
        ? `${prompt} is not live anywhere, so there is nothing to roll back. Promote a version first.`
        : `No other version of ${prompt} was ever live ${where}, so you cannot roll back. Promote another version instead.`,
    );
    return;
  }
  const back = await ask.pick({
    title: `Roll Back ${prompt}`,
    placeholder: 'Select a version to roll back to',
    isFollowed: true,
    options,
  });
  if (back !== undefined) await move(workbench, { prompt, ...back, kind: 'roll-back' });
}

/** `production · @5 is live · a rollback needs no approval` */
function headingOf(target: PointerTarget, note: string | undefined): string {
  return [placeOf(target), `@${target.live?.version} is live`, ...(note === undefined ? [] : [note])].join(
    ' · ',
  );
}

function optionsFor(
  target: PointerTarget,
  previous: readonly PreviousVersion[],
  lives: Lives,
  heading: string,
  workbench: Workbench & Pick<Named, 'prompt'>,
): Option<Back>[] {
  const now = Date.now();
  const firstGivenUp = previous.findIndex(({ isGood }) => !isGood);
  return previous.map(({ version, promotion, isGood }, index) => {
    const here = (lives.get(version) ?? []).filter(life => isAt(target, life));
    const { mark, brief } = lifeWords(here, workbench.session.environments, now);
    const button = diffButton(workbench, target, version);
    return {
      label: `@${version} in ${placeOf(target)}`,
      description: [
        ...(index === 0 && isGood ? ['before this one'] : []),
        ...(brief === undefined ? [] : [brief]),
        promotion.requestedBy,
      ].join(' · '),
      icon: isGood ? 'history' : 'discard',
      detail: isGood || mark === undefined ? promotion.reason : mark,
      value: { target, version },
      ...(index === firstGivenUp && { heading: `${placeOf(target)} · rolled back or skipped` }),
      ...(index === 0 && { heading }),
      ...(button !== undefined && { button }),
    };
  });
}

/** From the live version to the new one. */
function diffButton(
  workbench: Workbench & Pick<Named, 'prompt'>,
  { live }: PointerTarget,
  version: VersionNumber,
): OptionButton | undefined {
  if (live === undefined) return undefined;
  const { prompt, report } = workbench;
  const press = async (): Promise<void> => {
    try {
      await showComparison(workbench, prompt, { version: live.version }, { version });
    } catch (error) {
      void report(error, 'Comparing', press);
    }
  };
  return { icon: 'diff', title: `Compare @${version} with @${live.version} (Live)`, press };
}

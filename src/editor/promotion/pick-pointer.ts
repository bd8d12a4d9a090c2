/** Selects what to roll back: a prompt and its environment, in one list. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { Environment } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { Option } from '../asking/ask.ts';
import type { CommandTarget as Named } from '../explorer/target.ts';
import { ageOf } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import type { Workbench } from '../workbench.ts';
import { setTargets } from './choices.ts';

export interface PointerQuestion {
  readonly title: string;
  readonly placeholder: string;
  /** The message if there is nothing to choose from. */
  readonly none: string;
  /** The environments whose pointers are offered, in promotion order; default: all. */
  readonly environments?: readonly Environment[];
  /** The only prompt whose pointers are offered; default: all. */
  readonly only?: PromptName;
}

/** Undefined if the person cancels, or nothing is live. @throws MissingKey */
export async function pickPointer(
  { ask, prompts, session }: Workbench,
  { title, placeholder, none, environments, only }: PointerQuestion,
): Promise<Required<Pick<Named, 'prompt' | 'pointer'>> | undefined> {
  await session.clientFor({ kind: 'read' }); // reports what is missing
  if (prompts.summaries.length === 0) await prompts.refresh();
  const summaries = prompts.summaries.filter(({ name }) => only === undefined || name === only);
  const options = pointerOptions(summaries, environments ?? session.environments, Date.now());
  if (options.length === 0) {
    await ask.tell('info', none);
    return undefined;
  }
  return ask.pick({ title, placeholder, options, isFollowed: true });
}

/**
 * Production first, and the last moved pointers first in each environment, because incidents follow changes.
 * @param environments in promotion order
 * @param now in milliseconds since 1970
 */
export function pointerOptions(
  summaries: readonly Pick<PromptSummary, 'name' | 'pointers' | 'archived'>[],
  environments: readonly Environment[],
  now: number,
): Option<Required<Pick<Named, 'prompt' | 'pointer'>>>[] {
  const all = summaries
    .filter(({ archived }) => !archived) // the registry moves none of their pointers
    .flatMap(summary =>
      setTargets(summary, environments).flatMap(({ environment, channel, live }) =>
        live === undefined ? [] : [{ prompt: summary.name, environment, channel, live }],
      ),
    );
  return environments.toReversed().flatMap(({ name }) =>
    all
      .filter(({ environment }) => environment === name)
      .toSorted((a, b) => (a.live.promotedAt < b.live.promotedAt ? 1 : -1))
      .map(({ prompt, environment, channel, live }, index) => ({
        label: `${prompt} in ${placeOf({ environment, channel })}`,
        description: `@${live.version} · ${ageOf(live.promotedAt, now)} · ${live.promotedBy}`,
        icon: 'rocket',
        value: { prompt, pointer: { environment, channel } },
        ...(index === 0 && { heading: environment }),
      })),
  );
}

/** Determines the release that a command applies to: the selected node, one of its promotions, its id, or the person's choice. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Release, ReleaseSummary } from '../../contract/releases.ts';
import { firstLine } from '../explorer/labels.ts';
import { checkIsSame } from '../promotions/named-promotion.ts';
import type { PromotionNode } from '../promotions/promotions-view.ts';
import { ageOf, counted } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

/** Its current state; undefined if the person cancels. `admits` filters the choices, not a named release. */
export async function namedRelease(
  argument: unknown,
  { session, ask }: Workbench,
  question: { readonly title: string; readonly admits: (release: ReleaseSummary) => boolean },
): Promise<Release | undefined> {
  const client = await session.clientFor({ kind: 'read' });
  const id = idIn(argument) ?? (await pick());
  if (id === undefined) return undefined;
  const release = await inProgress('Fetching the release', signal => client.getRelease(id, signal));
  const known = promotionIn(argument);
  if (known !== undefined)
    checkIsSame(
      known,
      release.promotions.find(each => each.id === known.id),
    );
  return release;

  async function pick(): Promise<string | undefined> {
    const { data } = await inProgress('Fetching releases', signal =>
      client.listReleases({ limit: 100 }, signal),
    );
    const now = Date.now();
    const options = data.filter(question.admits).map(release => {
      const count = Object.values(release.counts).reduce((sum, each) => sum + each, 0);
      return {
        label: `Release ${release.id}: ${counted(count, 'prompt')} → ${placeOf(release)}`,
        description: [release.state, release.requestedBy, ageOf(release.requestedAt, now)].join(' · '),
        detail: firstLine(release.reason),
        icon: 'package',
        value: release.id,
      };
    });
    if (options.length === 0) {
      await ask.tell('info', `${question.title}: there is nothing to select.`);
      return undefined;
    }
    return ask.pick({ title: question.title, placeholder: 'Select a release', options, isFollowed: true });
  }
}

function idIn(argument: unknown): string | undefined {
  return typeof argument === 'string' ? argument : promotionIn(argument)?.release?.id;
}

/** The node's promotion, or the first of its release. */
function promotionIn(argument: unknown): Promotion | undefined {
  if (typeof argument !== 'object' || argument === null || !('kind' in argument)) return undefined;
  const node = argument as PromotionNode;
  if (node.kind === 'release') return node.release.promotions[0];
  return node.kind === 'promotion' ? node.promotion : undefined;
}

/** The texts of a release in the view Promotions. */
import type { Promotion } from '../../contract/promotions.ts';
import { stateWord } from '../../core/state-word.ts';
import { firstLine, type ItemWords } from '../explorer/labels.ts';
import { ageOf, counted, instantOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { placeOf } from '../wording/place.ts';
import { groupOf, type ShownRelease } from './groups.ts';
import { waitsWords } from './labels.ts';

const MOST_NAMED = 20;

/** `12 prompts production: 0 of 1 approval`, then `Release 318 · rae · 2 hours ago`. */
export function releaseWords({ id, atomic, promotions }: ShownRelease, now: number): ItemWords {
  const [first] = promotions as [Promotion];
  const { requestedBy, requestedAt, reason } = first;
  const state = stateOf(promotions);
  const place = placeOf(first);
  const how = atomic ? 'goes live as a whole or not at all' : 'goes live one by one';
  const md = escapeMarkdown;
  return {
    label: `${counted(promotions.length, 'prompt')} ${groupOf(first) === 'done' ? '' : `${place}: `}${state}`,
    description: `Release ${id} · ${requestedBy} · ${ageOf(requestedAt, now)}`,
    tooltip: () =>
      [
        `**Release ${md(id)}** → ${md(place)}, ${how}`,
        `${md(requestedBy)} requested it, ${md(instantOf(requestedAt))}: ${md(firstLine(reason))}`,
        [
          ...promotions
            .slice(0, MOST_NAMED)
            .map(each => `- ${md(each.prompt)}: ${md(moveWords(each))}, ${stateWord(each.state)}`),
          ...(promotions.length > MOST_NAMED ? [`- and ${promotions.length - MOST_NAMED} more`] : []),
        ].join('\n'),
      ].join('\n\n'),
    spoken: `Release ${id} of ${counted(promotions.length, 'prompt')} to ${place}: ${state} · ${requestedBy}`,
  };
}

/** `@11 → @12`; `new: @12` if nothing was live. */
export function moveWords({ from, version }: Pick<Promotion, 'from' | 'version'>): string {
  return from === null ? `new: @${version}` : `@${from} → @${version}`;
}

function stateOf(promotions: readonly Promotion[]): string {
  const [first] = promotions as [Promotion];
  if (first.state === 'pending') return first.held === null ? waitsWords(first) : 'held';
  if (first.state === 'planned') return instantOf(first.effectiveAt ?? first.requestedAt);
  const counts = Map.groupBy(promotions, ({ state }) => state);
  if (counts.size === 1) return stateWord(first.state);
  return [...counts].map(([state, of]) => `${of.length} ${stateWord(state)}`).join(', ');
}

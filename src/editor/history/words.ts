/** The texts of items in the History view: label, description, tooltip (Markdown) and accessibility label. */
import type { PromptSummary, VersionSummary } from '../../contract/prompts.ts';
import { firstLine, type ItemWords, versionWords } from '../explorer/labels.ts';
import type { LifeWords } from '../lives/lives.ts';
import type { LiveSpan, Timeline } from '../lives/timeline.ts';
import { counted, instantOf, lengthOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { placeOf } from '../wording/place.ts';
import { spanOf } from '../wording/span.ts';

/** Badges of a version that its item has room for. */
const BADGES = 2;

/** `Live in production` with `@5 · 3 versions`. */
export function timelineWords({ environment, channel, spans }: Timeline): ItemWords {
  const place = placeOf({ environment, channel });
  const present = spans.find(({ until }) => until === null);
  const rollbacks = spans.filter(({ isRollback }) => isRollback).length;
  const notes = [
    ...(present === undefined ? [] : [`@${present.version} now`]),
    counted(spans.length, 'promotion'),
    ...(rollbacks === 0 ? [] : [counted(rollbacks, 'rollback')]),
  ];
  return {
    label: `Live in ${place}`,
    description: notes.join(' · '),
    tooltip: () => `Versions that were live in ${escapeMarkdown(place)}, with their times`,
    spoken: `Live in ${place}: ${notes.join(', ')}`,
  };
}

/** `@4` with `Sep 3 – Sep 12 · rollback: wrong fee · 9 days · dana`. */
export function spanWords(span: LiveSpan, now: number): ItemWords {
  const { version, from, until, promotion, isRollback, rolledBackBy } = span;
  const length = lengthOf((until === null ? now : Date.parse(until)) - Date.parse(from));
  const reason = firstLine(promotion.reason);
  const why = isRollback ? `rollback: ${reason}` : reason;
  const end = rolledBackBy === undefined ? [] : [`rolled back to @${rolledBackBy.version}`];
  const notes = [spanOf(from, until, now), ...end, why, length, promotion.requestedBy].filter(
    note => note !== '',
  );
  return {
    label: `@${version}`,
    description: notes.join(' · '),
    tooltip: () =>
      [
        `**${escapeMarkdown(promotion.prompt)}@${version}** · ${escapeMarkdown(placeOf(span))}`,
        until === null
          ? `Live for ${length}, since ${escapeMarkdown(instantOf(from))}`
          : `Live for ${length}, from ${escapeMarkdown(instantOf(from))} until ${escapeMarkdown(instantOf(until))}`,
        `${isRollback ? '**Rollback**' : 'Promotion'} by ${escapeMarkdown(promotion.requestedBy)}: ${escapeMarkdown(promotion.reason)}`,
        ...(rolledBackBy === undefined
          ? []
          : [
              `**Rolled back** to @${rolledBackBy.version} by ${escapeMarkdown(rolledBackBy.requestedBy)}: ${escapeMarkdown(rolledBackBy.reason)}`,
            ]),
      ].join('\n\n'),
    spoken: `Version ${version} in ${placeOf(span)}, ${notes.join(', ')}`,
  };
}

/** As in the Prompts view, with the time it was live instead of the duration. */
export function historyWords(
  version: VersionSummary,
  prompt: PromptSummary | undefined,
  spans: readonly LiveSpan[],
  life: LifeWords,
  now: number,
): ItemWords {
  const words = versionWords(version, prompt, { ...life, mark: undefined, brief: undefined }, now);
  const badges = spans.slice(0, BADGES).map(span => badgeOf(span, now));
  const more = spans.length - badges.length;
  const all = [...badges, ...(more > 0 ? [`${more} more`] : [])];
  return {
    ...words,
    description: [...all, words.description].join(' · '),
    spoken: [words.spoken, ...all].join(', '),
  };
}

/** `stable in production Sep 3 – Sep 12`. */
function badgeOf(span: LiveSpan, now: number): string {
  const { channel, environment, from, until, rolledBackBy } = span;
  const end = rolledBackBy === undefined ? '' : `, rolled back: ${firstLine(rolledBackBy.reason)}`;
  return `${channel} in ${environment} ${spanOf(from, until, now)}${end}`;
}

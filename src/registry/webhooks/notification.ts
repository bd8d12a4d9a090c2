/** Describes an event for a chat: who did what and why, the change in a few lines, and a link. */
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { clip } from '../../core/clip.ts';
import type { DiffExcerpt } from '../../core/diff-excerpt.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import { isOwnersEvent } from '../../core/owners-change.ts';
import { changeWaitsFor, type MissingOwners, waitedForWords } from '../../core/owners-words.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { versionReference } from '../../core/version.ts';
import { isBlank, oneLine, visibleLines } from '../../core/visible-text.ts';

/** Nothing in it is markup: each format shows all of it as plain text. */
export interface Notification {
  /** One line of at most 150 UTF-16 code units. */
  readonly title: string;
  /** Each on one line, such as "By" and "dana". */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Text written by people, with lines of its own. */
  readonly quotes: readonly (readonly [label: string, text: string])[];
  /** Sentences about the change. */
  readonly changes: readonly string[];
  /** Lines of a diff; empty if there is nothing to show. */
  readonly diff: readonly string[];
  readonly link?: { readonly label: string; readonly url: string };
}

/** The registry's data about an event beside the event itself. */
export interface About {
  readonly promotion?: PromotionRecord | undefined;
  readonly change?: NotifiedChange | undefined;
  /** Owners of whom one must still approve the promotion. */
  readonly waitsFor?: readonly MissingOwners[];
  /** The current state of the change of owners. */
  readonly owners?: OwnersChangeRecord;
  /** The difference between the previous owners and those of the change. */
  readonly ownersDiff?: DiffExcerpt | undefined;
  /** The line of a comment in the version's source, from 1. */
  readonly line?: number | undefined;
}

export interface NotifiedChange {
  /** Such as `support/triage@11`; undefined if there was nothing before. */
  readonly from: string | undefined;
  /** Undefined if the sources are equal. */
  readonly excerpt: DiffExcerpt | undefined;
  /** Partials whose version differs: `support/_header 3 → 4`. */
  readonly partials: readonly string[];
}

const MAX_TITLE = 150;
const MAX_FACT = 200;
const MAX_QUOTE = 500;
const MAX_QUOTE_LINES = 8;
const MAX_PARTIALS = 5;

/**
 * @param publicUrl the URL at which people reach the registry, without a trailing slash; without it there is no link
 */
export function notificationOf(event: RegistryEvent, about: About, publicUrl?: string): Notification {
  const { promotion, owners } = about;
  const { requestedBy } = owners ?? promotion ?? {};
  const effectiveAt = dataOf(event, 'promotion.planned')?.effectiveAt ?? promotion?.effectiveAt;
  const place = dataOf(event, 'promotion.commented')?.place;
  const facts: [string, string][] = [['By', event.actor]];
  if (requestedBy !== undefined && event.kind !== 'promotion.requested' && requestedBy !== event.actor)
    facts.push(['Requested by', requestedBy]);
  if (event.environment !== undefined) facts.push(['Environment', event.environment]);
  if (event.channel !== undefined && event.channel !== 'stable') facts.push(['Channel', event.channel]);
  const waits = waitsWords(about);
  if (waits !== undefined) facts.push(['Waits for', waits]);
  if (effectiveAt) facts.push(['Takes effect', minute(effectiveAt)]);
  if (place !== undefined)
    facts.push(['Line', `${place.line} ${place.side === 'to' ? 'after' : 'before'} the change`]);
  if (about.line !== undefined) facts.push(['Line', String(about.line)]);
  const { commit, pullRequest } = dataOf(event, 'version.published')?.origin ?? {};
  if (commit !== undefined) facts.push(['Commit', commit]);
  if (pullRequest !== undefined) facts.push(['Pull request', pullRequest]);
  facts.push(['At', minute(event.at)]);
  const link = linkOf(event, publicUrl);
  return {
    title: clip(oneLine(titleOf(event, promotion)), MAX_TITLE),
    facts: facts.flatMap(([label, value]) =>
      isBlank(value) ? [] : [[label, clip(oneLine(value), MAX_FACT)]],
    ),
    quotes: quotesOf(event, owners ?? promotion),
    ...(isOwnersEvent(event) ? ownersDiff(about) : changesOf(about.change)),
    ...(link && { link }),
  };
}

/** The names of the people who must approve now. */
function waitsWords({ waitsFor = [], owners }: About): string | undefined {
  return owners?.state === 'pending' ? changeWaitsFor(owners) : waitedForWords(waitsFor);
}

function titleOf(event: RegistryEvent, promotion: PromotionRecord | undefined): string {
  if (isOwnersEvent(event)) {
    const owners = `the owners of ${event.environment ?? 'an environment'}`;
    const done = OWNERS_DONE[event.kind];
    return done === undefined ? `Changed: ${owners}` : `${done}: change ${owners}`;
  }
  const reference = referenceOf(event);
  if (reference === undefined) return event.kind;
  const { environment = '', kind } = event;
  const rollback = (dataOf(event, 'promotion.applied') ?? promotion)?.rollback === true;
  const move = rollback
    ? `roll back ${environment} to ${reference}`
    : `promote ${reference} to ${environment}`;
  switch (kind) {
    case 'version.published':
      return `Published: ${reference}`;
    case 'promotion.requested':
      return `Requested: ${move}`;
    case 'promotion.approved':
      return `Approved: ${move}`;
    case 'promotion.planned':
      return `Planned: ${move}`;
    case 'promotion.held':
      return `Held: ${move}`;
    case 'promotion.applied':
      return rollback
        ? `Rolled back: ${environment} has ${reference} again`
        : `Live in ${environment}: ${reference}`;
    case 'promotion.rejected':
      return `Rejected: ${move}`;
    case 'promotion.cancelled':
      return `Canceled: ${move}`;
    case 'promotion.superseded':
      return `Superseded by a newer request: ${move}`;
    case 'promotion.commented':
      return `Comment on the request to ${move}`;
    case 'comment.created':
      return `Comment on ${reference}`;
    case 'comment.edited':
      return `Comment edited on ${reference}`;
    case 'comment.deleted':
      return `Comment deleted on ${reference}`;
    case 'comment.resolved':
      return `Comments resolved on ${reference}`;
    case 'comment.unresolved':
      return `Comments reopened on ${reference}`;
    default:
      // A kind of a later release is sent anyway.
      return `${kind}: ${reference}`;
  }
}

const OWNERS_DONE: Readonly<Partial<Record<EventKind, string>>> = {
  'owners.requested': 'Requested',
  'owners.approved': 'Approved',
  'owners.rejected': 'Rejected',
  'owners.cancelled': 'Canceled',
};

/** Labels of the texts in an event's data that people wrote. */
const LABELS = {
  text: 'Comment',
  comment: 'Comment',
  message: 'Message',
  detail: 'Why',
  reason: 'Reason',
} as const;

function quotesOf(event: RegistryEvent, asked: { readonly reason: string } | undefined): [string, string][] {
  // The event of a comment at a line has only the digest of its text.
  if (event.kind.startsWith('comment.')) return [];
  const texts: Partial<Record<string, unknown>> = { ...(asked && { reason: asked.reason }), ...event.data };
  // The text of a change of owners is not a comment; its diff is shown instead.
  if (isOwnersEvent(event)) delete texts['text'];
  return Object.entries(LABELS).flatMap(([field, label]): [string, string][] => {
    const text = texts[field];
    const shown = typeof text === 'string' ? quoted(text) : '';
    return isBlank(shown) ? [] : [[label, shown]];
  });
}

function quoted(text: string): string {
  const lines = visibleLines(clip(text.trim(), MAX_QUOTE)).split('\n');
  const shown = lines.length > MAX_QUOTE_LINES ? [...lines.slice(0, MAX_QUOTE_LINES), '…'] : lines;
  return clip(shown.join('\n'), MAX_QUOTE);
}

function changesOf(change: NotifiedChange | undefined): Pick<Notification, 'changes' | 'diff'> {
  if (change === undefined) return { changes: [], diff: [] };
  const { from, excerpt, partials } = change;
  if (from === undefined) return { changes: ['There was no version before.'], diff: [] };
  const changes: string[] = [];
  if (excerpt === undefined) changes.push(`The text is that of ${from}.`);
  else if (excerpt.lines.length === 0) changes.push(`It differs from ${from} in too much to show here.`);
  else if (excerpt.more) changes.push(`Changed from ${from}, with ${excerpt.more} more lines:`);
  else changes.push(`Changed from ${from}:`);
  if (partials.length > 0) {
    const more = partials.length > MAX_PARTIALS ? ` and ${partials.length - MAX_PARTIALS} more` : '';
    changes.unshift(`Partials: ${partials.slice(0, MAX_PARTIALS).join(', ')}${more}.`);
  }
  return { changes, diff: excerpt?.lines ?? [] };
}

function ownersDiff({ ownersDiff: excerpt }: About): Pick<Notification, 'changes' | 'diff'> {
  if (excerpt === undefined) return { changes: [], diff: [] };
  if (excerpt.lines.length === 0)
    return { changes: ['The owners differ in too much to show here.'], diff: [] };
  const more = excerpt.more ? `, with ${excerpt.more} more lines` : '';
  return { changes: [`The owners, before and after${more}:`], diff: excerpt.lines };
}

function linkOf(event: RegistryEvent, publicUrl: string | undefined): Notification['link'] {
  if (publicUrl === undefined) return undefined;
  if (isOwnersEvent(event))
    return {
      label: `Open ${event.kind === 'owners.requested' ? 'Review' : 'Owners'} in VS Code`,
      url: `${publicUrl}/open/owners?environment=${event.environment ?? ''}`,
    };
  const { promotion } = event.data as { readonly promotion?: string };
  if (promotion !== undefined)
    return { label: 'Open Review in VS Code', url: `${publicUrl}/open/promotion/${promotion}` };
  const reference = referenceOf(event);
  if (reference === undefined) return undefined;
  return {
    label: 'Open Version in VS Code',
    url: `${publicUrl}/open/version?ref=${encodeURIComponent(reference)}`,
  };
}

function referenceOf({ prompt, version }: RegistryEvent): string | undefined {
  if (prompt === undefined || version === undefined) return prompt;
  return versionReference(prompt, version);
}

function dataOf<K extends EventKind>(event: RegistryEvent, kind: K): EventData[K] | undefined {
  return event.kind === kind ? (event.data as EventData[K]) : undefined;
}

/** `2026-03-01 10:00 UTC` */
function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

/** Reads the contents of a notification beside the event itself, when it is sent. */
import type { Version } from '../../contract/prompts.ts';
import { diffExcerpt } from '../../core/diff-excerpt.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import { lineOfComment } from '../../core/line-comments.ts';
import type { PromptName } from '../../core/name.ts';
import { isOwnersEvent, type OwnersEvent } from '../../core/owners-change.ts';
import type { MissingOwners } from '../../core/owners-words.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { findWritten } from '../comments/read-threads.ts';
import { readEnvironment } from '../environments.ts';
import { ownersTextBefore, readOwnersChange } from '../owners/events.ts';
import { changeRecord } from '../owners/read.ts';
import { promotionOf, readRecord } from '../promotions/read.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { About, NotifiedChange } from './notification.ts';

/** Events that ask for a review; comments and ends of promotions are sent without the change. */
const SHOW_CHANGE: ReadonlySet<EventKind> = new Set<EventKind>([
  'version.published',
  'promotion.requested',
  'promotion.approved',
  'promotion.planned',
  'promotion.held',
  'promotion.applied',
]);

/** @throws DataFolderProblem `chain_broken` */
export async function readAbout(snapshot: ReadSnapshot, event: RegistryEvent): Promise<() => About> {
  if (isOwnersEvent(event)) return aboutOwners(snapshot, event);
  const { prompt, version, kind } = event;
  if (prompt !== undefined && isLineCommentEvent(event)) {
    const line = await readLine(snapshot, prompt, event);
    return () => ({ line });
  }
  const { promotion: id } = event.data as { readonly promotion?: string };
  const promotion = id === undefined ? undefined : await readRecord(snapshot, id);
  const waitsFor = promotion && WAITS.has(kind) ? await missingOwners(snapshot, promotion) : [];
  const said = { promotion, waitsFor };
  if (prompt === undefined || version === undefined || !SHOW_CHANGE.has(kind)) return () => said;
  const from =
    kind === 'version.published' ? (event.data as EventData['version.published']).base : promotion?.from;
  if (from === version) return () => said;
  const sides = {
    from: from ? await readVersion(snapshot, prompt, from) : undefined,
    to: await readVersion(snapshot, prompt, version),
  };
  // Compared after the snapshot is released.
  return () => ({ ...said, change: changeOf(prompt, sides.from, sides.to) });
}

/** Events after which somebody may have to approve. */
const WAITS: ReadonlySet<EventKind> = new Set<EventKind>(['promotion.requested', 'promotion.approved']);

/** Uses the current state, because somebody may have approved since the event. */
async function missingOwners(
  snapshot: ReadSnapshot,
  promotion: PromotionRecord,
): Promise<readonly MissingOwners[]> {
  if (promotion.state !== 'pending') return [];
  const { policy } = await readEnvironment(snapshot, promotion.environment);
  return (await promotionOf(snapshot, promotion, policy)).owners;
}

async function aboutOwners(snapshot: ReadSnapshot, event: OwnersEvent): Promise<() => About> {
  const { environment, seq, kind, data } = event;
  if (environment === undefined) return () => ({});
  const change = await readOwnersChange(snapshot, environment, data.change);
  const owners = await changeRecord(snapshot, await readEnvironment(snapshot, environment), change);
  if (!SHOW_OWNERS.has(kind)) return () => ({ owners });
  const before = await ownersTextBefore(snapshot, environment, seq);
  return () => ({ owners, ownersDiff: diffExcerpt(before, change.text) });
}

const SHOW_OWNERS: ReadonlySet<EventKind> = new Set<EventKind>([
  'owners.requested',
  'owners.approved',
  'owners.applied',
]);

type LineCommentEvent = RegistryEvent<Extract<EventKind, `comment.${string}`>>;

function isLineCommentEvent(event: RegistryEvent): event is LineCommentEvent {
  return event.kind.startsWith('comment.');
}

/** For an edit or a deletion, the line is in the event that wrote the comment. */
async function readLine(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  { data }: LineCommentEvent,
): Promise<number | undefined> {
  if ('line' in data) return data.line;
  const written = await findWritten(snapshot, prompt, Number(data.comment));
  return written && lineOfComment(written.event);
}

function changeOf(prompt: PromptName, from: Version | undefined, to: Version): NotifiedChange {
  if (from === undefined) return { from: undefined, excerpt: undefined, partials: [] };
  return {
    from: versionReference(prompt, from.version as VersionNumber),
    excerpt: diffExcerpt(from.source, to.source),
    partials: changedPartials(from.partials, to.partials),
  };
}

type Partials = Version['partials'];

/** Partials that both use in different versions, or that only one uses: `support/_header 3 → 4`. */
function changedPartials(from: Partials, to: Partials): string[] {
  const names = [
    ...new Set([...Object.values(from), ...Object.values(to)].map(({ prompt }) => prompt)),
  ].sort();
  const versionIn = (partials: Partials, name: string) =>
    Object.values(partials).find(({ prompt }) => prompt === name)?.version;
  return names.flatMap(name => {
    const [before, after] = [versionIn(from, name), versionIn(to, name)];
    if (before === after) return [];
    if (before === undefined) return [`${name} ${after} added`];
    return [after === undefined ? `${name} ${before} removed` : `${name} ${before} → ${after}`];
  });
}

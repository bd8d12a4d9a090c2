/** What a notification says of an event beside the event itself, read when it is sent. */
import type { Version } from '../../contract/prompts.ts';
import { diffExcerpt } from '../../core/diff-excerpt.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { readRecord } from '../promotions/read.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { Snapshot } from '../store/store.ts';
import type { About, Change } from './notification.ts';

/** Those that ask for a look at the change; a comment or an end of a promotion is told without it. */
const SHOW_CHANGE: ReadonlySet<EventKind> = new Set<EventKind>([
  'version.published',
  'promotion.requested',
  'promotion.approved',
  'promotion.planned',
  'promotion.held',
  'promotion.applied',
]);

/** @throws DataFolderProblem `chain_broken` */
export async function readAbout(snapshot: Snapshot, event: RegistryEvent): Promise<() => About> {
  const { prompt, version, kind } = event;
  const { promotion: id } = event.data as { readonly promotion?: string };
  const promotion = id === undefined ? undefined : await readRecord(snapshot, id);
  if (prompt === undefined || version === undefined || !SHOW_CHANGE.has(kind)) return () => ({ promotion });
  const from =
    kind === 'version.published' ? (event.data as EventData['version.published']).base : promotion?.from;
  if (from === version) return () => ({ promotion });
  const sides = {
    from: from ? await readVersion(snapshot, prompt, from) : undefined,
    to: await readVersion(snapshot, prompt, version),
  };
  // Compared when the snapshot is free again.
  return () => ({ promotion, change: changeOf(prompt, sides.from, sides.to) });
}

function changeOf(prompt: PromptName, from: Version | undefined, to: Version): Change {
  if (from === undefined) return { from: undefined, excerpt: undefined, partials: [] };
  return {
    from: versionReference(prompt, from.version as VersionNumber),
    excerpt: diffExcerpt(from.source, to.source),
    partials: changedPartials(from.partials, to.partials),
  };
}

type Partials = Version['partials'];

/** Those that both use in different versions, or one of them alone: `support/_header 3 → 4`. */
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

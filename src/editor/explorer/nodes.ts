/** The nodes of the explorer and what `when` clauses ask of each: plain data, made level by level. */
import type { Pointer, PromptSummary, VersionSummary } from '../../contract/prompts.ts';
import { isPartial } from '../../core/name.ts';
import type { Life } from '../lives/lives.ts';
import type { Span, Timeline } from '../lives/timeline.ts';
import type { Listed } from './listed.ts';
import { isDeletedAndChanged } from './state-words.ts';
import { entriesOf } from './tree.ts';

export type Node =
  | { readonly kind: 'folder'; readonly path: string; readonly prompts: number }
  | { readonly kind: 'prompt'; readonly listed: Listed }
  | {
      readonly kind: 'pointer';
      readonly listed: Listed;
      readonly summary: PromptSummary;
      readonly pointer: Pointer;
    }
  | {
      readonly kind: 'version';
      readonly listed: Listed;
      readonly version: VersionSummary;
      /** When it was live and where, as far as that is known. */
      readonly lives: readonly Life[];
      /** The same, in the view History. */
      readonly spans?: readonly Span[];
    }
  /** The page after the versions shown. */
  | { readonly kind: 'more'; readonly listed: Listed }
  /** Versions that could not be fetched. */
  | { readonly kind: 'failed'; readonly listed: Listed; readonly why: string };

/** The nodes of the view History. */
export type HistoryNode =
  | Extract<Node, { kind: 'version' | 'more' | 'failed' }>
  /** The versions that were live in one place. */
  | {
      readonly kind: 'timeline';
      readonly listed: Listed;
      readonly timeline: Timeline;
      /** True if older promotions were not fetched yet. */
      readonly hasOlder: boolean;
    }
  | { readonly kind: 'span'; readonly listed: Listed; readonly span: Span }
  | { readonly kind: 'olderSpans'; readonly listed: Listed; readonly timeline: Timeline };

export function isHistoryNode(value: unknown): value is HistoryNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'listed' in value;
}

/** Folders and prompts directly in `folder`; the empty string is the root. */
export function nodesIn(listed: Iterable<Listed>, folder: string): Node[] {
  return entriesOf(listed, folder).map(entry =>
    entry.kind === 'folder' ? entry : { kind: 'prompt', listed: entry.item },
  );
}

/** Where a prompt is live, in promotion order, then by channel. */
export function pointerNodes(listed: Listed, environments: readonly { readonly name: string }[]): Node[] {
  const { summary } = listed;
  if (summary === undefined) return [];
  const rank = new Map(environments.map(({ name }, index) => [name, index]));
  const of = (pointer: Pointer) => rank.get(pointer.environment) ?? environments.length;
  return [...summary.pointers]
    .sort((a, b) => of(a) - of(b) || (a.channel < b.channel ? -1 : 1))
    .map(pointer => ({ kind: 'pointer', listed, summary, pointer }));
}

/** Unique, and the same for the same thing after a refresh: VS Code keeps selection and expansion by it. */
export function idOf(node: Node | HistoryNode): string {
  switch (node.kind) {
    case 'folder':
      return `folder ${node.path}`;
    case 'prompt':
      return `prompt ${node.listed.name}`;
    case 'pointer':
      return `pointer ${node.listed.name} ${node.pointer.environment} ${node.pointer.channel}`;
    case 'version':
      return `version ${node.listed.name} ${node.version.version}`;
    case 'timeline':
    case 'olderSpans':
      return `${node.kind} ${node.listed.name} ${node.timeline.environment} ${node.timeline.channel}`;
    case 'span':
      return `span ${node.listed.name} ${node.span.promotion.id}`;
    case 'more':
    case 'failed':
      return `${node.kind} ${node.listed.name}`;
  }
}

/** `:prompt:file:published:live:modified:publishable:` and the like. */
export function contextOf(node: Node | HistoryNode): string {
  const flags: string[] = [node.kind];
  if (node.kind === 'prompt') flags.push(...promptFlags(node.listed));
  const version = versionOf(node);
  if (version !== undefined) {
    if (version > 1) flags.push('successor');
    if ('listed' in node && node.listed.hasFile) flags.push('file');
  }
  return `:${flags.join(':')}:`;
}

function versionOf(node: Node | HistoryNode): number | undefined {
  if (node.kind === 'pointer') return node.pointer.version;
  if (node.kind === 'version') return node.version.version;
  return node.kind === 'span' ? node.span.version : undefined;
}

function promptFlags(listed: Listed): string[] {
  const { name, summary, state, hasFile } = listed;
  const archived = state === 'archived' || summary?.archived === true;
  const changed = state === 'new' || state === 'modified' || state === 'conflict';
  const isOutdated = (summary?.outdatedPartials.length ?? 0) > 0;
  const isUndecided = isDeletedAndChanged(listed);
  const pullable = state === 'behind' || state === 'deleted' || (summary !== undefined && !hasFile);
  return [
    ...(hasFile ? ['file'] : []),
    ...(summary === undefined ? [] : ['published']),
    ...((summary?.pointers.length ?? 0) > 0 ? ['live'] : []),
    ...(archived ? ['archived'] : []),
    ...((changed || (isOutdated && hasFile)) && !archived ? ['publishable'] : []),
    ...(isPartial(name) && !archived ? ['partial'] : []),
    ...(pullable && !archived && !isUndecided ? ['pullable'] : []),
    ...(isUndecided ? ['undecided'] : []),
  ];
}

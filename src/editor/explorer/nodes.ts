/** The nodes of the explorer and their context values for `when` clauses: plain data, created level by level. */
import type { Pointer, PromptSummary, VersionSummary } from '../../contract/prompts.ts';
import { isPartial } from '../../core/name.ts';
import type { Life } from '../lives/lives.ts';
import type { LiveSpan, Timeline } from '../lives/timeline.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { isDeletedAndChanged } from './state-words.ts';
import { entriesOf } from './tree.ts';

export type ExplorerNode =
  | { readonly kind: 'folder'; readonly path: string; readonly prompts: number }
  | { readonly kind: 'prompt'; readonly listed: ListedPrompt }
  | {
      readonly kind: 'pointer';
      readonly listed: ListedPrompt;
      readonly summary: PromptSummary;
      readonly pointer: Pointer;
    }
  | {
      readonly kind: 'version';
      readonly listed: ListedPrompt;
      readonly version: VersionSummary;
      /** When and where it was live, as far as it is known. */
      readonly lives: readonly Life[];
      /** The same, in the view History. */
      readonly spans?: readonly LiveSpan[];
    }
  /** The page after the versions shown. */
  | { readonly kind: 'more'; readonly listed: ListedPrompt }
  /** Versions that could not be fetched. */
  | { readonly kind: 'failed'; readonly listed: ListedPrompt; readonly why: string };

/** The nodes of the view History. */
export type HistoryNode =
  | Extract<ExplorerNode, { kind: 'version' | 'more' | 'failed' }>
  /** The versions that were live in one place. */
  | {
      readonly kind: 'timeline';
      readonly listed: ListedPrompt;
      readonly timeline: Timeline;
      /** True if older promotions were not fetched yet. */
      readonly hasOlder: boolean;
    }
  | { readonly kind: 'span'; readonly listed: ListedPrompt; readonly span: LiveSpan }
  | { readonly kind: 'olderSpans'; readonly listed: ListedPrompt; readonly timeline: Timeline };

export function isHistoryNode(value: unknown): value is HistoryNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'listed' in value;
}

/** Folders and prompts directly in `folder`; the empty string is the root. */
export function nodesIn(listed: Iterable<ListedPrompt>, folder: string): ExplorerNode[] {
  return entriesOf(listed, folder).map(entry =>
    entry.kind === 'folder' ? entry : { kind: 'prompt', listed: entry.item },
  );
}

/** Nodes for the channels that a prompt is live on, in promotion order, then by channel. */
export function pointerNodes(
  listed: ListedPrompt,
  environments: readonly { readonly name: string }[],
): ExplorerNode[] {
  const { summary } = listed;
  if (summary === undefined) return [];
  const rank = new Map(environments.map(({ name }, index) => [name, index]));
  const of = (pointer: Pointer) => rank.get(pointer.environment) ?? environments.length;
  return [...summary.pointers]
    .sort((a, b) => of(a) - of(b) || (a.channel < b.channel ? -1 : 1))
    .map(pointer => ({ kind: 'pointer', listed, summary, pointer }));
}

/** Unique, and stable over refreshes, because VS Code keeps selection and expansion by it. */
export function idOf(node: ExplorerNode | HistoryNode): string {
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
export function contextOf(node: ExplorerNode | HistoryNode): string {
  const flags: string[] = [node.kind];
  if (node.kind === 'prompt') flags.push(...promptFlags(node.listed));
  const version = versionOf(node);
  if (version !== undefined) {
    if (version > 1) flags.push('successor');
    if ('listed' in node && node.listed.hasFile) flags.push('file');
  }
  return `:${flags.join(':')}:`;
}

function versionOf(node: ExplorerNode | HistoryNode): number | undefined {
  if (node.kind === 'pointer') return node.pointer.version;
  if (node.kind === 'version') return node.version.version;
  return node.kind === 'span' ? node.span.version : undefined;
}

function promptFlags(listed: ListedPrompt): string[] {
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

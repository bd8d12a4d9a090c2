/** The nodes of the explorer and what `when` clauses ask of each: plain data, made level by level. */
import type { Pointer, PromptSummary, VersionSummary } from '../../contract/prompts.ts';
import { isPartial } from '../../core/name.ts';
import type { Life } from '../lives/lives.ts';
import type { Listed } from './listed.ts';
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
    }
  /** The page after the versions shown. */
  | { readonly kind: 'more'; readonly listed: Listed }
  /** Versions that could not be fetched. */
  | { readonly kind: 'failed'; readonly listed: Listed; readonly why: string };

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
export function idOf(node: Node): string {
  switch (node.kind) {
    case 'folder':
      return `folder ${node.path}`;
    case 'prompt':
      return `prompt ${node.listed.name}`;
    case 'pointer':
      return `pointer ${node.listed.name} ${node.pointer.environment} ${node.pointer.channel}`;
    case 'version':
      return `version ${node.listed.name} ${node.version.version}`;
    case 'more':
    case 'failed':
      return `${node.kind} ${node.listed.name}`;
  }
}

/** `:prompt:file:published:live:modified:publishable:` and the like. */
export function contextOf(node: Node): string {
  const flags: string[] = [node.kind];
  if (node.kind === 'prompt') flags.push(...promptFlags(node.listed));
  if (node.kind === 'pointer' || node.kind === 'version') {
    const version = node.kind === 'pointer' ? node.pointer.version : node.version.version;
    if (version > 1) flags.push('successor');
    if (node.listed.hasFile) flags.push('file');
  }
  return `:${flags.join(':')}:`;
}

function promptFlags({ name, summary, state, hasFile }: Listed): string[] {
  const archived = state === 'archived' || summary?.archived === true;
  const changed = state === 'new' || state === 'modified' || state === 'conflict';
  const isOutdated = (summary?.outdatedPartials.length ?? 0) > 0;
  const pullable = state === 'behind' || state === 'deleted' || (summary !== undefined && !hasFile);
  return [
    ...(hasFile ? ['file'] : []),
    ...(summary === undefined ? [] : ['published']),
    ...((summary?.pointers.length ?? 0) > 0 ? ['live'] : []),
    ...(archived ? ['archived'] : []),
    ...((changed || (isOutdated && hasFile)) && !archived ? ['publishable'] : []),
    ...(isPartial(name) && !archived ? ['partial'] : []),
    ...(pullable && !archived ? ['pullable'] : []),
  ];
}

/** Finds the documents that accept comments: versions in tabs, side by side or alone, and the sides of reviews. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import { sidesIn } from '../versions/tab-documents.ts';
import { parseVersionUri } from '../versions/uri.ts';
import { promotionIn } from './named-promotion.ts';
import { promptSubject } from './threads.ts';

/**
 * The maximum number of prompts whose comments are shown, those in the active tab first: a review of a release shows
 * 200.
 */
const MAX_PROMPTS = 300;

export interface CommentedDocuments {
  /** The open reviews and prompts, as names from `subjectOf`. */
  readonly subjects: ReadonlySet<string>;
  /** By prompt: the versions that each tab shows side by side. */
  readonly tabs: ReadonlyMap<PromptName, readonly (readonly VersionNumber[])[]>;
}

/** @param registry that the window is connected to */
export function openDocuments(registry: string | undefined): CommentedDocuments {
  const subjects = new Set<string>();
  const tabs = new Map<PromptName, VersionNumber[][]>();
  const add = (uris: readonly vscode.Uri[]) => {
    const versions = uris
      .map(uri => parseVersionUri(uri))
      .filter(address => address !== undefined)
      .filter(address => address.registry === registry && address.promotion === undefined);
    for (const [prompt, sides] of Map.groupBy(versions, address => address.prompt)) {
      if (!tabs.has(prompt) && tabs.size >= MAX_PROMPTS) continue;
      tabs.set(prompt, [...(tabs.get(prompt) ?? []), sides.map(({ version }) => version)]);
      subjects.add(promptSubject(prompt));
    }
  };
  const told = new Set<string>();
  const all = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  for (const tab of all.toSorted((one, other) => Number(other.isActive) - Number(one.isActive))) {
    const promotion = promotionIn(tab, registry);
    if (promotion !== undefined) subjects.add(promotion);
    const sides = sidesIn(tab);
    for (const uri of sides) told.add(uri.toString());
    add(sides);
  }
  // Of several comparisons in one editor, VS Code only reports those with both sides; a new prompt has one.
  for (const { document } of vscode.window.visibleTextEditors)
    if (!told.has(document.uri.toString())) add([document.uri]);
  return { subjects, tabs };
}

/**
 * The address of a version's document, also as a side of a review; undefined for other documents and other registries.
 */
export function addressOf(uri: vscode.Uri, registry: string | undefined) {
  const address = parseVersionUri(uri);
  if (address === undefined || address.registry !== registry) return undefined;
  return { ...address, promotion: address.promotion ?? null };
}

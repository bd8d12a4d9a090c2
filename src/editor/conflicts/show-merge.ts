/** Opens a merge that was begun. */
import * as vscode from 'vscode';
import type { VersionNumber } from '../../core/version.ts';
import { EMBEDDED, versionUriParts } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { mergeDocument } from './merge-documents.ts';
import { openMergeEditor } from './merge-editor.ts';
import type { Merge } from './merges.ts';

/** @param output the prompt's file */
export async function showMerge(
  { session, prompts }: Workbench,
  merge: Merge,
  output: vscode.Uri,
): Promise<void> {
  const { prompt, base, theirs } = merge;
  const registry = session.registry ?? EMBEDDED;
  const ofVersion = (version: VersionNumber) =>
    vscode.Uri.from(versionUriParts({ registry, prompt, version }));
  const { author } = prompts.listed.get(prompt)?.summary?.newest ?? {};
  await openMergeEditor({
    base: base === null ? mergeDocument(prompt, 'base', merge) : ofVersion(base.version),
    theirs: {
      uri: ofVersion(theirs.version),
      description: author === undefined ? `@${theirs.version}` : `@${theirs.version} by ${author}`,
    },
    mine: { uri: mergeDocument(prompt, 'mine', merge), description: 'your file as it was' },
    output,
  });
}

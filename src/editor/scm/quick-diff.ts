/** Marks lines that differ from the version that the file is based on, and allows reverting them. */
import * as vscode from 'vscode';
import { isFile, pathOf } from '../files/paths.ts';
import { EMBEDDED, versionUriParts } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';

export function quickDiff({
  session,
  prompts,
}: Pick<Workbench, 'session' | 'prompts'>): vscode.QuickDiffProvider {
  return {
    async provideOriginalResource(uri) {
      if (!isFile(uri)) return undefined;
      const prompt = await prompts.promptOf(pathOf(uri));
      const base = prompt === undefined ? undefined : prompts.listed.get(prompt)?.base;
      if (prompt === undefined || base === undefined) return undefined;
      const registry = session.registry ?? EMBEDDED;
      return vscode.Uri.from(versionUriParts({ registry, prompt, version: base as never }));
    },
  };
}

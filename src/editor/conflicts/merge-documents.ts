/** The sides of a merge that are not versions: the file before it, and an empty base if there was none. */
import * as vscode from 'vscode';
import { PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import type { Merge, Merges } from './merges.ts';

const SCHEME = 'promptforge-merge';

export function mergeDocument(
  prompt: PromptName,
  side: 'mine' | 'base',
  { theirs, root }: Pick<Merge, 'theirs' | 'root'>,
): vscode.Uri {
  const path = `/${prompt}${PROMPT_FILE_EXTENSION}`;
  return vscode.Uri.from({ scheme: SCHEME, path, query: `${side}@${theirs.version}&${root}` });
}

export function registerMergeDocuments(merges: () => Promise<Merges>): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ path, query }) {
      const prompt = path.slice(1, -PROMPT_FILE_EXTENSION.length) as PromptName;
      const merge = await (await merges()).get(query.slice(query.indexOf('&') + 1), prompt);
      if (merge === undefined) return '';
      return query.startsWith('mine') ? merge.mine : merge.baseText;
    },
  });
}

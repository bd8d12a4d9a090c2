/**
 * Shows two sides of a prompt: in VS Code's diff editor if only the prompt itself differs; if partials differ, in its
 * multi-diff editor with each of them and the resolved text.
 */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';
import { uriOf } from '../files/paths.ts';
import { logged } from '../problems/explain.ts';
import { EMBEDDED, resolvedFileUriParts, resolvedUriParts, versionUriParts } from '../versions/uri.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import type { PromptChange } from './change.ts';
import { sourcesIn } from './change-words.ts';
import { linkedFile } from './resolved-documents.ts';

export type ComparedSide = { readonly file: true } | { readonly version: VersionNumber };

export interface ShownChange {
  readonly title: string;
  /** The promotion under review, which has its own documents. */
  readonly promotion?: string;
}

/**
 * `left` is the older side. Returns the difference; undefined if it could not be determined because a partial or source
 * is not available, in which case only the prompt is compared, or if a side does not exist or may not be read, which is
 * reported.
 */
export async function showChange(
  workbench: Workbench,
  prompt: PromptName,
  left: ComparedSide,
  right: ComparedSide,
  shown: ShownChange,
): Promise<PromptChange | undefined> {
  const versions = [left, right].flatMap(end => ('version' in end ? [{ prompt, version: end.version }] : []));
  const { areReadable } = await import('../versions/readable.ts');
  const [isReadable, change] = await Promise.all([
    areReadable(workbench, versions).catch((error: unknown) => {
      // The editor reports an unreachable registry.
      workbench.log.warn(`Comparing ${prompt}: ${logged(error)}`);
      return true;
    }),
    findChange(workbench, prompt, left, right),
  ]);
  if (!isReadable) return undefined;
  const documents = await documentsOf(workbench, prompt, left, right, shown);
  const { title } = shown;
  if (change === undefined || change.partials.length === 0) {
    await vscode.commands.executeCommand('vscode.diff', ...documents.source, title, { preview: true });
    return change;
  }
  const { partials } = change;
  const registry = workbench.session.registry ?? EMBEDDED;
  const uriOf = (partial: { readonly id: string } | undefined) =>
    partial && vscode.Uri.from(versionUriParts({ registry, ...parseVersionReference(partial.id) }));
  // A review always shows the prompt itself, whose lines take the comments.
  const isShown = change.source || shown.promotion !== undefined;
  const pairs = [
    ...(isShown ? [documents.source] : []),
    ...partials.map(({ from, to }) => [uriOf(from), uriOf(to)] as const),
    documents.resolved,
  ];
  await vscode.commands.executeCommand(
    'vscode.changes',
    // VS Code adds how many texts are shown, such as "(3 files)".
    `${title}, ${counted(sourcesIn(change), 'change')}`,
    pairs.map(([original, modified]) => [modified ?? original, original, modified]),
  );
  return change;
}

/** Like `showChange`, without showing anything. */
export async function findChange(
  workbench: Workbench,
  prompt: PromptName,
  left: ComparedSide,
  right: ComparedSide,
): Promise<PromptChange | undefined> {
  try {
    return await inProgress(`Comparing versions of ${prompt}`, async signal => {
      // Cancellation does not wait for the registry.
      const canceled = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      canceled.catch(() => {}); // the race below rejects with it
      const [{ linkedVersion }, { changeBetween }] = await Promise.all([
        import('./linked-side.ts'),
        import('./change.ts'),
      ]);
      const linked = (end: ComparedSide) =>
        'version' in end ? linkedVersion(workbench, prompt, end.version) : linkedFile(workbench, prompt);
      const between = async () => changeBetween(prompt, await linked(left), await linked(right));
      return Promise.race([between(), canceled]);
    });
  } catch (error) {
    workbench.log.warn(`Comparing ${prompt}: ${logged(error)}`);
    return undefined;
  }
}

type Pair = readonly [vscode.Uri, vscode.Uri];

async function documentsOf(
  { session, prompts }: Workbench,
  prompt: PromptName,
  left: ComparedSide,
  right: ComparedSide,
  { promotion }: ShownChange,
): Promise<{ readonly source: Pair; readonly resolved: Pair }> {
  const registry = session.registry ?? EMBEDDED;
  const copy = await prompts.workingCopy();
  const of = (version: VersionNumber) => ({ registry, prompt, version, ...(promotion && { promotion }) });
  const source = (end: ComparedSide) => {
    if ('version' in end) return vscode.Uri.from(versionUriParts(of(end.version)));
    if (copy === undefined) throw new Error('No prompts folder is open.');
    return uriOf(copy.folder.pathOf(prompt));
  };
  const resolved = (end: ComparedSide) =>
    vscode.Uri.from(
      'version' in end ? resolvedUriParts(of(end.version)) : resolvedFileUriParts({ registry, prompt }),
    );
  return { source: [source(left), source(right)], resolved: [resolved(left), resolved(right)] };
}

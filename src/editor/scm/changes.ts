/** The changes of a prompt as two documents: its base and the file, or the file and the version to pull. */
import * as vscode from 'vscode';
import { fileOfPrompt, type PromptName } from '../../core/name.ts';
import { compareTitle, type Side, shortNames } from '../compare/titles.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { uriOf } from '../files/paths.ts';
import { EMBEDDED, versionUriParts } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import type { GroupId } from '../working-copy/groups.ts';

/** Location of a project's documents. */
export interface ProjectPlace {
  readonly registry: string;
  /** The prompts folder. */
  readonly folder: vscode.Uri;
  /** The short name of a prompt for tabs, from `shortName`. */
  readonly short: (name: PromptName) => string;
}

export interface ChangedDocuments {
  /** The older side; undefined if there is none. */
  readonly original: vscode.Uri | undefined;
  /** The newer side; undefined if it was deleted. */
  readonly modified: vscode.Uri | undefined;
  readonly title: string;
}

/** Undefined while no project is open. */
export function placeOf({
  session,
  prompts,
}: Pick<Workbench, 'session' | 'prompts'>): ProjectPlace | undefined {
  const { project } = session;
  if (project === undefined) return undefined;
  return {
    registry: session.registry ?? EMBEDDED,
    folder: uriOf(project.promptsFolder),
    short: shortNames(prompts.listed.keys()),
  };
}

export function changeOf(
  { name, state, base, hasFile, summary, renamedFrom }: ListedPrompt,
  group: GroupId,
  { registry, folder, short: shortOf }: ProjectPlace,
): ChangedDocuments {
  const file = hasFile ? vscode.Uri.joinPath(folder, fileOfPrompt(name)) : undefined;
  const version = (number: number | undefined, prompt = name) =>
    number === undefined
      ? undefined
      : vscode.Uri.from(versionUriParts({ registry, prompt, version: number as never }));
  const short = shortOf(name);
  const newest = summary?.newest.version;
  const ofVersion = (number = 0): Side => ({ kind: 'version', version: number });
  if (group === 'incoming')
    return {
      original: file,
      modified: version(newest),
      title:
        file === undefined ? `${short}@${newest}` : compareTitle(short, { kind: 'file' }, ofVersion(newest)),
    };
  if (renamedFrom?.base !== undefined)
    return {
      original: version(renamedFrom.base, renamedFrom.prompt),
      modified: file,
      title: `${shortOf(renamedFrom.prompt)}@${renamedFrom.base} ↔ ${short} (renamed)`,
    };
  // Conflicting changes are compared with the version to merge.
  const against = group === 'conflicts' ? newest : base;
  const original = version(against);
  return {
    original,
    modified: file,
    title:
      original === undefined
        ? short
        : state === 'deleted'
          ? `${short}@${against} (deleted here)`
          : compareTitle(short, ofVersion(against), { kind: 'file' }),
  };
}

/** How the working copy stands to its registry, as commands tell it. */

import type { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { checkFile, type FileIssue } from '../../workspace/check-file.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { PromptState, RegistryPrompt } from '../../workspace/prompt-state.ts';
import type { FileTrouble } from '../../workspace/prompts-folder.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure } from '../exit-code.ts';

export interface PromptStatus {
  readonly name: PromptName;
  /** `missing`: the registry has it, and there is neither a file nor a base. */
  readonly state: FileState | 'missing';
  readonly base: LockEntry | null;
  readonly newest: LockEntry | null;
  /** Whether nothing is to be published or pulled. */
  readonly agrees: boolean;
  /** What keeps an edited file from being published. */
  readonly issues: readonly FileIssue[];
}

export interface Status {
  readonly prompts: readonly PromptStatus[];
  readonly troubles: readonly FileTrouble[];
}

/** Every prompt of the registry, archived ones too. */
export function listed(client: RegistryClient): Promise<RegistryPrompt[]> {
  return Array.fromAsync(client.listPrompts({ archived: true }));
}

/** @param prompts what the registry lists; null where it cannot be asked */
export async function readStatus(
  project: Project,
  prompts: readonly RegistryPrompt[] | null,
): Promise<Status> {
  const copy = new WorkingCopy(project, nodeFileSystem);
  const state = await copy.state(prompts);
  const archived = new Set(prompts?.filter(each => each.archived).map(({ name }) => name));
  const found: PromptStatus[] = [];
  for (const each of state.prompts.values())
    found.push({
      name: each.name,
      state: each.state,
      base: each.base,
      newest: each.newest,
      agrees: agrees(each, archived.has(each.name)),
      issues: await issuesOf(copy, each),
    });
  for (const { name, archived, newest } of prompts ?? []) {
    if (archived || state.prompts.has(name)) continue;
    const { version, digest } = newest;
    found.push({
      name,
      state: 'missing',
      base: null,
      newest: { version, digest },
      agrees: false,
      issues: [],
    });
  }
  return { prompts: found.sort((a, b) => (a.name < b.name ? -1 : 1)), troubles: state.troubles };
}

/** An archived prompt takes no version and is not pulled: its file may be there as it was, or be gone. */
function agrees({ state, file, newest }: PromptState, archived: boolean): boolean {
  return state === 'clean' || (archived && (file === null || file === newest?.digest));
}

const EDITED: readonly FileState[] = ['modified', 'new', 'conflict'];

async function issuesOf(copy: WorkingCopy, { name, state }: PromptState): Promise<readonly FileIssue[]> {
  if (!EDITED.includes(state)) return [];
  return checkFile({
    file: copy.folder.pathOf(name),
    root: copy.folder.path,
    fileSystem: nodeFileSystem,
    shownFrom: process.cwd(),
  });
}

/** Whether a registry could not be asked, for want of a network or of a key, so that local edits alone are known. */
export function isNotAsked(error: unknown): error is Error {
  return (
    RegistryUnreachable.isAbsent(error) || Problem.is(error, 'unavailable') || error instanceof CommandFailure
  );
}

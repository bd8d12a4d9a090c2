/** Compares the working copy with its registry, for commands. */
import type { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { isAbsent } from '../../workspace/absent.ts';
import { checkFile, type FileIssue } from '../../workspace/check-file.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { PromptFileState, RegistryPrompt } from '../../workspace/prompt-state.ts';
import type { FileTrouble } from '../../workspace/prompts-folder.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure } from '../exit-code.ts';

export interface PromptStatus {
  readonly name: PromptName;
  /**
   * `missing`: the registry has it, and there is neither a file nor a base. `absent`: a file with a base, but the
   * registry does not have it. `renamed`: the new name of a file.
   */
  readonly state: FileState | 'missing' | 'absent' | 'renamed';
  /** For a renamed file, its former name; for the former prompt, the new name. */
  readonly renamedFrom?: PromptName;
  readonly renamedTo?: PromptName;
  readonly base: LockEntry | null;
  readonly newest: LockEntry | null;
  /** True if there is nothing to publish or pull. */
  readonly agrees: boolean;
  /** Issues that keep an edited file from being published. */
  readonly issues: readonly FileIssue[];
}

export interface Status {
  readonly prompts: readonly PromptStatus[];
  readonly troubles: readonly FileTrouble[];
  /** True if files were checked out with "\r\n" but are published without. */
  readonly hasReturns: boolean;
}

/** Every prompt of the registry, including archived ones. */
export function listed(client: Pick<RegistryClient, 'listPrompts'>): Promise<RegistryPrompt[]> {
  return Array.fromAsync(client.listPrompts({ archived: true }));
}

/**
 * @param prompts the registry's list; null if it is not available
 * @param client resolves publications whose response was lost, and fetches the texts of renamed files
 */
export async function readStatus(
  project: Project,
  prompts: readonly RegistryPrompt[] | null,
  client?: Pick<RegistryClient, 'getVersion' | 'getSources' | 'listPrompts'>,
): Promise<Status> {
  const copy = new WorkingCopy(project, nodeFileSystem);
  if (client !== undefined) await copy.takeUp(client);
  let seen = await copy.state(prompts);
  if (client !== undefined && prompts !== null && [...seen.prompts.values()].some(isAbsent)) {
    // Another process may have published them since the list was fetched.
    prompts = await listed(client);
    seen = await copy.state(prompts);
  }
  const state = client === undefined ? seen : await copy.withSimilarRenames(seen, client);
  const archived = new Set(prompts?.filter(each => each.archived).map(({ name }) => name));
  const found: PromptStatus[] = [];
  const renamedTo = new Map([...state.renamed].map(([to, from]) => [from, to]));
  for (const each of state.prompts.values()) {
    const from = state.renamed.get(each.name);
    const to = renamedTo.get(each.name);
    found.push({
      name: each.name,
      state:
        from !== undefined
          ? 'renamed'
          : prompts !== null && each.file !== null && isAbsent(each)
            ? 'absent'
            : each.state,
      ...(from !== undefined && { renamedFrom: from }),
      ...(to !== undefined && { renamedTo: to }),
      base: each.base,
      newest: each.newest,
      agrees: agrees(each, archived.has(each.name)) && (prompts === null || !isAbsent(each)),
      issues: await issuesOf(copy, each),
    });
  }
  // A file that cannot be read is not missing.
  const troubled = new Set(state.troubles.map(({ path }) => copy.folder.promptOf(path)));
  for (const { name, archived, newest } of prompts ?? []) {
    if (archived || state.prompts.has(name) || troubled.has(name)) continue;
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
  return {
    prompts: found.sort((a, b) => (a.name < b.name ? -1 : 1)),
    troubles: state.troubles,
    hasReturns: state.hasReturns,
  };
}

/** An archived prompt accepts no versions and is not pulled, so its file may be unchanged or missing. */
function agrees({ state, file, newest }: PromptFileState, archived: boolean): boolean {
  return state === 'clean' || (archived && (file === null || file === newest?.digest));
}

const EDITED: readonly FileState[] = ['modified', 'new', 'conflict'];

async function issuesOf(copy: WorkingCopy, { name, state }: PromptFileState): Promise<readonly FileIssue[]> {
  if (!EDITED.includes(state)) return [];
  return checkFile({
    file: copy.folder.pathOf(name),
    root: copy.folder.path,
    fileSystem: nodeFileSystem,
    shownFrom: process.cwd(),
  });
}

/** Returns true if there is no network or key, so that only local edits are known. */
export function isNotAsked(error: unknown): error is Error {
  return (
    RegistryUnreachable.isAbsent(error) || Problem.is(error, 'unavailable') || error instanceof CommandFailure
  );
}

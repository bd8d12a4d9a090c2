/** Publishes the changed prompts of a working copy one by one: a refusal does not stop the others. */
import { RegistryUnreachable } from '../../client/unreachable.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { whyAbsent } from '../../workspace/absent.ts';
import { addsMarkers, withMarkers } from '../../workspace/added-markers.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import { type Ordered, publishOrder } from '../../workspace/publish-order.ts';
import { WorkingCopy } from '../../workspace/working-copy.ts';
import { WorkspaceError } from '../../workspace/workspace-error.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.ts';
import { progressOf } from '../progress.ts';
import { withoutFile } from './meant-name.ts';
import type { PromptStatus, Status } from './status.ts';
import type { Publisher } from './with-origin.ts';

export interface Result {
  /** Null for a file whose name is not a prompt name. */
  readonly name: PromptName | null;
  /** `would_publish`: in a dry run. `not_tried`: the registry had become unreachable. */
  readonly outcome: 'published' | 'would_publish' | 'unchanged' | 'refused' | 'not_tried';
  readonly version: VersionNumber | null;
  /** The code of a refusal, from the API or the working copy. */
  readonly code: string | null;
  /** Why it was refused, or a note. */
  readonly message: string | null;
}

export interface Publication {
  readonly results: readonly Result[];
  readonly exitCode: ExitCode;
}

type Unnoted = PromptStatus & { readonly newest: LockEntry };

interface Request {
  readonly project: Project;
  readonly client: Publisher;
  readonly status: Status;
  /** Empty for all changed prompts. */
  readonly names: readonly PromptName[];
  readonly message: string;
  readonly dryRun: boolean;
}

export async function publishAll({
  project,
  client,
  status,
  names,
  message,
  dryRun,
}: Request): Promise<Publication> {
  const copy = new WorkingCopy(project, nodeFileSystem);
  const results: Result[] = [];
  const codes = new Set<ExitCode>();
  const refuse = (name: PromptName | null, code: string, message: string, exitCode: ExitCode): void => {
    results.push({ name, outcome: 'refused', version: null, code, message });
    codes.add(exitCode);
  };
  for (const { path, reason, message } of status.troubles) {
    const name = copy.folder.promptOf(path) ?? null;
    if (names.length === 0 || (name !== null && names.includes(name)))
      refuse(name, reason, message, EXIT.invalid);
  }
  const states = new Map(status.prompts.map(each => [each.name, each]));
  const changed = new Map<PromptName, string>();
  for (const name of names.length > 0 ? names : states.keys()) {
    const state = states.get(name);
    if (results.some(result => result.name === name)) continue;
    const why = whyNot(name, states, names.length > 0);
    if (why !== undefined) refuse(name, ...why, EXIT.refused);
    else if (!dryRun && isUnnoted(state)) await note(name, state);
    else if (isChanged(state)) changed.set(name, (await readOr(copy, name)) ?? '');
    else if (names.length > 0) results.push(unchanged(name, state?.newest?.version ?? null));
  }
  /** Records the newest version as the base. It may be from an earlier run of the job, and releases must name it. */
  async function note(name: PromptName, { base, newest }: Unnoted): Promise<void> {
    try {
      await copy.setBase(name, base?.digest === newest.digest ? { ...base, ...newest } : newest);
      results.push(unchanged(name, newest.version));
    } catch (error) {
      if (!WorkspaceError.is(error)) throw error;
      refuse(name, error.reason, error.message, exitCodeOf(error));
    }
  }
  const isNew = (name: PromptName) => states.get(name)?.newest === null;
  let isGone = false;
  const all = [...publishOrder(changed)];
  const tellProgress = progressOf(dryRun ? 'Trying' : 'Publishing');
  for (const [index, ordered] of all.entries()) {
    const { name } = ordered;
    tellProgress(index, all.length);
    if (isGone) {
      results.push({ name, outcome: 'not_tried', version: null, code: null, message: null });
      continue;
    }
    try {
      const base = states.get(name)?.base?.version;
      if (await addsMarkers(client, name, base, changed.get(name) ?? '')) {
        refuse(name, 'conflict', withMarkers(copy.folder.shown(copy.folder.pathOf(name))), EXIT.refused);
        continue;
      }
      const work = dryRun
        ? tryOne(copy, client, ordered, message, isNew, states)
        : publishOne(copy, client, name, message, states.get(name)?.renamedFrom);
      results.push(await work);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      isGone = RegistryUnreachable.isAbsent(error);
      refuse(
        name,
        codeOf(error),
        messageOf(error, name, states.get(name)?.base?.version ?? null),
        exitCodeOf(error),
      );
    }
  }
  tellProgress(all.length, all.length);
  return { results, exitCode: worst(codes) };
}

async function publishOne(
  copy: WorkingCopy,
  client: Publisher,
  name: PromptName,
  message: string,
  renamedFrom: PromptName | undefined,
): Promise<Result> {
  const outcome = await copy.publish(client, name, message);
  if (outcome.kind === 'base_outdated') throw outcome.problem;
  const { version, created } = outcome;
  if (!created) return unchanged(name, version.version);
  const note =
    renamedFrom === undefined
      ? null
      : `renamed from ${renamedFrom}, which keeps its versions until you archive it (promptforge archive ${renamedFrom})`;
  return { name, outcome: 'published', version: version.version, code: null, message: note };
}

async function tryOne(
  copy: WorkingCopy,
  client: Publisher,
  { name, after }: Ordered,
  message: string,
  isNew: (name: PromptName) => boolean,
  states: ReadonlyMap<PromptName, PromptStatus>,
): Promise<Result> {
  const missing = [...after].filter(each => isPartial(each) && isNew(each)).sort();
  const issues = states.get(name)?.issues ?? [];
  // The registry does not have those partials yet, so check here what is possible.
  if (missing.length > 0 && issues.length === 0)
    return {
      ...{ name, outcome: 'would_publish', version: null, code: null },
      message: `checked only locally, because the registry does not have ${missing.join(', ')} yet`,
    };
  const { version, created } = await copy.tryPublish(client, name, message);
  if (!created) return unchanged(name, version.version);
  return { name, outcome: 'would_publish', version: version.version, code: null, message: null };
}

function unchanged(name: PromptName, version: VersionNumber | null): Result {
  return { name, outcome: 'unchanged', version, code: null, message: null };
}

function isChanged(state: PromptStatus | undefined): boolean {
  return (
    state?.state === 'modified' ||
    state?.state === 'new' ||
    state?.state === 'renamed' ||
    (state?.state === 'archived' && !state.agrees)
  );
}

/** Returns true if the file has the registry's newest version, but the lock file names another one. */
function isUnnoted(state: PromptStatus | undefined): state is Unnoted {
  return state?.state === 'clean' && state.newest !== null && state.newest.version !== state.base?.version;
}

/** The code and message of a refusal that is known before anything is sent; undefined if there is none. */
function whyNot(
  name: PromptName,
  states: ReadonlyMap<PromptName, PromptStatus>,
  isNamed: boolean,
): readonly [string, string] | undefined {
  const state = states.get(name);
  const isThere = state !== undefined && state.state !== 'missing' && state.state !== 'deleted';
  // If all prompts are considered, one without a file does not count as changed.
  if (!isThere) return isNamed ? ['file_missing', withoutFile(name, states.keys())] : undefined;
  if (state.state === 'absent') return ['absent', whyAbsent(name)];
  if (state.state !== 'conflict' || state.newest === null) return undefined;
  return ['conflict', mergeFirst(name, state.base?.version ?? null, state.newest.version)];
}

/** What to do before a text can be published on top of the newest version. */
function mergeFirst(name: PromptName, base: number | null, newest: number): string {
  const both =
    base === null
      ? `The registry has version ${newest} with a different text, and the file is not based on any version.`
      : `The file is based on version ${base}, but the registry is now at ${newest}.`;
  return `${both} Compare them (promptforge diff ${name} --newest), merge them, and run promptforge resolve ${name}@${newest}.`;
}

/** The registry's own words are for callers of the API. */
function messageOf(error: Error, name: PromptName, base: number | null): string {
  if (!Problem.is(error, 'base_outdated')) return error.message;
  const { newest } = error.details;
  if (newest === undefined) return error.message;
  return newest === null ? whyAbsent(name) : mergeFirst(name, base, newest.version);
}

/** Reads a source; undefined if it cannot be read, which is reported when it is published. */
async function readOr(copy: WorkingCopy, name: PromptName): Promise<string | undefined> {
  try {
    return await copy.folder.read(name);
  } catch (error) {
    if (Problem.is(error) || WorkspaceError.is(error)) return undefined;
    throw error;
  }
}

function codeOf(error: Error): string {
  if (Problem.is(error)) return error.code;
  if (RegistryUnreachable.is(error) || WorkspaceError.is(error)) return error.reason;
  throw error;
}

/** 3 if only prompts are invalid; errors of the environment take precedence over refusals. */
function worst(codes: ReadonlySet<ExitCode>): ExitCode {
  for (const code of [EXIT.environment, EXIT.refused, EXIT.usage, EXIT.invalid])
    if (codes.has(code)) return code;
  return EXIT.ok;
}

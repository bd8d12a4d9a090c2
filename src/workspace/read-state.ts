/** Compares the files of a working copy with their bases and the registry. */
import { digestOf } from '../core/digest.ts';
import { type PublishedText, type TextDigests, textDigests } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { type FreshFile, type GoneFile, renamedFrom } from '../core/renames.ts';
import type { FileIndex } from './file-index.ts';
import { type FileSystem, STAT_NUMBERS } from './file-system.ts';
import { inOrder } from './in-order.ts';
import { inTurns } from './in-turns.ts';
import type { Lock, LockEntry } from './lock-file.ts';
import { caseTroubles } from './name-case.ts';
import type { NotedRenames, PromptRenames } from './noted-renames.ts';
import {
  type FileText,
  type PromptFileState,
  promptState,
  type RegistryPrompt,
  type WorkingCopyState,
} from './prompt-state.ts';
import type { FileTrouble, PromptFile, PromptsFolder } from './prompts-folder.ts';

export interface StateParts {
  readonly files: FileSystem;
  readonly folder: PromptsFolder;
  readonly index: FileIndex;
  readonly renames: NotedRenames;
}

/** The number of files that are read concurrently. */
const READ_AT_ONCE = 32;

/** @param prompts as `WorkingCopy.state` */
export async function readState(
  { files, folder, index, renames }: StateParts,
  lock: Lock,
  prompts: Iterable<RegistryPrompt> | null,
  signal?: AbortSignal,
): Promise<WorkingCopyState> {
  await index.open();
  const { files: found, troubles, spellings } = await folder.list(signal);
  const registered = [...(prompts ?? [])];
  const promptOf = inOrder(registered, ({ name }) => name);
  const bases = found.map(({ name }) => lock.get(name));
  const newest = found.map(({ name }) => promptOf(name));
  const troubled = new Set<PromptName>();
  for (const { path } of troubles) {
    const name = folder.promptOf(path);
    if (name !== undefined) troubled.add(name);
  }
  const texts: (FileText | undefined)[] = [];
  /** Indexes in `found`. */
  const unread: number[] = [];
  const numbers = await statsOf(found, files);
  signal?.throwIfAborted();
  for (const [at, { name }] of found.entries()) {
    const known = index.get(name, { numbers, at: at * STAT_NUMBERS });
    if (known !== undefined && (known.digests !== undefined || isAsPublished(known, bases[at], newest[at])))
      texts[at] = known;
    else {
      texts[at] = undefined;
      unread.push(at);
    }
  }
  const taken = unread.length > 0 ? await index.now() : 0;
  await inTurns(unread, READ_AT_ONCE, async at => {
    signal?.throwIfAborted();
    const file = found[at] as PromptFile;
    const { source, trouble } = await folder.tryRead(file);
    if (trouble !== undefined) {
      troubles.push(trouble);
      troubled.add(file.name);
      return;
    }
    if (source === undefined) return;
    const digest = digestOf(source);
    let digests: TextDigests | undefined;
    const compute = () => {
      digests ??= textDigests(source);
      return digests;
    };
    if (!isPublished({ digest }, bases[at], newest[at])) compute();
    texts[at] = { digest, digests: compute };
    index.set(file.name, { numbers, at: at * STAT_NUMBERS }, taken, { digest, digests });
  });
  const states = new Map<PromptName, PromptFileState>();
  for (const [at, { name }] of found.entries()) {
    const [base, text] = [bases[at], texts[at]];
    if ((base === undefined && text === undefined) || troubled.has(name)) continue;
    const state = promptState(name, base, text, newest[at]);
    if (state !== undefined) states.set(name, state);
  }
  const gone = namesGone(found, bases, lock);
  for (const name of gone) {
    const state = troubled.has(name)
      ? undefined
      : promptState(name, lock.get(name), undefined, promptOf(name));
    if (state !== undefined) states.set(name, state);
  }
  const shown = (path: string) => folder.shown(path);
  const noted = await renames.read();
  const renamed = findRenames(noted);
  await renames.write(renamed);
  await index.save(found.map(({ name }) => name));
  // Nearly always nothing differs only by case: each path has one spelling, and the registry has the names.
  const isPlain = spellings.areUnique && (registered.length === 0 || !newest.includes(undefined));
  const ofCase = isPlain
    ? []
    : caseTroubles(
        found,
        registered.map(({ name }) => name),
        shown,
      );
  return {
    prompts: gone.length === 0 ? states : new Map([...states].sort(([a], [b]) => (a < b ? -1 : 1))),
    renamed,
    hasReturns: texts.some((text, at) => hasReturns(text, found[at]?.name, states)),
    troubles: [...troubles.sort(byPath), ...ofCase],
    spellings,
  };

  /** Must run before the index forgets the texts of missing files. */
  function findRenames(noted: PromptRenames): PromptRenames {
    const gone: GoneFile[] = [];
    for (const { name, base, file } of states.values())
      if (file === null && base !== null) gone.push({ name, texts: [base, ...lastSeen(name, noted)] });
    if (gone.length === 0) return new Map();
    const fresh: FreshFile[] = [];
    for (const [at, { name }] of found.entries()) {
      const digests = texts[at]?.digests;
      if (bases[at] === undefined && newest[at] === undefined && digests !== undefined && states.has(name))
        fresh.push({ name, digests: digests() });
    }
    return fresh.length === 0 ? new Map() : renamedFrom(gone, fresh, noted);
  }

  /** The last known texts of a file, under its current and its previous names. */
  function lastSeen(name: PromptName, noted: PromptRenames): PublishedText[] {
    const names = [name, ...[...noted].filter(([, from]) => from === name).map(([to]) => to)];
    return names.flatMap(each => {
      const last = index.last(each);
      return last === undefined ? [] : [{ digest: last.digest, text: last.digests?.().plain }];
    });
  }
}

/** True if the file differs from the text of its version only by line endings (and a mark at its start). */
function hasReturns(
  text: FileText | undefined,
  name: PromptName | undefined,
  states: ReadonlyMap<PromptName, PromptFileState>,
): boolean {
  if (text?.digests === undefined || name === undefined) return false; // nearly all files are unchanged
  const state = states.get(name);
  if (state === undefined || state.file === null || state.file === state.bytes) return false;
  const digests = text.digests();
  const [returned, , marked] = digests.others;
  return state.file === digests.plain && (state.bytes === returned || state.bytes === marked);
}

/** Prompts in the lock file without a file. */
function namesGone(
  found: readonly PromptFile[],
  bases: readonly (LockEntry | undefined)[],
  lock: Lock,
): readonly PromptName[] {
  if (bases.reduce((sum, base) => (base === undefined ? sum : sum + 1), 0) === lock.size) return [];
  const names = new Set(found.map(({ name }) => name));
  return [...lock.keys()].filter(name => !names.has(name));
}

function isPublished(
  { digest }: Pick<FileText, 'digest'>,
  base: LockEntry | undefined,
  prompt: RegistryPrompt | undefined,
): boolean {
  return digest === base?.digest || digest === prompt?.newest.digest;
}

/** True if the file's digest alone determines its state. */
function isAsPublished(
  known: Pick<FileText, 'digest'>,
  base: LockEntry | undefined,
  prompt: RegistryPrompt | undefined,
): boolean {
  if (!isPublished(known, base, prompt)) return false;
  const newest = prompt?.newest.digest;
  return newest === undefined || base?.digest === newest || newest !== known.digest;
}

async function statsOf(found: readonly PromptFile[], files: FileSystem): Promise<Float64Array> {
  try {
    return await files.statAll(found.map(({ path }) => path));
  } catch {
    // Reading the files reports which cannot be read, and why.
    return new Float64Array(found.length * STAT_NUMBERS).fill(Number.NaN);
  }
}

function byPath(a: FileTrouble, b: FileTrouble): number {
  return a.path < b.path ? -1 : 1;
}

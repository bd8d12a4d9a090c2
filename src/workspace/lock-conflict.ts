/**
 * A lock file with a merge conflict from git. Both sides are lock files, so each side's entry of a prompt is known, and
 * the merge base or the file's own text may decide. Nothing is guessed: undecided entries stay in conflict.
 */
import { isSameText, type TextDigests } from '../core/line-endings.ts';
import { hunksOf, linesOf } from '../core/line-hunks.ts';
import type { PromptName } from '../core/name.ts';
import { type Lock, type LockEntry, lockText, readLockText } from './lock-file.ts';

export interface ConflictedLock {
  readonly ours: Lock;
  readonly theirs: Lock;
  /** Undefined if git did not write it (`merge.conflictStyle` is neither diff3 nor zdiff3), or it is not a lock file. */
  readonly base: Lock | undefined;
  /** The words after `<<<<<<<` and `>>>>>>>`, such as ` HEAD`. */
  readonly labels: Readonly<Record<'ours' | 'theirs', string>>;
}

export interface Undecided {
  readonly name: PromptName;
  readonly ours: LockEntry | undefined;
  readonly theirs: LockEntry | undefined;
}

export interface Repair {
  readonly text: string;
  /** Prompts that differed between the sides and are decided, in order of name. */
  readonly decided: readonly PromptName[];
  readonly left: readonly Undecided[];
}

type Side = 'ours' | 'base' | 'theirs';
const MARKER = /^(<{7}|\|{7}|={7}|>{7})( .*)?$/;
const NEXT: Readonly<Record<string, string>> = { '': '<', '<': '|=', '|': '=', '=': '>' };

/** Undefined if there is no conflict, its markers are not git's, or a side is not a lock file. */
export function conflictedLock(text: string): ConflictedLock | undefined {
  const sides: Record<Side, string[]> = { ours: [], base: [], theirs: [] };
  const labels = { ours: '', theirs: '' };
  let at = '';
  let hasBase = true;
  let isConflict = false;
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const [, marker, label = ''] = MARKER.exec(line) ?? [];
    if (marker === undefined) {
      for (const side of sidesAt(at)) sides[side].push(line);
      continue;
    }
    const kind = marker.charAt(0);
    if (NEXT[at]?.includes(kind) !== true) return undefined;
    if (kind === '<') labels.ours = label;
    if (kind === '>') labels.theirs = label;
    if (kind === '=' && at === '<') hasBase = false;
    isConflict = true;
    at = kind === '>' ? '' : kind;
  }
  if (!isConflict || at !== '') return undefined;
  const read = (side: Side) => {
    const found = readLockText(sides[side].join('\n'));
    return 'lock' in found ? found.lock : undefined;
  };
  const [ours, theirs] = [read('ours'), read('theirs')];
  if (ours === undefined || theirs === undefined) return undefined;
  return { ours, theirs, base: hasBase ? read('base') : undefined, labels };
}

function sidesAt(at: string): readonly Side[] {
  if (at === '<') return ['ours'];
  if (at === '|') return ['base'];
  return at === '=' ? ['theirs'] : ['ours', 'base', 'theirs'];
}

/** Prompts that differ between the sides, and that the merge base does not decide. */
export function openIn(conflict: ConflictedLock): Undecided[] {
  return differing(conflict).filter(each => byBase(each, conflict.base) === undefined);
}

/**
 * @param files the text of each file in `openIn`; undefined for a missing or unreadable one
 * @param isKnown true if the registry has that version with that text
 * @returns undefined if the sides still differ in more than a thousand lines
 */
export function repairOf(
  conflict: ConflictedLock,
  files: ReadonlyMap<PromptName, TextDigests>,
  isKnown: (name: PromptName, entry: LockEntry) => boolean,
): Repair | undefined {
  const { base, labels } = conflict;
  const sides = { ours: new Map(conflict.ours), theirs: new Map(conflict.theirs) };
  const decided: PromptName[] = [];
  const left: Undecided[] = [];
  for (const each of differing(conflict)) {
    const { name } = each;
    const found = byBase(each, base) ?? byFile(each, files.get(name), entry => isKnown(name, entry));
    if (found === undefined) {
      left.push(each);
      continue;
    }
    decided.push(name);
    for (const lock of Object.values(sides))
      if (found.entry === undefined) lock.delete(name);
      else lock.set(name, found.entry);
  }
  const text = conflictText(lockText(sides.ours), lockText(sides.theirs), labels);
  return text === undefined ? undefined : { text, decided, left };
}

interface Found {
  /** Undefined if the prompt has no entry. */
  readonly entry: LockEntry | undefined;
}

function differing({ ours, theirs }: ConflictedLock): Undecided[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .sort()
    .map(name => ({ name, ours: ours.get(name), theirs: theirs.get(name) }))
    .filter(each => !isSame(each.ours, each.theirs));
}

/** Resolves entries that only one side changed. */
function byBase({ name, ours, theirs }: Undecided, base: Lock | undefined): Found | undefined {
  if (base === undefined) return undefined;
  if (isSame(ours, base.get(name))) return { entry: theirs };
  return isSame(theirs, base.get(name)) ? { entry: ours } : undefined;
}

/** Chooses the version whose text the file has; the higher one if both have it, as when only partials changed. */
function byFile(
  { ours, theirs }: Undecided,
  file: TextDigests | undefined,
  isKnown: (entry: LockEntry) => boolean,
): Found | undefined {
  const sides = [ours, theirs].filter(each => each !== undefined);
  if (file === undefined || !sides.every(isKnown)) return undefined;
  const [one, other] = sides.filter(each => isSameText(file, each));
  if (one === undefined) return undefined;
  return { entry: other === undefined || one.version > other.version ? one : other };
}

function isSame(one: LockEntry | undefined, other: LockEntry | undefined): boolean {
  return one?.version === other?.version && one?.digest === other?.digest && one?.text === other?.text;
}

function conflictText(ours: string, theirs: string, labels: ConflictedLock['labels']): string | undefined {
  const lines = linesOf(ours);
  const hunks = hunksOf(lines, theirs);
  if (hunks === undefined) return undefined;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, lines: other } of hunks) {
    parts.push(...lines.slice(at, start), `<<<<<<<${labels.ours}\n`, ...lines.slice(start, end));
    parts.push('=======\n', ...other, `>>>>>>>${labels.theirs}\n`);
    at = end;
  }
  return [...parts, ...lines.slice(at)].join('');
}

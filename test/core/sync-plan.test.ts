/** The laws of a pull, over worlds in which anything happened: other authors, edits, lost lock files, restored backups. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import { mergeTexts } from '../../src/core/merge.ts';
import type { PromptName } from '../../src/core/name.ts';
import {
  planSync,
  type SyncInput,
  type SyncOptions,
  type SyncStep,
  stateOf,
} from '../../src/core/sync-plan.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { runs } from '../runs.ts';

const NAMES = ['a', 'b', 'c/d'] as const;
type Name = (typeof NAMES)[number];
const LINES = 3;
const numRuns = runs(100_000, 3000);

interface World {
  /** Every version that there ever was, with the newest last. */
  readonly versions: Map<Name, readonly string[]>;
  readonly archived: Set<Name>;
  readonly files: Map<Name, string>;
  readonly lock: Map<Name, { readonly version: number; readonly text: string }>;
  readonly unsaved: Set<Name>;
  readonly blocked: Set<Name>;
}

const name = fc.constantFrom(...NAMES);
interface Action {
  readonly what: string;
  readonly name: Name;
  readonly line: number;
  readonly text: number;
}
const place = { name, line: fc.nat(LINES - 1), text: fc.nat(3) };
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ what: fc.constant('publish'), ...place }),
  fc.record({ what: fc.constant('edit'), ...place }),
  fc.record({
    what: fc.constantFrom(
      ...['delete', 'archive', 'restore', 'rewind', 'loseBase', 'olderBase', 'unsaved', 'blocked', 'pull'],
    ),
    ...{ name, line: fc.constant(0), text: fc.constant(0) },
  }),
);
const actions = fc.array(action, { maxLength: 25 });

function emptyWorld(): World {
  return {
    versions: new Map(),
    archived: new Set(),
    files: new Map(),
    lock: new Map(),
    unsaved: new Set(),
    blocked: new Set(),
  };
}

function copyOf(world: World): World {
  return {
    versions: new Map(world.versions),
    archived: new Set(world.archived),
    files: new Map(world.files),
    lock: new Map(world.lock),
    unsaved: new Set(world.unsaved),
    blocked: new Set(world.blocked),
  };
}

/** A text of three lines, far enough from each other to be merged. */
function edited(text: string | undefined, line: number, word: number): string {
  const lines = (text ?? '0\n-\n0\n-\n0\n').split('\n');
  lines[line * 2] = String(word);
  return lines.join('\n');
}

function worldAfter(steps: readonly Action[]): World {
  const world = emptyWorld();
  const { versions, archived, files, lock, unsaved, blocked } = world;
  for (const { what, name, line, text } of steps) {
    const known = versions.get(name) ?? [];
    const base = lock.get(name);
    if (what === 'publish') versions.set(name, [...known, edited(known.at(-1), line, text)]);
    if (what === 'edit') files.set(name, edited(files.get(name), line, text));
    if (what === 'delete') files.delete(name);
    if (what === 'archive') archived.add(name);
    if (what === 'restore') archived.delete(name);
    // A backup was restored: newer versions are gone, and others may be published in their place.
    if (what === 'rewind') versions.set(name, known.slice(0, -1));
    if (what === 'loseBase') lock.delete(name);
    if (what === 'olderBase' && base !== undefined && base.version > 1 && known.length >= base.version)
      lock.set(name, { version: base.version - 1, text: known[base.version - 2] as string });
    if (what === 'unsaved') unsaved.add(name);
    if (what === 'blocked') blocked.add(name);
    if (what === 'pull') applyAll(world, planSync(inputsOf(world)));
  }
  return world;
}

function inputsOf({ versions, archived, files, lock, unsaved, blocked }: World): SyncInput[] {
  return NAMES.map(name => {
    const known = versions.get(name) ?? [];
    const newest = known.at(-1);
    const base = lock.get(name);
    const file = files.get(name);
    return {
      name: name as string as PromptName,
      base: base === undefined ? null : versionAt(base.version, base.text),
      file: file === undefined ? null : digestOf(file),
      remote:
        newest === undefined ? null : { ...versionAt(known.length, newest), archived: archived.has(name) },
      isUnsaved: unsaved.has(name),
      isBlocked: blocked.has(name),
    };
  });
}

function versionAt(version: number, text: string) {
  return { version: version as VersionNumber, digest: digestOf(text) };
}

function apply({ versions, files, lock }: World, name: Name, step: SyncStep): void {
  const known = versions.get(name) ?? [];
  const text = known.at(-1) as string;
  const newest = { version: known.length, text };
  if (step.kind === 'write') {
    const { over } = step;
    if (over !== null && digestOf(known[over.version - 1] ?? '') !== over.digest) return;
    files.set(name, text);
    lock.set(name, newest);
  }
  if (step.kind === 'adopt' || step.kind === 'keep_deleted') lock.set(name, newest);
  if (step.kind !== 'merge') return;
  const base = lock.get(name);
  const merged = base && mergeTexts(base.text, files.get(name) as string, text);
  if (merged === undefined) return;
  files.set(name, merged);
  lock.set(name, newest);
}

function applyAll(world: World, plan: ReadonlyMap<string, SyncStep>): void {
  for (const [name, step] of plan) apply(world, name as Name, step);
}

function everywhere(check: (world: World, options: Required<SyncOptions>) => void): void {
  const options: fc.Arbitrary<Required<SyncOptions>> = fc.record({
    restoreDeleted: fc.boolean(),
    keepDeleted: fc.boolean(),
    merge: fc.boolean(),
  });
  fc.assert(
    fc.property(actions, options, (steps, chosen) => check(worldAfter(steps), chosen)),
    { numRuns, examples: [[overtaken, { restoreDeleted: false, keepDeleted: false, merge: true }]] },
  );
}

const contentOf = ({ files, lock }: World) => [[...files].sort(), [...lock].sort()];

/** A backup was restored, and others published other versions under the numbers of those that were lost. */
const overtaken: Action[] = [
  { what: 'publish', name: 'a', line: 0, text: 0 },
  { what: 'pull', name: 'a', line: 0, text: 0 },
  { what: 'rewind', name: 'a', line: 0, text: 0 },
  { what: 'publish', name: 'a', line: 0, text: 1 },
  { what: 'publish', name: 'a', line: 1, text: 0 },
];

describe('a pull plan', () => {
  it('is idempotent', () => {
    everywhere((world, options) => {
      applyAll(world, planSync(inputsOf(world), options));
      const once = contentOf(copyOf(world));
      const again = planSync(inputsOf(world), options);
      for (const [name, step] of again)
        assert.ok(
          step.kind !== 'adopt' &&
            step.kind !== 'keep_deleted' &&
            (step.kind !== 'write' || step.over !== null),
          `${name} again`,
        );
      applyAll(world, again);
      assert.deepEqual(contentOf(world), once);
    });
  });

  it('never discards text that exists in only one place', () => {
    const kinds = new Set<string>();
    everywhere((world, options) => {
      const before = copyOf(world);
      const plan = planSync(inputsOf(world), options);
      for (const { kind } of plan.values()) kinds.add(kind);
      applyAll(world, plan);
      for (const [name, text] of before.files) {
        const now = world.files.get(name);
        const isPublished = before.versions.get(name)?.includes(text);
        if (now === text || isPublished) continue;
        // What was edited here is in the merged text, line by line.
        const base = before.lock.get(name)?.text.split('\n');
        assert.ok(base !== undefined && plan.get(name as string as PromptName)?.kind === 'merge');
        for (const [index, line] of text.split('\n').entries())
          if (line !== base[index]) assert.equal(now?.split('\n')[index], line);
      }
    });
    // Of the other kinds, which are rare, some tries have none.
    for (const kind of ['adopt', 'leave', 'merge', 'none', 'write']) assert.ok(kinds.has(kind), kind);
  });

  it('does not depend on the order of prompts or steps', () => {
    fc.assert(
      fc.property(actions, fc.shuffledSubarray([...NAMES], { minLength: NAMES.length }), (steps, order) => {
        const world = worldAfter(steps);
        const inputs = inputsOf(world);
        const shuffled = order.map(name => inputs.find(input => input.name === name) as SyncInput);
        const plan = planSync(inputs);
        assert.deepEqual([...planSync(shuffled)], [...plan]);
        const other = copyOf(world);
        applyAll(world, plan);
        for (const name of order) apply(other, name, plan.get(name as string as PromptName) as SyncStep);
        assert.deepEqual(contentOf(other), contentOf(world));
      }),
      { numRuns },
    );
  });

  it('has the same result whether versions arrive one by one or at once, without edits', () => {
    const published = fc.record({ ...place, pull: fc.boolean() });
    fc.assert(
      fc.property(fc.array(published, { maxLength: 12 }), all => {
        const steps: Action[] = all.flatMap(({ pull, ...each }) => [
          { what: 'publish', ...each },
          ...(pull ? [{ what: 'pull', ...each }] : []),
        ]);
        const last = { what: 'pull', name: 'a', line: 0, text: 0 } as const;
        const often = worldAfter([...steps, last]);
        const once = worldAfter([...steps.filter(({ what }) => what === 'publish'), last]);
        assert.deepEqual(contentOf(often), contentOf(once));
      }),
      { numRuns },
    );
  });

  it('never restores or removes a file on its own', () => {
    everywhere((world, { merge }) => {
      const before = copyOf(world);
      const plan = planSync(inputsOf(world), { merge });
      applyAll(world, plan);
      for (const name of before.files.keys()) assert.ok(world.files.has(name), `${name} vanished`);
      for (const name of before.lock.keys())
        assert.ok(before.files.has(name) || !world.files.has(name), `${name} returned`);
      for (const name of [...before.unsaved, ...before.blocked])
        if (before.files.has(name)) assert.equal(world.files.get(name), before.files.get(name));
      if (merge) return;
      for (const [name, step] of plan)
        if (step.kind === 'write') assert.notEqual(stateOfIn(before, name), 'modified');
    });
  });

  it('asks about a file deleted here and changed in the registry, and restores it on request', () => {
    const input = (file: string | null, base: number | null, remote: number): SyncInput => ({
      name: 'a' as PromptName,
      base: base === null ? null : versionAt(base, `text ${base}`),
      file: file === null ? null : digestOf(file),
      remote: { ...versionAt(remote, `text ${remote}`), archived: false },
    });
    const step = (one: SyncInput, options?: SyncOptions) => planSync([one], options).get('a' as PromptName);
    assert.deepEqual(step(input(null, 1, 2)), { kind: 'leave', why: 'deleted_and_changed' });
    assert.deepEqual(step(input(null, 2, 2)), { kind: 'leave', why: 'deleted' });
    assert.deepEqual(step(input(null, 1, 2), { restoreDeleted: true }), { kind: 'write', over: null });
    assert.deepEqual(step(input(null, 1, 2), { keepDeleted: true }), { kind: 'keep_deleted' });
    assert.deepEqual(step(input(null, 2, 2), { keepDeleted: true }), { kind: 'leave', why: 'deleted' });
    assert.deepEqual(step(input(null, 3, 2), { keepDeleted: true }), { kind: 'leave', why: 'rewound' });
    assert.deepEqual(step(input('mine', 1, 3), { keepDeleted: true }), { kind: 'merge' });
    assert.deepEqual(step(input(null, null, 2)), { kind: 'write', over: null });
    assert.deepEqual(step(input('text 5', 5, 3)), { kind: 'leave', why: 'rewound' });
    assert.equal(stateOf(input('text 5', 5, 3)), 'conflict');
    assert.deepEqual(step(input('text 1', 1, 3)), { kind: 'write', over: versionAt(1, 'text 1') });
    assert.deepEqual(step(input('mine', 1, 3)), { kind: 'merge' });
    assert.deepEqual(step(input('mine', 1, 3), { merge: false }), { kind: 'leave', why: 'conflict' });
  });
});

function stateOfIn(world: World, name: PromptName) {
  const input = inputsOf(world).find(each => each.name === name);
  return input && stateOf(input);
}

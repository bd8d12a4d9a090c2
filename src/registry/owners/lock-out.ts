/** Refuses owners with whom nothing could ever be approved, and warns about rules that have become so. */
import { sql } from 'kysely';
import { eitherOf } from '../../core/either-of.ts';
import type { Environment } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { decidingRule, type OwnerRule, type OwnersNote } from '../../core/owners.ts';
import { isSamePerson } from '../../core/person.ts';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { turns } from '../turns.ts';
import { ableOf, readApprovers } from './approvers.ts';

/** The maximum number of prompts that patterns are tested on: beyond that, unmatched patterns are not reported. */
const MAX_PROMPTS = 10_000;
/** Limits of the prompts and versions to examine for a rule with one owner. */
const SOME_PROMPTS = 50;
const NEWEST_VERSIONS = 20;

/** @throws Problem `owners_locked_out` that names the first line and why */
export async function checkNotLockedOut(
  snapshot: ReadSnapshot,
  environment: Environment,
  rules: readonly OwnerRule[],
  at: string,
): Promise<void> {
  const [first, ...others] = await lockedOut(snapshot, environment, rules, at);
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` So it is with ${others.length} more.`;
  throw new Problem('owners_locked_out', `Line ${first.line}: ${first.message}${more} Nothing was changed.`, {
    fields: [first, ...others].map(({ line, message }) => ({
      pointer: '/text',
      message: `Line ${line}: ${message}`,
    })),
  });
}

/** For each rule under which nobody could approve: why, and what to do. */
export async function lockedOut(
  snapshot: ReadSnapshot,
  { name, policy }: Environment,
  rules: readonly OwnerRule[],
  at: string,
): Promise<OwnersNote[]> {
  if (rules.length === 0) return [];
  const approvers = await readApprovers(snapshot, name, at);
  const notes: OwnersNote[] = [];
  const single: { readonly rule: OwnerRule; readonly owner: string }[] = [];
  for (const rule of rules) {
    const { line, pattern, owners } = rule;
    const [owner, ...more] = ableOf(rule, approvers);
    if (owner === undefined)
      notes.push({
        line,
        message: `No one could approve what "${pattern}" matches: ${whoLacks(owners)} of ${name} with the role approver or admin. Name an owner who has one, or have an admin make the key first.`,
      });
    else if (more.length === 0 && !policy.authorsMayApprove) single.push({ rule, owner });
  }
  if (single.length > 0) {
    const names = await promptNames(snapshot);
    const of = await promptsByRule(rules, names);
    for (const { rule, owner } of single) {
      const prompts = of.get(rule) ?? [];
      if (prompts.length > 0 && (await isOnlyAuthor(snapshot, owner, prompts)))
        notes.push({
          line: rule.line,
          message: `${owner} is the only owner of "${rule.pattern}" who has a key of ${name} to approve with, and wrote everything that it matches. Authors may not approve there, so no one could. Name another owner as well, or have an admin allow authors to approve (authorsMayApprove).`,
        });
    }
  }
  return notes.sort((one, other) => one.line - other.line);
}

function whoLacks(owners: readonly string[]): string {
  return owners.length === 1
    ? `${owners[0]} has no valid key`
    : `none of ${owners.join(', ')} has a valid key`;
}

/** Patterns that apply to no existing prompt: a typo, or a future folder. */
export async function unmatched(snapshot: ReadSnapshot, rules: readonly OwnerRule[]): Promise<OwnersNote[]> {
  if (rules.length === 0) return [];
  const names = await promptNames(snapshot);
  if (names.length > MAX_PROMPTS) return [];
  const of = await promptsByRule(rules, names);
  return rules
    .filter(rule => !of.has(rule))
    .map(({ line, pattern, owners }) => ({
      line,
      message: `"${pattern}" matches no prompt now: none has such a name, or a later line matches it. ${eitherOf(owners)} will be asked once one does.`,
    }));
}

type PromptsByRule = ReadonlyMap<OwnerRule, readonly PromptName[]>;

/**
 * The prompts of each rule. There may be many of both, so the search yields to other work. Cached until a prompt is
 * added or removed, for a view that shows them.
 */
async function promptsByRule(
  rules: readonly OwnerRule[],
  names: readonly PromptName[],
): Promise<PromptsByRule> {
  const known = found.get(rules);
  if (known !== undefined && areSame(known.names, names)) return known.of;
  const turn = turns();
  const of = new Map<OwnerRule, PromptName[]>();
  for (const name of names) {
    await turn();
    const rule = decidingRule(rules, name);
    if (rule === undefined) continue;
    const prompts = of.get(rule) ?? [];
    of.set(rule, prompts);
    prompts.push(name);
  }
  found.set(rules, { names, of });
  return of;
}

const found = new WeakMap<
  readonly OwnerRule[],
  { readonly names: readonly PromptName[]; readonly of: PromptsByRule }
>();

function areSame(one: readonly PromptName[], other: readonly PromptName[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** The prompts that are not archived; at most one more than `MAX_PROMPTS`. */
async function promptNames(snapshot: ReadSnapshot): Promise<PromptName[]> {
  const rows = await snapshot
    .selectFrom('prompts')
    .select('name')
    .where('archived', '=', 0)
    .orderBy('name')
    .limit(MAX_PROMPTS + 1)
    .execute();
  return rows.map(({ name }) => name);
}

/** Returns true if nobody else wrote any of the newest versions of some of the prompts. */
async function isOnlyAuthor(
  snapshot: ReadSnapshot,
  owner: string,
  prompts: readonly PromptName[],
): Promise<boolean> {
  const rows = await snapshot
    .selectFrom('versions')
    .innerJoin('prompts', 'prompts.name', 'versions.prompt')
    .select('versions.author')
    .distinct()
    .where('versions.prompt', 'in', prompts.slice(0, SOME_PROMPTS))
    .where(sql<boolean>`versions.version > prompts.newest - ${sql.lit(NEWEST_VERSIONS)}`)
    .execute();
  return rows.every(({ author }) => isSamePerson(author, owner));
}

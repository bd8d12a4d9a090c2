/** Fetches the threads of a prompt, and finds their lines in the open versions. */
import type { LineThread } from '../../contract/comments.ts';
import { followLine, type LineMap, type LineStep, lineMap, linesOfText } from '../../core/line-map.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import type { Session } from '../connection/session.ts';
import type { FollowedThread } from './threads.ts';

/** The maximum number of threads shown for a prompt, those of the newest versions first. */
const MAX_THREADS = 2000;
/**
 * The number of versions through which a line is followed one by one; from an older version, it is followed to the
 * first of these directly.
 */
const MAX_STEPS = 100;
/** The maximum number of versions with threads before these steps. */
const MAX_OLDER = 50;
/** The cache between two loadings: texts by their length, and line maps between versions. */
const KEPT = { characters: 16 * 1024 * 1024, maps: 500 };

export class ThreadFollower {
  readonly #session: Session;
  /** By registry, prompt and version; the last used is last. */
  readonly #lines = new Map<string, readonly string[]>();
  readonly #maps = new Map<string, LineMap>();
  #characters = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** The comments at the lines of `versions` and of earlier versions. A resolved thread stays at its own version. */
  async load(
    prompt: PromptName,
    versions: readonly VersionNumber[],
    signal: AbortSignal,
  ): Promise<FollowedThread[]> {
    const open = new Set(versions);
    const newest = Math.max(0, ...open);
    const threads = (await allThreads(this.#session, prompt, signal)).filter(
      ({ version, resolved }) => open.has(version) || (version < newest && resolved === null),
    );
    const followed = threads.map(thread => ({
      thread,
      lines: new Map([...open].filter(each => each === thread.version).map(each => [each, ownLine(thread)])),
    }));
    for (const version of open)
      await this.#follow(
        prompt,
        version,
        followed.filter(({ thread }) => thread.version < version && thread.resolved === null),
        signal,
      );
    return followed;
  }

  async #follow(
    prompt: PromptName,
    to: VersionNumber,
    followed: readonly { readonly thread: LineThread; readonly lines: Map<VersionNumber, object> }[],
    signal: AbortSignal,
  ): Promise<void> {
    const from = [...new Set(followed.map(({ thread }) => thread.version))].sort((one, other) => other - one);
    if (from.length === 0) return;
    const first = Math.max(to - MAX_STEPS, from.at(-1) ?? to);
    const older = from.filter(version => version < first).slice(0, MAX_OLDER);
    const steady = Array.from({ length: to - first + 1 }, (_, index) => (first + index) as VersionNumber);
    const texts = await this.#texts(prompt, [...older, ...steady], signal);
    const known = steady.filter(version => texts.has(version));
    const steps = known
      .slice(1)
      .map((version, index) => this.#step(prompt, known[index] ?? version, version, texts));
    for (const { thread, lines } of followed) {
      const start = known.findIndex(version => version >= thread.version);
      if (!texts.has(thread.version) || start < 0 || known.at(-1) !== to) continue;
      const [next] = known;
      const leap =
        known[start] === thread.version || next === undefined
          ? []
          : [this.#step(prompt, thread.version, known[start] ?? next, texts)];
      lines.set(to, followLine(ownLine(thread), [...leap, ...steps.slice(start)]));
    }
  }

  #step(
    prompt: PromptName,
    from: VersionNumber,
    to: VersionNumber,
    texts: ReadonlyMap<VersionNumber, readonly string[]>,
  ): LineStep {
    const id = `${this.#session.place} ${prompt} ${from} ${to}`;
    const map = this.#maps.get(id) ?? lineMap(texts.get(from) ?? [], texts.get(to) ?? []);
    this.#maps.delete(id);
    this.#maps.set(id, map);
    for (const oldest of this.#maps.keys()) {
      if (this.#maps.size <= KEPT.maps) break;
      this.#maps.delete(oldest);
    }
    return { to, map };
  }

  /** The lines of versions, without those that the key may not read. */
  async #texts(
    prompt: PromptName,
    versions: readonly VersionNumber[],
    signal: AbortSignal,
  ): Promise<Map<VersionNumber, readonly string[]>> {
    const { place } = this.#session;
    const found = new Map<VersionNumber, readonly string[]>();
    const keyOf = (version: VersionNumber) => `${place} ${versionReference(prompt, version)}`;
    for (const version of versions) {
      const lines = this.#lines.get(keyOf(version));
      if (lines !== undefined) found.set(version, lines);
    }
    const wanted = versions.filter(version => !found.has(version));
    if (wanted.length > 0) {
      const client = await this.#session.clientFor({ kind: 'read' });
      const references = wanted.map(version => versionReference(prompt, version));
      for (const { version, source } of (await client.batch(references, signal)).data)
        found.set(version, linesOfText(source));
    }
    for (const [version, lines] of found) this.#keep(keyOf(version), lines);
    return found;
  }

  #keep(key: string, lines: readonly string[]): void {
    if (!this.#lines.delete(key)) this.#characters += charactersOf(lines);
    this.#lines.set(key, lines);
    for (const [oldest, text] of this.#lines) {
      if (this.#characters <= KEPT.characters) break;
      this.#lines.delete(oldest);
      this.#characters -= charactersOf(text);
    }
  }
}

function ownLine({ line }: LineThread) {
  return { line, gone: null };
}

function charactersOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

async function allThreads(session: Session, prompt: PromptName, signal: AbortSignal): Promise<LineThread[]> {
  const client = await session.clientFor({ kind: 'read' });
  const threads: LineThread[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    try {
      const page = await client.listThreads(prompt, { limit: 500, cursor }, signal);
      threads.push(...page.data);
      cursor = page.nextCursor ?? undefined;
    } catch (error) {
      // A registry of an earlier release only has comments on promotions.
      if (Problem.is(error, 'route_not_found')) return [];
      throw error;
    }
    if (cursor !== undefined && seen.has(cursor)) break;
    if (cursor !== undefined) seen.add(cursor);
  } while (cursor !== undefined && threads.length < MAX_THREADS);
  return threads;
}

/** Decides where work runs: light work at once, the rest in a worker pool. */
import type { Limits } from '../../core/evaluate/limits.ts';
import { Problem } from '../../core/problem.ts';
import type { StoredPartials, StoredVersion } from '../delivery/content.ts';
import type { DiffWork, RenderWork, WorkerTasks } from '../http/work.ts';
import type { LinkRequest } from '../prompts/link-newest.ts';
import { type Asker, type WorkerPoolOptions, workerPool } from '../workers/worker-pool.ts';
import { fromPlain, type PlainProblem, unpacked } from './plain.ts';
import { renderBody, TASKS, type TaskName } from './tasks.ts';
import type { Task, TaskOutcome } from './thread.ts';
import { LIGHT, weightOfLinked, weightOfSource } from './weight.ts';

export interface WorkOptions extends Omit<WorkerPoolOptions, 'module'> {
  /** The maximum weight (`weight.ts`) of work that is done at once; 0 for none. */
  readonly light?: number;
}

export interface RunningWork extends WorkerTasks {
  /** The number of requests that wait for a thread. */
  readonly waiting: number;
  /** Rejects waiting work, and terminates the threads. */
  close(): Promise<void>;
}

/** The maximum bytes of JSON that are parsed at once. */
const SHORT_BODY = 16 * 1024;
/** The maximum text that is encoded as JSON at once, in UTF-16 code units: a control character takes six. */
const SHORT_TEXT = 128 * 1024;
/** Limits of a rendering that runs at once, within a millisecond; one that needs more begins again in the pool. */
const SHORT_RENDERING: Limits = { steps: 2_000, characters: 64 * 1024 };
/** The maximum number of versions to remember as slow to render. */
const MAX_LONG = 10_000;
/** The maximum lines of two texts that are compared at once: the work grows with their square. */
const FEW_LINES = 200;

export function startWork({ light = LIGHT, ...options }: WorkOptions): RunningWork {
  const pool = workerPool({ ...options, module: workerModule() });
  /** Labels of tasks that took too long: they go to the pool from then on. */
  const long = new Set<string>();

  async function pooled<Name extends TaskName>(
    name: Name,
    request: unknown,
    asker: Asker,
  ): Promise<Awaited<ReturnType<(typeof TASKS)[Name]>>> {
    const outcome = (await pool.run({ name, request } satisfies Task, asker)) as TaskOutcome;
    if ('problem' in outcome) throw fromPlain(outcome.problem);
    return outcome.value as Awaited<ReturnType<(typeof TASKS)[Name]>>;
  }

  /** Starts seemingly short work at once, and again in the pool if it is not short. */
  async function shortOrPooled<Result>(
    label: string,
    isShort: boolean,
    atOnce: (limits: Limits) => Promise<Result>,
    inPool: () => Promise<Result>,
  ): Promise<Result> {
    if (isShort && !long.has(label)) {
      try {
        return await atOnce(SHORT_RENDERING);
      } catch (error) {
        if (!Problem.is(error, 'too_expensive')) throw error;
        if (long.size >= MAX_LONG) long.clear();
        long.add(label);
      }
    }
    return await inPool();
  }

  return {
    readBody: (request, asker) =>
      light > 0 && request.bytes.byteLength <= SHORT_BODY
        ? TASKS.readBody(request)
        : pooled('readBody', request, asker),
    async prepareSource(request, asker) {
      const isLight = weightOfSource(request.source) < light;
      const prepared = await (isLight
        ? TASKS.prepareSource(request)
        : pooled('prepareSource', request, asker));
      const { flaw, schemaFlaw } = prepared;
      return {
        ...prepared,
        source: request.source,
        flaw: problem(flaw),
        schemaFlaw: problem(schemaFlaw),
      };
    },
    async linkNewest(request, asker) {
      const isLight = weightOfLink(request) < light;
      const outcome = await (isLight ? TASKS.linkNewest(request) : pooled('linkNewest', request, asker));
      if ('lacking' in outcome) return outcome;
      return { ...outcome, flaw: problem(outcome.flaw), flatFlaw: problem(outcome.flatFlaw) };
    },
    prepareContent: (version, asker) =>
      weightOfLinked(sourcesOf(version)) < light
        ? TASKS.prepareContent(version)
        : pooled('prepareContent', version, asker),
    render(request, asker) {
      const isShort =
        light > 0 && request.body.byteLength <= SHORT_BODY && weightOfRendering(request) < light;
      return shortOrPooled(
        request.label,
        isShort,
        limits => renderBody(request, limits),
        async () => {
          const rendered = await pooled('render', request, asker);
          return { ...rendered, text: unpacked(rendered.text) };
        },
      );
    },
    langfuse: (request, asker) =>
      shortOrPooled(
        `${request.reference} for Langfuse`,
        weightOfRendering(request) < light,
        limits => TASKS.langfuse(request, limits),
        async () => unpacked(await pooled('langfuse', request, asker)),
      ),
    diff: async (request, asker) =>
      weightOfDiff(request) < light ? TASKS.diff(request) : unpacked(await pooled('diff', request, asker)),
    changedLines: (pairs, asker) =>
      light > 0 && lengthOfTexts(pairs) <= SHORT_TEXT
        ? TASKS.changedLines(pairs)
        : pooled('changedLines', pairs, asker),
    textChange: (request, asker) =>
      light > 0 && lengthOfTexts(request) <= SHORT_TEXT
        ? TASKS.textChange(request)
        : pooled('textChange', request, asker),
    json: async (value, asker) =>
      light > 0 && lengthOfTexts(value) <= SHORT_TEXT
        ? JSON.stringify(value)
        : unpacked(await pooled('json', value, asker)),
    get waiting() {
      return pool.waiting;
    },
    close: () => pool.close(),
  };
}

/** In the sources, or in a build (scripts/build.ts) beside this module. */
function workerModule(): URL {
  const name = import.meta.url.endsWith('.ts') ? './thread.ts' : './registry-worker.js';
  return new URL(name, import.meta.url);
}

function problem(plain: PlainProblem | undefined): Problem | undefined {
  return plain && fromPlain(plain);
}

function weightOfLink({ source, found }: LinkRequest): number {
  const sources = [...found.values()].flatMap(newest => newest?.source ?? []);
  return weightOfLinked([source, ...sources]);
}

function sourcesOf({ source, partials }: StoredVersion): readonly string[] {
  const sources = new Map<string, string>();
  const visit = (some: StoredPartials): void => {
    for (const partial of some.values()) {
      if (sources.has(partial.id)) continue;
      sources.set(partial.id, partial.source);
      visit(partial.partials);
    }
  };
  visit(partials);
  return [source, ...sources.values()];
}

type Linked = Pick<RenderWork, 'partials'>['partials'];

function linkedSources(partials: Linked, found: Map<string, string>): Map<string, string> {
  for (const { id, source, template, partials: own } of partials.values()) {
    if (found.has(id)) continue;
    found.set(id, source ?? template);
    linkedSources(own, found);
  }
  return found;
}

function weightOfRendering({ source, partials }: Pick<RenderWork, 'source' | 'partials'>): number {
  let weight = weightOfSource(source);
  for (const each of linkedSources(partials, new Map()).values()) weight += weightOfSource(each);
  return weight;
}

/** Both sides are parsed, and every text of one is compared with one of the other. */
function weightOfDiff({ from, to }: DiffWork): number {
  const sides = [from.content, to.content];
  const texts = sides.flatMap(({ source, template, partials }) => [
    source,
    template,
    ...linkedSources(partials, new Map()).values(),
  ]);
  let lines = 0;
  for (const text of texts) {
    if (text.length > SHORT_BODY) return Number.POSITIVE_INFINITY;
    lines += text.split('\n', FEW_LINES + 1).length;
  }
  if (lines > FEW_LINES) return Number.POSITIVE_INFINITY;
  return weightOfRendering(from.content) + weightOfRendering(to.content);
}

/** The total length of the strings in a value, as deep as the API's responses go. */
function lengthOfTexts(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let length = 0;
  for (const each of Object.values(value)) {
    length += lengthOfTexts(each);
    if (length > SHORT_TEXT) break;
  }
  return length;
}

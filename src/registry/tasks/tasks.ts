/** Long-running work as functions of plain data, for the delivery thread and all others. */
import { hash } from 'node:crypto';
import { ROUTES, type Route } from '../../contract/routes.ts';
import { changedLines, textChange } from '../../core/changed-lines.ts';
import type { Limits } from '../../core/evaluate/limits.ts';
import type { Problem } from '../../core/problem.ts';
import { prepareRendering, type RenderRequest, renderPrepared } from '../../core/render.ts';
import { sourceKindOf } from '../../core/source.ts';
import { parseVersionReference } from '../../core/version.ts';
import { prepareContent } from '../delivery/content.ts';
import { type LangfuseWork, langfuseJson } from '../delivery/langfuse-json.ts';
import { bodyValue } from '../http/body.ts';
import type {
  BodyRequest,
  DiffWork,
  ReadBody,
  RenderWork,
  SourceRequest,
  Text,
  TextChangeWork,
  VersionPair,
} from '../http/work.ts';
import { diffParts, inputChanges } from '../prompts/diff.ts';
import { linkNewest } from '../prompts/link-newest.ts';
import { prepareSource } from '../prompts/prepare-source.ts';
import { packed, toPlain } from './plain.ts';

/** Each rejects with a Problem if the request is refused. */
export const TASKS = {
  readBody: async (request: BodyRequest): Promise<ReadBody> => readBody(request),
  async prepareSource({ name, source }: SourceRequest) {
    const { source: _, ...prepared } = await prepareSource(name, source);
    return { ...prepared, flaw: plain(prepared.flaw), schemaFlaw: plain(prepared.schemaFlaw) };
  },
  async linkNewest(request: Parameters<typeof linkNewest>[0]) {
    const outcome = await linkNewest(request);
    if ('lacking' in outcome) return outcome;
    return { ...outcome, flaw: plain(outcome.flaw), flatFlaw: plain(outcome.flatFlaw) };
  },
  prepareContent,
  render: (request: RenderWork, limits?: Limits) => renderBody(request, limits),
  langfuse: async (request: LangfuseWork, limits?: Limits) => packed(langfuseJson(request, limits)),
  diff: async (request: DiffWork) => packed(diffText(request)),
  changedLines: async (pairs: readonly VersionPair[]): Promise<string[]> =>
    pairs.map(({ before, after }) => changedLines(before, after)),
  textChange: async ({ before, after, text, matchCase }: TextChangeWork) =>
    textChange(before, after, text, matchCase),
  json: async (value: unknown): Promise<Text> => packed(JSON.stringify(value)),
} as const;

export type TaskName = keyof typeof TASKS;

function plain(problem: Problem | undefined) {
  return problem && toPlain(problem);
}

function readBody({ route, bytes }: BodyRequest): ReadBody {
  const { body } = ROUTES[route] as Route;
  if (body === undefined) throw new TypeError(`The route ${route} takes no body.`);
  const value = bodyValue(bytes, body);
  if (route !== 'render') return { value };
  // Its input is not copied: it may be large, and only rendering needs it.
  const { channel, version } = value as { channel?: string; version?: number };
  return { value: { channel, version, input: {}, strict: false } };
}

type RenderBody = Pick<RenderRequest, 'input' | 'messages' | 'context' | 'strict'>;

/** @param limits default: `LIMITS` */
export async function renderBody(
  { body, type, about, source, partials, label }: RenderWork,
  limits?: Limits,
): Promise<{ readonly text: Text; readonly hash: string }> {
  const { input, messages, context, strict } = bodyValue(body, ROUTES.render.body) as RenderBody;
  const prepared = await prepareRendering({
    source,
    kind: sourceKindOf(parseVersionReference(label).prompt),
    isPublished: true,
    partials,
    label,
    input,
    ...(strict !== undefined && { strict }),
    ...(messages && { messages }),
    ...(context && { context }),
  });
  const rendered = renderPrepared(prepared, limits);
  const text =
    type === 'text/plain' ? rendered.text : JSON.stringify({ ...about, messages: rendered.messages });
  return { text: packed(text), hash: hash('sha256', `${type}\n${text}`, 'hex') };
}

function diffText({ name, from, to, type }: DiffWork): string {
  const parts = diffParts(name, from, to);
  const diff = parts.map(part => part.diff).join('');
  if (type === 'text/x-diff') return diff;
  const { source: _from, ...fromSummary } = from.version;
  const { source: _to, ...toSummary } = to.version;
  const inputs = inputChanges(from, to);
  return JSON.stringify({ prompt: name, from: fromSummary, to: toSummary, diff, parts, inputs });
}

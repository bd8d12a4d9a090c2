/** Wherever work is done, at once or in a thread, its answer is the same to the byte. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { demoFiles } from '../../../scripts/fuzzing/inputs.ts';
import { digestOf } from '../../../src/core/digest.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import type { VersionNumber } from '../../../src/core/version.ts';
import type { StoredVersion } from '../../../src/registry/delivery/content.ts';
import type { WorkerTasks } from '../../../src/registry/http/work.ts';
import type { ComparedVersion } from '../../../src/registry/prompts/diff.ts';
import { startWork } from '../../../src/registry/tasks/work.ts';
import { inputs, templates } from '../../core/evaluate/templates.ts';
import { runs } from '../../runs.ts';

const asker = { key: 'a' };
const name = parsePromptName('p');
const partialName = parsePromptName('_note');

const fronts = fc.constantFrom(
  '',
  '---\ninput:\n  schema:\n    name: string\n    note?: string, a note\n  default:\n    note: none\n---\n',
  '---\nmodel: vendor/model\nconfig:\n  temperature: 0.5\n---\n',
  '---\n{{not yaml\n---\n',
  '---\ninput:\n  schema:\n    name: nonsense(\n---\n',
);
const bodies = fc.oneof(
  { weight: 4, arbitrary: templates({ partials: ['note'], withInline: true, withStructure: true }) },
  fc.constantFrom('{{#if a}}never closed', 'half \ud800 character', ...demoFiles('.prompt').values()),
);
const sources = fc.tuple(fronts, bodies).map(([front, body]) => front + body);
const partials = fc.oneof(templates(), fc.constantFrom('{{#if x}}', 'plain text\n'));

describe('work in a worker thread and on the main thread', () => {
  const atOnce = startWork({ light: Number.POSITIVE_INFINITY, onFault: fail });
  const inThread = startWork({ light: 0, onFault: fail });
  after(() => Promise.all([atOnce.close(), inThread.close()]));

  const same = async (ask: (work: WorkerTasks) => Promise<unknown>) => {
    const [one, other] = await Promise.all([outcome(() => ask(atOnce)), outcome(() => ask(inThread))]);
    assert.deepEqual(other, one);
    return one;
  };

  it('refuses and accepts the same sources, with the same messages', () =>
    fc.assert(
      fc.asyncProperty(sources, source =>
        same(work => work.prepareSource({ name, source }, asker)).then(noop),
      ),
      { numRuns: runs(500, 60) },
    ));

  it('links the same partials', () =>
    fc.assert(
      fc.asyncProperty(sources, partials, async (source, partial) => {
        await same(work => work.linkNewest({ name, source, found: new Map(), similar: new Map() }, asker));
        const newest = { version: 3 as VersionNumber, archived: false, source: partial };
        for (const found of [new Map([[partialName, newest]]), new Map([[partialName, null]])])
          for (const similar of [new Map(), new Map([['part', [partialName]]])])
            await same(work => work.linkNewest({ name, source, found, similar }, asker));
      }),
      { numRuns: runs(300, 40) },
    ));

  it('delivers, renders and compares the same', () =>
    fc.assert(
      fc.asyncProperty(sources, sources, templates(), inputs, async (source, other, partial, input) => {
        const from = stored('p@1', source, partial);
        const to = stored('p@2', other, `${partial} more`);
        const content = await same(work => work.prepareContent(from, asker));
        await same(work => work.json({ source, content }, asker));
        const sides = await Promise.all([from, to].map(compared(atOnce)));
        const [left, right] = sides;
        if (left === undefined || right === undefined) return;
        const about = { name, digest: from.digest };
        for (const type of ['text/plain', 'application/json'] as const)
          for (const strict of [false, true]) {
            const body = Buffer.from(JSON.stringify({ input, strict }));
            const rendering = { source, partials: left.content.partials, label: 'p@1', body, type, about };
            await same(work => work.render(rendering, asker));
          }
        for (const type of ['text/x-diff', 'application/json'] as const)
          await same(work => work.diff({ name, from: left, to: right, type }, asker));
      }),
      { numRuns: runs(300, 40) },
    ));

  it("reads the same bodies, except for a rendering's input, which stays in its thread", async () => {
    const half = '{"source":"\\ud800","message":"","base":null}';
    for (const text of ['', '{', '[]', '{"source":1}', half, `{"a":${'['.repeat(200)}${']'.repeat(200)}}`])
      await same(work => work.readBody({ route: 'publish', bytes: Buffer.from(text) }, asker));
    const bytes = Buffer.from('{"input":{"a":1},"version":3}');
    const { value } = await inThread.readBody({ route: 'render', bytes }, asker);
    assert.equal((value as { version: number }).version, 3);
  });

  it('ends at the same limit, wherever it started', async () => {
    const source = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';
    const short = startWork({ onFault: fail });
    const xs = Array.from({ length: 300 }, (_, at) => at);
    const body = Buffer.from(JSON.stringify({ input: { xs } }));
    const rendering = {
      source,
      partials: new Map(),
      label: 'p@1',
      body,
      type: 'text/plain',
      about: {},
    } as const;
    const one = await same(work => work.render(rendering, asker));
    assert.match(String((one as { message?: string }).message), /more than 1,000,000 steps/);
    assert.deepEqual(await outcome(() => short.render(rendering, asker)), one);
    const fewer = { ...rendering, body: Buffer.from(JSON.stringify({ input: { xs: xs.slice(0, 60) } })) };
    assert.equal(String(((await short.render(fewer, asker)) as { text: unknown }).text), 'x');
    await short.close();
  });
});

function fail(error: unknown): void {
  throw error;
}

function noop(): void {}

/** What came of it, as plain data. */
async function outcome(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return plain(await ask());
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return plain(error);
  }
}

function plain(value: unknown): unknown {
  if (Problem.is(value)) return { code: value.code, message: value.message, details: value.details };
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

function stored(reference: string, source: string, partial: string): StoredVersion {
  const note = { id: `_note@${reference.at(-1)}`, source: partial, partials: new Map() };
  return {
    reference,
    source,
    digest: digestOf(source),
    publishedAt: '2026-11-28T00:00:00.000Z',
    partials: new Map([['note', note]]),
  };
}

/** Undefined for what could not have been published. */
function compared(work: WorkerTasks): (stored: StoredVersion) => Promise<ComparedVersion | undefined> {
  return async version => {
    const { source, digest, publishedAt, reference } = version;
    if ((await work.prepareSource({ name, source }, asker)).flaw !== undefined) return undefined;
    try {
      const content = { source, digest, publishedAt, ...(await work.prepareContent(version, asker)) };
      const number = Number(reference.at(-1));
      const compared = { prompt: name, source, version: number } as ComparedVersion['version'];
      return { version: compared, content };
    } catch (error) {
      if (Problem.is(error)) return undefined;
      throw error;
    }
  };
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { patience } from '../../scripts/host/patience.ts';
import type { LinkedPartial } from '../../src/core/flatten.ts';
import { render } from '../../src/core/render.ts';
import type {
  PreviewFileRequest,
  PreviewOutcome,
  PreviewRequest,
} from '../../src/editor/preview/renderer/outcome.ts';
import { aWorkspace } from '../workspace/a-workspace.ts';
import { PatientPreview } from './patient-preview.ts';

/** Of processor time, in milliseconds, without a turn of the event loop: more would show in the window. */
const HELD = patience(50);

function request(
  source: string,
  input: Record<string, unknown> = {},
  more: Partial<PreviewRequest> = {},
): PreviewRequest {
  return { source, input, partials: new Map(), label: 'a/b', ...more };
}

function rendered(outcome: PreviewOutcome) {
  assert.equal(outcome.kind, 'rendered', JSON.stringify(outcome));
  return outcome as Extract<PreviewOutcome, { kind: 'rendered' }>;
}

/** A list of two of a list of two … of `value`: small to send, huge to write. */
function manyTimes(value: unknown, times: number): unknown {
  let all = value;
  for (let time = 0; time < times; time++) all = [all, all];
  return all;
}

describe('the preview renderer', () => {
  let renderer: PatientPreview;
  const go = (asked: PreviewRequest | PreviewFileRequest, signal = new AbortController().signal) =>
    renderer.render(asked, signal);
  // Starting its thread takes most of a test's time, and a renderer keeps nothing of a request.
  before(() => {
    renderer = new PatientPreview();
  });
  afterEach(function () {
    if (this.currentTest?.isFailed() !== true) return;
    renderer.dispose(); // which may be at work on what failed
    renderer = new PatientPreview();
  });
  after(() => renderer.dispose());

  it('returns the rendering with partials, source places and token counts', async () => {
    const sign: LinkedPartial = { id: '_sign', template: '— {{who}} 👋', partials: new Map() };
    const source = '---\nmodel: openai/gpt-5\n---\n{{role "system"}}Be kind.{{role "user"}}Hello {{> sign}}';
    const asked = request(source, { who: 'Ada' }, { partials: new Map([['sign', sign]]) });
    const { traced, ...counts } = rendered(await go(asked));
    assert.deepEqual(traced.rendered, await render(asked));
    assert.deepEqual(traced.messages[1]?.parts, [
      {
        kind: 'text',
        text: 'Hello — Ada 👋',
        spans: [
          {
            start: 8,
            end: 11,
            kind: 'value',
            expression: '{{who}}',
            source: { prompt: '_sign', start: 2, end: 9 },
          },
        ],
        stretches: [
          { start: 0, end: 6, source: { prompt: null, start: 68, end: 74 } },
          { start: 6, end: 8, source: { prompt: '_sign', start: 0, end: 2 } },
          { start: 11, end: 14, source: { prompt: '_sign', start: 9, end: 12 } },
        ],
      },
    ]);
    assert.deepEqual(counts, {
      kind: 'rendered',
      tokens: { count: 8, encoding: 'o200k_base' },
      characters: 21,
      words: 6,
    });
  });

  it('counts tokens in the encoding of the model', async () => {
    const { tokens } = rendered(await go(request('---\nmodel: openai/gpt-4\n---\nHello <|endoftext|>')));
    assert.equal(tokens.encoding, 'cl100k_base');
    assert.ok(tokens.count !== null && tokens.count > 3, 'a special token’s name is text');
  });

  it('does not count a text that is too long or has very slow words', async () => {
    const long = rendered(await go(request('{{x}}', { x: 'word '.repeat(250_000) })));
    assert.deepEqual(long.tokens, {
      count: null,
      encoding: 'o200k_base',
      reason: 'The text has over a million characters.',
    });
    assert.equal(long.words, 250_000);
    const wide = rendered(await go(request('{{x}}', { x: 'a'.repeat(50_000) })));
    assert.equal(wide.tokens.count, null);
  });

  it("finds a file's partials, unsaved ones first, with their locations", async () => {
    await using workspace = await aWorkspace({
      'a/x.prompt': 'saved',
      'a/_header.prompt': '---\nmodel: m\n---\nsaved {{name}}',
      '_footer.prompt': 'footer',
      'a/_broken.prompt': 'one\n{{/if}}',
    });
    const { root } = workspace;
    const asked = { file: join(root, 'a', 'x.prompt'), root, shownFrom: root, input: { name: 'Ada' } };
    const header = join(root, 'a', '_header.prompt');
    const unsaved = new Map([[header, 'unsaved {{name}}']]);
    const source = '{{> header}} {{> footer}}';
    const { traced, files } = rendered(await go({ ...asked, source, unsaved }));
    assert.equal(traced.rendered.text, 'unsaved Ada footer');
    const [part] = traced.messages[0]?.parts ?? [];
    assert.ok(part?.kind === 'text');
    assert.deepEqual(part.spans[0]?.source, { prompt: 'a/_header', start: 8, end: 16 });
    assert.equal(files?.get('a/_header'), header);
    const saved = rendered(await go({ ...asked, source, unsaved: new Map() })).traced.messages[0]?.parts[0];
    assert.ok(saved?.kind === 'text');
    assert.deepEqual(saved.spans[0]?.source, { prompt: 'a/_header', start: 23, end: 31 });
    const broken = await go({ ...asked, source: '{{> broken}}', unsaved });
    assert.ok(broken.kind === 'problem');
    assert.match(broken.message, /^a\/_broken\.prompt:2:1: /);
    assert.equal(broken.file, join(root, 'a', '_broken.prompt'));
    const wrong = await go({ ...asked, source: '{{> header}}{{/if}}', unsaved });
    assert.ok(wrong.kind === 'problem');
    assert.equal(wrong.file, asked.file);
    const outside = await go({ ...asked, root: join(root, 'b'), source, unsaved });
    assert.ok(outside.kind === 'problem');
    assert.match(outside.message, /is not in/);
  });

  it('marks missing input instead of refusing it', async () => {
    const { traced } = rendered(await go(request('---\ninput:\n  schema:\n    a: string\n---\n[{{a}}]')));
    assert.deepEqual(traced.missing, ['a']);
    assert.equal(traced.rendered.text, '[]');
  });

  it('reports errors with their place', async () => {
    const outcome = await go(request('One\n{{#if x}}'));
    assert.equal(outcome.kind, 'problem');
    assert.match(outcome.message, /^a\/b:2:1: /);
    assert.deepEqual(
      outcome.issues?.map(({ line, column }) => [line, column]),
      [[2, 1]],
    );
  });

  const xs = Array.from({ length: 2000 }, (_, index) => index);
  const spinning = request(`${'{{#each @root.xs}}'.repeat(4)}${'{{/each}}'.repeat(4)}`, { xs });
  const harmful: Record<string, PreviewRequest> = {
    'loops in loops that write nothing': spinning,
    'loops in loops': request(`${'{{#each @root.xs}}'.repeat(6)}text{{this}}${'{{/each}}'.repeat(6)}`, {
      xs,
    }),
    'an inline partial that calls itself': request(
      '{{#*inline "a"}}x{{#if 1}}{{> a}}{{/if}}{{/inline}}{{> a}}',
    ),
    'one that calls itself twice': request(
      '{{#*inline "a"}}{{#if 1}}{{> a}}{{> a}}{{/if}}{{/inline}}{{> a}}',
    ),
    'one that calls itself within a loop': request(
      '{{#*inline "a"}}{{#each @root.xs}}{{> a}}{{/each}}{{/inline}}{{> a}}',
      { xs },
    ),
    'blocks that nest deep': request(`${'{{#if x}}'.repeat(5000)}${'{{/if}}'.repeat(5000)}`, { x: 1 }),
    'an input that nests deep': request('{{json x indent=10}}', {
      x: JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`) as unknown,
    }),
    'an input that holds itself many times': request('{{json x}}', { x: manyTimes('ten chars.', 24) }),
    'a value that is large': request('{{x}}', { x: 'a'.repeat(5 * 1024 * 1024) }),
    'a text quoted again and again': request(`{{json ${'(json '.repeat(40)}x${')'.repeat(40)}}}`, { x: '"' }),
    'indentation of many lines': request(`{{#*inline "a"}}{{x}}{{/inline}}\n${' '.repeat(400)}{{> a}}\n`, {
      x: '\n'.repeat(1_000_000),
    }),
    'a history in a loop': request(
      '{{#each xs}}{{history}}{{/each}}',
      { xs },
      { messages: xs.map(() => ({ role: 'model' as const, content: [{ text: 'x' }] })) },
    ),
    'more values than there is memory for': request('{{#each many}}{{this}}{{/each}}', {
      many: Array.from({ length: 500_000 }, () => 1),
    }),
    'a megabyte of expressions': request('{{a}}'.repeat(200_000), { a: 1 }),
    'a megabyte of braces': request('{'.repeat(1_000_000)),
  };
  for (const [what, asked] of Object.entries(harmful))
    it(`stops ${what} with a message, never blocks the host, and keeps working`, async () => {
      rendered(await go(request('warm {{x}}', { x: 1 })));
      let turns = 0;
      const turning = setInterval(() => {
        turns += 1;
      }, 1);
      const asking = process.threadCpuUsage();
      const outcome = await renderer.impatiently(() => go(asked));
      const { user, system } = process.threadCpuUsage(asking);
      const took = (user + system) / 1000;
      clearInterval(turning);
      // A machine that is fast enough renders this one in time.
      if (what !== 'a megabyte of expressions') assert.notEqual(outcome.kind, 'rendered');
      if (outcome.kind !== 'rendered') assert.match(outcome.message, /\.$/);
      // What is refused at once leaves no time for one.
      assert.ok(turns > 0 || took < HELD, `the host had no turn in ${took} ms`);
      assert.equal(rendered(await go(request('{{x}}', { x: 'next' }))).traced.rendered.text, 'next');
    });

  it('ignores what a prompt logs, and keeps working', async () => {
    const { traced } = rendered(
      await go(request('{{#each xs}}{{log "x" level="error"}}{{/each}}done', { xs })),
    );
    assert.equal(traced.rendered.text, 'done');
  });

  it('returns at most 10 000 spans and as many stretches', async () => {
    const many = Array.from({ length: 12_000 }, () => 'v');
    const { traced } = rendered(await go(request('{{#each many}}{{this}}.{{/each}}', { many })));
    const [part] = traced.messages[0]?.parts ?? [];
    assert.ok(part?.kind === 'text');
    assert.deepEqual([part.spans.length, part.stretches.length], [10_000, 10_000]);
    assert.equal(part.text.length, 24_000);
  });

  it('renders only the newest of the waiting requests', async () => {
    const asked = ['one', 'two', 'three', 'four'].map(x => go(request('{{x}}', { x })));
    const settled = await Promise.allSettled(asked);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    assert.ok(settled[1]?.status === 'rejected' && settled[1].reason.name === 'AbortError');
    assert.equal(rendered(await (asked[3] as Promise<PreviewOutcome>)).traced.rendered.text, 'four');
  });

  it('drops canceled requests, waiting or running', async () => {
    const running = new AbortController();
    const waiting = new AbortController();
    const first = go(spinning, running.signal);
    const second = go(request('second'), waiting.signal);
    waiting.abort(new Error('no longer'));
    await assert.rejects(second, { message: 'no longer' });
    running.abort();
    await assert.rejects(first, { name: 'AbortError' });
    await assert.rejects(go(request('x'), AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(rendered(await go(request('third'))).traced.rendered.text, 'third');
  });

  it('rejects running and later requests when it is disposed', async () => {
    const closed = new PatientPreview();
    const render = (asked: PreviewRequest) => closed.render(asked, new AbortController().signal);
    const running = render(spinning);
    const waiting = render(request('x'));
    closed.dispose();
    await assert.rejects(running, { name: 'AbortError' });
    await assert.rejects(waiting, { name: 'AbortError' });
    await assert.rejects(render(request('x')), { name: 'AbortError' });
  });

  it('reports that its worker does not start', async () => {
    const broken = new PatientPreview(new URL('./no-such-worker.ts', import.meta.url));
    const outcome = await broken.render(request('x'), new AbortController().signal);
    assert.equal(outcome.kind, 'problem');
    assert.match(outcome.message, /ended unexpectedly/);
    broken.dispose();
  });
});

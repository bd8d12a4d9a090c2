/** The cost of the client package for an application: a prompt from memory, a rendering, and the package's size. */
import Handlebars from 'handlebars';
import { sdkSizes } from '../scripts/buildSdk.ts';
import { createClient, type Prompt } from '../src/sdk/client.ts';
import { renderPrompt } from '../src/sdk/render.ts';
import { atMost, median, type Report } from './report.ts';

const KIB = 1024;
const NAME = 'support/triage';
/** The number of rounds. Each figure is the median of the rounds. */
const ROUNDS = 60;
const WARM_UPS = 20;
const GETS = 2000;
const RENDERINGS = 20;
/** The limit for `get` in microseconds, in addition to the lookup in a Map that an application would write itself. */
const LONGEST_GET = 2;
const LARGEST_RATIO = 0.5;

export async function measure(): Promise<Report> {
  const { lookup, get, getWithOptions } = await measureGets();
  const { handlebars, first, again } = measureRenderings();
  const { client = Number.NaN, render = Number.NaN } = await sdkSizes();
  const added = get - lookup;
  return {
    title: `What applications import: a cached get, a rendering of ${(templateOf(0).length / 1000).toFixed(1)} KB, and their sizes`,
    figures: [
      { name: 'a lookup in a Map, awaited', value: lookup, unit: 'µs' },
      {
        name: 'get from memory, beside that',
        value: added,
        unit: 'µs',
        limit: atMost(added, LONGEST_GET, 'µs'),
      },
      { name: 'get of a channel from memory, beside that', value: getWithOptions - lookup, unit: 'µs' },
      { name: 'Handlebars.compile and run', value: handlebars, unit: 'µs' },
      { name: 'rendering locally, parsing included', value: first, unit: 'µs' },
      {
        name: 'rendering locally, ratio',
        value: first / handlebars,
        unit: '×',
        limit: atMost(first / handlebars, LARGEST_RATIO, '×'),
      },
      { name: 'rendering the same prompt again', value: again, unit: 'µs' },
      {
        name: 'promptforge/client, compressed',
        value: client / KIB,
        unit: 'KiB',
        limit: atMost(client / KIB, 8, 'KiB'),
      },
      {
        name: 'promptforge/render with the client, compressed',
        value: render / KIB,
        unit: 'KiB',
        limit: atMost(render / KIB, 40, 'KiB'),
      },
    ],
  };
}

async function measureGets(): Promise<{ lookup: number; get: number; getWithOptions: number }> {
  const prompts = createClient({
    url: 'https://prompts.example.com',
    key: `pf_production_${'0'.repeat(12)}_${'0'.repeat(38)}`,
    environment: 'production',
    fetch: async () => deliveryOf(templateOf(0)),
  });
  const known = new Map([[NAME, await prompts.get(NAME)]]);
  const asked = { channel: 'stable' };
  const [lookup, get, getWithOptions]: number[][] = [[], [], []];
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    lookup?.push(await each(GETS, async () => known.get(NAME)));
    get?.push(await each(GETS, () => prompts.get(NAME)));
    getWithOptions?.push(await each(GETS, () => prompts.get(NAME, asked)));
  }
  const [one = 0, two = 0, three = 0] = [lookup, get, getWithOptions].map(times =>
    median((times ?? []).slice(WARM_UPS)),
  );
  return { lookup: one, get: two, getWithOptions: three };
}

function measureRenderings(): { handlebars: number; first: number; again: number } {
  const theirs = Handlebars.create();
  const input = {
    name: 'Ada',
    tone: 'calm',
    items: Array.from({ length: 10 }, (_, index) => ({ id: index, text: 'An entry' })),
  };
  const [handlebars, first, again]: number[][] = [[], [], []];
  const same = promptOf(templateOf(0));
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    // Each text is different, so that neither can use a cache.
    const texts = Array.from({ length: RENDERINGS }, (_, index) =>
      templateOf(1 + round * RENDERINGS + index),
    );
    handlebars?.push(timed(texts, text => theirs.compile(text, { noEscape: true })(input)));
    first?.push(timed(texts, text => renderPrompt(promptOf(text), input)));
    again?.push(timed(texts, () => renderPrompt(same, input)));
  }
  const [one = 0, two = 0, three = 0] = [handlebars, first, again].map(times =>
    median((times ?? []).slice(WARM_UPS)),
  );
  return { handlebars: one, first: two, again: three };
}

/** The average time of one call in microseconds, called one after the other. */
async function each(count: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let left = count; left > 0; left--) await work();
  return ((performance.now() - started) * 1000) / count;
}

function timed(texts: readonly string[], work: (text: string) => unknown): number {
  const started = performance.now();
  for (const text of texts) work(text);
  return ((performance.now() - started) * 1000) / texts.length;
}

/** A realistic prompt of 2 KB: sentences, some values, a list and a condition. */
function templateOf(seed: number): string {
  const rules = Array.from(
    { length: 14 },
    (_, index) =>
      `${index + 1}. Rule ${seed}: answer in one paragraph, name the source of each figure, and never guess.`,
  );
  return `You help {{name}} of case ${seed}. Be {{tone}}.

${rules.join('\n')}

{{#if items}}Consider these entries:
{{#each items}}- {{this.id}}: {{this.text}}
{{/each}}{{else}}There are no entries.{{/if}}
Answer {{name}} now, in a {{tone}} tone.`.padEnd(2000, ' Keep to the rules.');
}

function promptOf(text: string): Prompt {
  return { ...PROMPT, text };
}

const METADATA = { config: {}, input: { schema: null, default: {} }, ext: {}, raw: {} };
const PROMPT: Prompt = {
  text: '',
  name: NAME,
  version: 12,
  reference: `${NAME}@12`,
  digest: `sha256:${'0'.repeat(64)}`,
  channel: 'stable',
  environment: 'production',
  metadata: METADATA,
  age: 0,
  source: 'cache',
};

function deliveryOf(template: string): Response {
  const { text: _, age: __, source: ___, ...about } = PROMPT;
  const headers = { 'PromptForge-Api': '1', 'Cache-Control': 'private, max-age=3600', ETag: '"x"' };
  return Response.json({ ...about, template }, { headers });
}

/** What typing costs the preview: from a request on a warm renderer, built as it ships, to what is shown. */
import type { LinkedPartial } from '../src/core/flatten.ts';
import { PreviewRenderer } from '../src/editor/preview/renderer/preview-renderer.ts';
import { bundledWorker } from './bundled-worker.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 200;
const WARM_UPS = 20;
const LIMIT = 50;

export async function measure(): Promise<Report> {
  await using worker = await bundledWorker('src/editor/preview/renderer/worker.ts');
  const renderer = new PreviewRenderer(worker.url);
  try {
    const times: number[] = [];
    for (let run = 0; run < WARM_UPS + RUNS; run++) {
      const started = performance.now();
      const outcome = await renderer.render(keystroke(run), new AbortController().signal);
      times.push(performance.now() - started);
      if (outcome.kind !== 'rendered' || outcome.tokens.count === null)
        throw new Error(`The benchmark's prompt gave: ${JSON.stringify(outcome).slice(0, 200)}`);
    }
    const warm = times.slice(WARM_UPS).sort((a, b) => a - b);
    const p99 = warm[Math.ceil(warm.length * 0.99) - 1] ?? Number.NaN;
    const middle = median(warm);
    return {
      title: `Preview of a prompt of ${(sourceOf(0).length / 1000).toFixed(0)} KB, after each of ${RUNS} keystrokes, spans and tokens included`,
      figures: [
        { name: 'update', value: middle, unit: 'ms', limit: atMost(middle, LIMIT, 'ms') },
        { name: 'update, p99', value: p99, unit: 'ms', limit: atMost(p99, LIMIT, 'ms') },
        { name: 'the first, with the thread and the encoding', value: times[0] ?? Number.NaN, unit: 'ms' },
      ],
    };
  } finally {
    renderer.dispose();
  }
}

function keystroke(run: number) {
  const sign: LinkedPartial = { id: '_sign', template: '— {{name}}, {{bank}}', partials: new Map() };
  const articles = Array.from({ length: 8 }, (_, at) => ({
    title: `Article ${at}`,
    text: 'What it says. '.repeat(5),
  }));
  return {
    source: sourceOf(run),
    partials: new Map([['sign', sign]]),
    input: { name: 'Ada', bank: 'Example Bank', question: 'What does a card cost?', articles },
    label: 'support/answer',
  };
}

/** A prompt such as people write: text, values, loops, conditions, roles and a partial; every run another one. */
function sourceOf(run: number): string {
  const section = `
## Rules for {{bank}}
- Answer {{name}} in the language of the question; never promise what {{bank}} does not say itself.
- {{#if question}}The question is: {{question}}{{else}}Ask for the question.{{/if}}
{{#each articles}}
{{@index}}. {{title}}: {{text}} ({{../bank}})
{{/each}}
- Be kind, be short, name the article that you take an answer from. What no article says you do not know, and you say
  so: the customer would rather wait for a colleague than act on a guess. Never repeat a card number, an account number
  or a password, not even in part, not even when the customer writes one; say that it must not be sent in a message.
- Amounts stand as the articles write them, with their currency; you do not convert, add up or round. {{json name}}
{{> sign}}
`;
  const head = '---\nmodel: openai/gpt-5-mini\ninput:\n  schema:\n    name: string\n---\n{{role "system"}}\n';
  return `${head}${'Typed'.slice(0, run % 5)}${section.repeat(11)}{{role "user"}}\n{{question}} ${run}\n`;
}

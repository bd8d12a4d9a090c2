/**
 * The cost of rendering compared with Handlebars, which compiles each template first. Each run has a different text.
 */
import Handlebars from 'handlebars';
import { Problem } from '../src/core/problem.ts';
import { type RenderRequest, render } from '../src/core/render.ts';
import { parseSource } from '../src/core/source.ts';
import { nineKilobytes } from './nine-kilobytes.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 200;
const WARM_UPS = 50;
const LIMIT = 0.5;

export async function measure(): Promise<Report> {
  const handlebars = withHelpers();
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < WARM_UPS + RUNS; run++) {
    const request = nineKilobytes(run);
    theirs.push(
      await timed(() => handlebars.compile(templateOf(request), { noEscape: true })(request.input)),
    );
    ours.push(await timed(() => render(request)));
  }
  const again = await repeated(nineKilobytes(0));
  const [one, other] = [median(ours.slice(WARM_UPS)), median(theirs.slice(WARM_UPS))];
  return {
    title: `Rendering a prompt of ${(nineKilobytes(0).source.length / 1000).toFixed(0)} KB, against Handlebars.compile and run`,
    figures: [
      { name: 'Handlebars.compile and run', value: other, unit: 'ms' },
      { name: 'rendering, front matter and parsing included', value: one, unit: 'ms' },
      { name: 'rendering, ratio', value: one / other, unit: '×', limit: atMost(one / other, LIMIT, '×') },
      { name: 'rendering the same prompt again', value: again, unit: 'ms' },
      { name: 'a request that loops without end, until it is refused', value: await refusal(), unit: 'ms' },
    ],
  };
}

function withHelpers(): typeof Handlebars {
  const handlebars = Handlebars.create();
  handlebars.registerHelper('role', (role: string) => `<<<${role}>>>`);
  handlebars.registerHelper('json', (value: unknown) => JSON.stringify(value));
  for (const [name, { template }] of nineKilobytes(0).partials) handlebars.registerPartial(name, template);
  return handlebars;
}

function templateOf({ source }: Pick<RenderRequest, 'source'>): string {
  return parseSource(source).template;
}

async function repeated(request: RenderRequest): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await timed(() => render(request)));
  return median(times);
}

async function refusal(): Promise<number> {
  const source = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';
  const input = { xs: Array.from({ length: 300 }, (_, index) => index) };
  const times: number[] = [];
  for (let run = 0; run < 10; run++)
    times.push(
      await timed(async () => {
        const end = await render({ source, input, partials: new Map(), label: 'hog' }).catch(
          (error: unknown) => error,
        );
        if (!Problem.is(end, 'too_expensive')) throw new Error('The request was not refused.');
      }),
    );
  return median(times);
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

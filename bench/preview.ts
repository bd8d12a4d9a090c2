/** The cost of typing for the preview: the time of a request on a warm, bundled renderer. */

import { PreviewRenderer } from '../src/editor/preview/renderer/preview-renderer.ts';
import { nodeFileSystem } from '../src/workspace/node-file-system.ts';
import { bundledWorker } from './bundled-worker.ts';
import { nineKilobytes } from './nine-kilobytes.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 200;
const WARM_UPS = 20;
const LIMIT = 50;

export async function measure(): Promise<Report> {
  await using worker = await bundledWorker('src/editor/preview/renderer/worker.ts');
  const renderer = new PreviewRenderer(worker.url, nodeFileSystem);
  try {
    const times: number[] = [];
    for (let run = 0; run < WARM_UPS + RUNS; run++) {
      const started = performance.now();
      const outcome = await renderer.render(nineKilobytes(run), new AbortController().signal);
      times.push(performance.now() - started);
      if (outcome.kind !== 'rendered' || outcome.tokens.count === null)
        throw new Error(`The benchmark's prompt gave: ${JSON.stringify(outcome).slice(0, 200)}`);
    }
    const started = performance.now();
    const dense = await renderer.render(denseMebibyte(), new AbortController().signal);
    const denseTime = performance.now() - started;
    if (dense.kind !== 'rendered') throw new Error(`The dense prompt gave: ${dense.message}`);
    const warm = times.slice(WARM_UPS).sort((a, b) => a - b);
    const p99 = warm[Math.ceil(warm.length * 0.99) - 1] ?? Number.NaN;
    const middle = median(warm);
    return {
      title: `Preview of a prompt of ${(nineKilobytes(0).source.length / 1000).toFixed(0)} KB, after each of ${RUNS} keystrokes, spans and tokens included`,
      figures: [
        { name: 'update', value: middle, unit: 'ms', limit: atMost(middle, LIMIT, 'ms') },
        { name: 'update, p99', value: p99, unit: 'ms', limit: atMost(p99, LIMIT, 'ms') },
        { name: 'the first, with the thread and the encoding', value: times[0] ?? Number.NaN, unit: 'ms' },
        { name: 'a prompt of 1 MiB dense with expressions', value: denseTime, unit: 'ms' },
      ],
    };
  } finally {
    renderer.dispose();
  }
}

function denseMebibyte() {
  const line = 'x {{name}} {{#if flag}}y{{/if}}\n';
  const source = line.repeat(Math.floor((1024 * 1024) / line.length));
  return { source, partials: new Map(), input: { name: 'Ada', flag: true }, label: 'dense' };
}

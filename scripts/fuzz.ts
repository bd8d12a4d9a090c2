/**
 * `npm run fuzz`: runs the language core on random texts: prompts, edits of them, and samples. `-- --count 1000000`
 * tries more than the default of 100,000 texts, `-- --seed 42` repeats a run, and `-- --threads 4` sets the number of
 * threads. Prints each failure as small as fast-check can shrink it.
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { CoreCheck } from './fuzzing/check.ts';
import { fuzzInputs } from './fuzzing/inputs.ts';

interface Share {
  readonly seed: number;
  readonly count: number;
}

/** A message from a thread: the number of texts tried since its last message, or a failure. */
type News = { readonly tried: number } | { readonly found: string };

const NEWS_EVERY = 200;
/** The minimum number of texts in a round: a prompt, its samples and an edit. */
const LEAST_IN_A_ROUND = 3;
/** The maximum number of characters printed of a failure. The seed and the path reproduce it. */
const MAX_SHOWN = 3000;

if (isMainThread) await main();
else runShare(workerData as Share);

function runShare({ seed, count }: Share): void {
  // The YAML parser creates an Error for each syntax error, and capturing stacks would take a tenth of the time.
  Error.stackTraceLimit = 0;
  const check = new CoreCheck();
  const tell = (news: News) => parentPort?.postMessage(news);
  let tried = 0;
  const property = fc.property(fuzzInputs({ withEnormous: true }), input => {
    check.run(input);
    tried += 2 + input.edits.length;
    if (tried < NEWS_EVERY) return;
    tell({ tried });
    tried = 0;
  });
  const numRuns = Math.ceil(count / LEAST_IN_A_ROUND);
  const result = fc.check(property, { seed, numRuns, interruptAfterTimeLimit: 12 * 60 * 60 * 1000 });
  if (result.failed)
    tell({
      found: `${fc.stringify(result.counterexample).slice(0, MAX_SHOWN)}\n${String(result.errorInstance).slice(0, MAX_SHOWN)}\n--seed ${seed}, path ${result.counterexamplePath}`,
    });
  else tell({ tried });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      threads: { type: 'string', default: String(Math.max(1, os.availableParallelism())) },
    },
  });
  const [count, seed, threads] = [values.count, values.seed, values.threads].map(Number) as [
    number,
    number,
    number,
  ];
  if (![count, seed, threads].every(Number.isSafeInteger) || threads < 1) {
    console.error('--count, --seed and --threads are whole numbers.');
    process.exitCode = 2;
    return;
  }
  console.log(`${count} texts on ${threads} threads, --seed ${seed}`);
  const started = performance.now();
  let tried = 0;
  let failures = 0;
  const said = setInterval(() => {
    const seconds = (performance.now() - started) / 1000;
    console.log(`${tried} of ${count}, ${Math.round(tried / seconds)} a second`);
  }, 10_000);
  const shares = Array.from({ length: threads }, (_, index) => ({
    seed: seed + index,
    count: Math.floor(count / threads) + (index < count % threads ? 1 : 0),
  }));
  await Promise.all(
    shares.map(
      share =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: share });
          worker.on('message', (news: News) => {
            if ('tried' in news) tried += news.tried;
            else {
              failures += 1;
              console.error(news.found);
            }
          });
          worker.once('error', reject);
          worker.once('exit', () => resolve());
        }),
    ),
  );
  clearInterval(said);
  console.log(
    `${tried} texts tried, ${failures === 0 ? 'nothing found' : `${failures} found`} (--seed ${seed})`,
  );
  process.exitCode = failures === 0 ? 0 : 1;
}

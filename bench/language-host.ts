/**
 * What typing into the largest prompt costs the extension host: how long its event loop is held in one piece while
 * the language worker, built as it ships, is told of every keystroke and its answers are read.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parsePromptName } from '../src/core/name.ts';
import { LanguageClient } from '../src/language-worker/client.ts';
import { bundledWorker } from './bundled-worker.ts';
import { heldInOnePiece } from './held.ts';
import { atMost, type Report } from './report.ts';

const URI = 'file:///prompts/large.prompt';
const KEYSTROKES = 60;
/** As somebody types, in milliseconds. */
const BETWEEN = 60;
const LIMIT = 50;

export async function measure(): Promise<Report> {
  await using worker = await bundledWorker('src/language-worker/worker.ts');
  let text = largePrompt();
  let version = 1;
  const troubles: string[] = [];
  const document = () =>
    ({ uri: URI, role: 'prompt', name: parsePromptName('large'), text, version }) as const;
  const client = new LanguageClient({
    workerUrl: worker.url,
    document,
    log: message => troubles.push(message),
  });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  try {
    const ask = async () => {
      const options = { version };
      const answers = await Promise.all([
        client.ask('tokens', URI, { span: undefined }, options),
        client.ask('complete', URI, { offset: text.length - 3 }, options),
        client.ask('folding', URI, null, options),
        client.ask('symbols', URI, null, options),
        client.ask('diagnose', URI, null, { ...options, isInBackground: true }),
      ]);
      return answers;
    };
    client.open(document());
    const [tokens, , , , diagnosed] = await ask();
    const size = `${(text.length / 2 ** 20).toFixed(2)} MiB`;
    await delay(100);
    loop.enable();
    const held = heldInOnePiece();
    const waited: number[] = [];
    const reading: Promise<unknown>[] = [];
    for (let key = 0; key < KEYSTROKES; key++) {
      const offset = text.length - 3;
      text = `${text.slice(0, offset)}x${text.slice(offset)}`;
      version += 1;
      client.change({ uri: URI, version, changes: [{ offset, length: 0, text: 'x' }], length: text.length });
      const started = performance.now();
      const asked = ask().then(answers => {
        if (answers.every(answer => answer !== undefined)) waited.push(performance.now() - started);
      });
      reading.push(asked);
      await delay(BETWEEN);
    }
    await Promise.all(reading);
    loop.disable();
    const longest = held.end();
    if (troubles.length > 0) throw new Error(troubles.join('\n'));
    if (waited.length === 0) throw new Error('No keystroke was answered.');
    return {
      title: `Typing into a prompt of ${size}, ${(tokens?.length ?? 0) / 5} semantic tokens and ${(diagnosed?.findings.length ?? 0) + (diagnosed?.left ?? 0)} problems`,
      figures: [
        {
          name: 'the host held in one piece, longest (time of its thread)',
          value: longest,
          unit: 'ms',
          limit: atMost(longest, LIMIT, 'ms'),
        },
        { name: 'the same by the clock, other programs included', value: loop.max / 1e6, unit: 'ms' },
        { name: 'all answers for the last keystroke', value: waited.at(-1) ?? Number.NaN, unit: 'ms' },
      ],
    };
  } finally {
    await client.dispose();
  }
}

/** As near to the largest source as its pieces allow, dense with expressions, with something wrong in many places. */
function largePrompt(): string {
  const head = '---\ninput:\n  schema:\n    name: string\n    items(array):\n      title: string\n---\n';
  const piece =
    'Dear {{name}}, these are the articles that fit:\n{{#each items}}\n- {{@index}}. {{title}} ({{../name}}), {{misspelt}}\n{{/each}}\n{{#if name}}Yours{{else}}Nobody{{/if}}\n';
  return `${head}${piece.repeat(Math.floor((2 ** 20 - head.length - 100) / piece.length))}{{x}}`;
}

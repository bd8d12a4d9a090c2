/**
 * The worker thread that renders previews, so that no prompt can block the extension host. It handles one request at a
 * time, in steps, so that callers know which step takes long.
 */
import { parentPort } from 'node:worker_threads';
import { draw, textsOf } from './draw.ts';
import { type FileAnswer, type FileQuestion, FileQuestions } from './file-questions.ts';
import type { PreviewFileRequest, PreviewRequest, Tokens } from './outcome.ts';
import { type CountTokens, counted, type EncodingName, loadEncoding, reasonNotToCount } from './tokens.ts';

/** Each request is answered with `drawn`, and after a successful rendering with `loaded` and `counted`. */
export type FromRenderer =
  | { readonly step: 'ready' }
  | {
      readonly step: 'drawn';
      readonly outcome: Awaited<ReturnType<typeof draw>>['outcome'];
      readonly encoding?: EncodingName;
    }
  | FileQuestion
  /** The encoding's table is loaded: the actual counting follows. */
  | { readonly step: 'loaded' }
  | { readonly step: 'counted'; readonly tokens: Tokens };

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const tell = (message: FromRenderer) => port.postMessage(message);
const encodings = new Map<EncodingName, Promise<CountTokens>>();

const files = new FileQuestions(tell);

port.on('message', (message: PreviewRequest | PreviewFileRequest | FileAnswer) => {
  if ('answers' in message) files.answered(message);
  else void answer(message);
});
tell({ step: 'ready' });

async function answer(request: PreviewRequest | PreviewFileRequest): Promise<void> {
  const drawn = await draw(request, files);
  tell({ step: 'drawn', ...drawn });
  if (!('encoding' in drawn)) return;
  const { encoding, outcome } = drawn;
  const count = encodings.get(encoding) ?? loadEncoding(encoding);
  encodings.set(encoding, count);
  const loaded = await count;
  tell({ step: 'loaded' });
  const texts = textsOf(outcome.traced);
  const reason = reasonNotToCount(texts);
  const tokens = reason === undefined ? counted(texts, encoding, loaded) : { count: null, encoding, reason };
  tell({ step: 'counted', tokens });
}

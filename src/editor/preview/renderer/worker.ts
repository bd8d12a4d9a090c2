/**
 * The worker thread in which previews are rendered, so that no prompt can hold the extension host. It answers one
 * request at a time, in steps, so that whoever waits knows what takes long.
 */
import { parentPort } from 'node:worker_threads';
import { draw, textsOf } from './draw.ts';
import type { PreviewFileRequest, PreviewRequest, Tokens } from './outcome.ts';
import { type CountTokens, counted, type EncodingName, loadEncoding, reasonNotToCount } from './tokens.ts';

/** Each request is answered by `drawn`; after a rendered one come `loaded` and `counted`. */
export type FromRenderer =
  | { readonly step: 'ready' }
  | {
      readonly step: 'drawn';
      readonly outcome: Awaited<ReturnType<typeof draw>>['outcome'];
      readonly encoding?: EncodingName;
    }
  /** The encoding's table is there: what follows is the counting itself. */
  | { readonly step: 'loaded' }
  | { readonly step: 'counted'; readonly tokens: Tokens };

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const tell = (message: FromRenderer) => port.postMessage(message);
const encodings = new Map<EncodingName, Promise<CountTokens>>();

port.on('message', (request: PreviewRequest | PreviewFileRequest) => void answer(request));
tell({ step: 'ready' });

async function answer(request: PreviewRequest | PreviewFileRequest): Promise<void> {
  const drawn = await draw(request);
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

/** The real worker, which a document's text can bring down: "HANG" makes it never answer, "CRASH" ends it. */
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from '../../src/language-worker/contract.ts';
import '../../src/language-worker/worker.ts';

const texts = new Map<string, string>();

// The real worker's listener is before this one, and answers a tick later.
parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'open') texts.set(message.document.uri, message.document.text);
  if (message.kind === 'change') texts.set(message.change.uri, message.change.changes[0]?.text ?? '');
  if (message.kind !== 'query') return;
  const text = texts.get(message.query.uri) ?? '';
  if (text.includes('CRASH')) throw new Error('brought down');
  while (text.includes('HANG'));
});

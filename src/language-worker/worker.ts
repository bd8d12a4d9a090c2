/** The language worker's entry: takes messages in their order, and answers one query at a time. */
import { parentPort } from 'node:worker_threads';
import { answerQuery } from './answer-query.ts';
import type { FromLanguageWorker, Query, ToWorker } from './contract.ts';
import { Texts } from './texts.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const texts = new Texts(() => post({ kind: 'reading' }));

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'files':
      texts.setFiles(message.files);
      break;
    case 'gone':
      texts.removeFiles(message.uris);
      break;
    case 'open':
      texts.open(message.document);
      break;
    case 'change':
      if (!texts.change(message.change)) post({ kind: 'lost', uri: message.change.uri });
      break;
    case 'close':
      texts.close(message.uri);
      break;
    case 'query':
      void reply(message.query);
  }
});
post({ kind: 'ready' });

async function reply({ id, method, uri, params }: Query): Promise<void> {
  try {
    const found = await answerQuery(method, uri, params, texts);
    post({ kind: 'answer', id, answer: found }, found instanceof Uint32Array ? [found.buffer] : []);
  } catch (error) {
    post({
      kind: 'failed',
      id,
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

function post(message: FromLanguageWorker, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

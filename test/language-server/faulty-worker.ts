/** The real server, which a document's text can bring down as it is worked on: "HANG" makes it never answer, "CRASH" ends it. */
import { parentPort } from 'node:worker_threads';
import { BusyNotification } from '../../src/language-server/messages.ts';
import '../../src/language-server/worker.ts';

interface FromClient {
  readonly method?: string;
  readonly params?: {
    readonly textDocument: { readonly uri: string; readonly text?: string };
    readonly contentChanges?: readonly { readonly text: string }[];
  };
}

const texts = new Map<string, string>();

// The real server's listener is before this one, and takes up the message a tick later.
parentPort?.on('message', ({ method, params }: FromClient) => {
  if (params === undefined) return;
  if (method === 'textDocument/didOpen') texts.set(params.textDocument.uri, params.textDocument.text ?? '');
  if (method === 'textDocument/didChange')
    texts.set(params.textDocument.uri, params.contentChanges?.[0]?.text ?? '');
});

const post = parentPort?.postMessage.bind(parentPort);
if (parentPort !== null)
  parentPort.postMessage = message => {
    post?.(message);
    if (message.method !== BusyNotification.method) return;
    const text = texts.get(message.params?.uri) ?? '';
    if (text.includes('CRASH')) process.exit(1);
    while (text.includes('HANG'));
  };

/** An endpoint in the place of a model's: it records what an SDK sends, and answers as the API would. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ModelApi extends AsyncDisposable {
  readonly url: string;
  /** The bodies sent so far, by path. */
  readonly sent: { readonly path: string; readonly body: Record<string, unknown> }[];
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, input_tokens: 1, output_tokens: 1 };
const DETAILS = {
  input_tokens_details: { cached_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
};
const TEXT = '{"queue":"cards","note":null}';

const answersWith = (text: string): Readonly<Record<string, object>> => ({
  '/v1/chat/completions': {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
    usage: USAGE,
  },
  '/v1/responses': {
    id: 'r1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'completed',
    output: [
      {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    ],
    usage: { ...USAGE, ...DETAILS },
  },
  '/v1/messages': {
    id: 'a1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: USAGE,
  },
});

const geminiWith = (text: string) => ({
  candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
});

/** @param text said by the model, whatever it is asked */
export async function aModelApi(text: string = TEXT): Promise<ModelApi> {
  const answers = answersWith(text);
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    sent.push({ path, body: (await json(request)) as Record<string, unknown> });
    const answer = path.endsWith(':generateContent') ? geminiWith(text) : answers[path];
    response.writeHead(answer === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** The body of the last request, which was to this path. */
export function lastSent({ sent }: ModelApi, path: string): Record<string, unknown> {
  const last = sent.at(-1);
  assert.equal(last?.path, path);
  return last.body;
}

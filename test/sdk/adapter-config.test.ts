/** The config of a prompt steers the model and nothing else, as its author is not the application's. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoogleGenAI } from '@google/genai';
import type { Renderable } from '../../src/sdk/adapt.ts';
import { textParams } from '../../src/sdk/ai.ts';
import { messageParams } from '../../src/sdk/anthropic.ts';
import { NO_METADATA } from '../../src/sdk/delivery.ts';
import { contentParams } from '../../src/sdk/google.ts';
import { chatModelParams } from '../../src/sdk/langchain.ts';
import { chatCompletionParams, responseParams } from '../../src/sdk/openai.ts';
import { aModelApi } from './a-model-api.ts';

const ALL: readonly ((prompt: Renderable, options: { readonly config: true }) => unknown)[] = [
  chatCompletionParams,
  responseParams,
  messageParams,
  textParams,
  contentParams,
  chatModelParams,
];

const promptWith = (config: Readonly<Record<string, unknown>>): Renderable => ({
  name: 'support/triage',
  reference: 'support/triage@3',
  messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
  metadata: { ...NO_METADATA, config },
});

describe('the config of a prompt', () => {
  it('cannot set messages, the address of the request, or the form of the answer', () => {
    const keys = [
      ...['messages', 'input', 'contents', 'prompt', 'system', 'systemInstruction', 'instructions'],
      ...['conversation', 'previous_response_id', 'cachedContent', 'model', 'stream', 'background'],
      ...['httpOptions', 'headers', 'apiKey', 'baseURL', 'baseUrl', 'fetch', 'timeout', 'maxRetries'],
      ...['abortSignal', 'signal'],
    ];
    const config = { temperature: 0.5 };
    for (const paramsOf of ALL)
      for (const key of keys)
        for (const value of ['x', true, { baseUrl: 'https://elsewhere.example' }, ['x']])
          assert.deepEqual(
            paramsOf(promptWith({ ...config, [key]: value }), { config: true }),
            paramsOf(promptWith(config), { config: true }),
            `${paramsOf.name}: ${key}`,
          );
  });

  it('cannot send the application’s key elsewhere', async () => {
    await using api = await aModelApi('cards');
    let asked = 0;
    const elsewhere = createServer((_, answer) => {
      asked += 1;
      answer.end('{}');
    });
    await new Promise<void>(resolve => elsewhere.listen(0, '127.0.0.1', resolve));
    try {
      const baseUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
      const params = contentParams(promptWith({ httpOptions: { baseUrl } }), { config: true });
      const ai = new GoogleGenAI({ apiKey: 'of-the-application', httpOptions: { baseUrl: api.url } });
      await ai.models.generateContent({ model: 'gemini-3-pro', ...params });
      assert.deepEqual([asked, api.sent.length], [0, 1]);
    } finally {
      elsewhere.closeAllConnections();
      await new Promise(resolve => elsewhere.close(resolve));
    }
  });
});

describe('a declared output', () => {
  it('is JSON without a schema if its schema is only true or false', () => {
    const declaring = (output: unknown): Renderable => ({
      ...promptWith({}),
      metadata: { ...NO_METADATA, output },
    });
    for (const paramsOf of ALL)
      for (const schema of [true, false])
        assert.deepEqual(
          paramsOf(declaring({ schema }), { config: true }),
          paramsOf(declaring({ format: 'json' }), { config: true }),
          paramsOf.name,
        );
  });
});

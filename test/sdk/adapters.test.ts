/** What the adapters give, sent by the real SDKs to an endpoint that records it. */
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { generateText, jsonSchema, Output } from 'ai';
import OpenAI from 'openai';
import { textParams } from '../../src/sdk/ai.ts';
import { messageParams } from '../../src/sdk/anthropic.ts';
import { contentParams } from '../../src/sdk/google.ts';
import { chatCompletionParams, responseParams } from '../../src/sdk/openai.ts';
import { aModelApi, lastSent, type ModelApi } from './a-model-api.ts';
import { CUSTOMER_SCHEMA, IMAGE, PNG, rendered, triage } from './a-rendered-prompt.ts';

describe('the adapters', () => {
  let api: ModelApi;
  let openai: OpenAI;
  let anthropic: Anthropic;
  let google: GoogleGenAI;
  before(async () => {
    api = await aModelApi();
    openai = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: 'k', maxRetries: 0 });
    google = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: api.url } });
    anthropic = new Anthropic({ baseURL: api.url, apiKey: 'k', maxRetries: 0 });
  });
  after(() => api[Symbol.asyncDispose]());

  /** What OpenAI's strict mode takes: every key required, an optional one may be null. */
  function strict(schema: unknown): void {
    assert.deepEqual(schema, {
      type: 'object',
      properties: {
        queue: { enum: ['cards', 'fees'], type: 'string' },
        note: { type: ['string', 'null'] },
      },
      required: ['queue', 'note'],
      additionalProperties: false,
    });
  }

  it('send chat completions to OpenAI', async () => {
    const prompt = await triage();
    const answer = await openai.chat.completions.create(
      chatCompletionParams(prompt, { model: true, config: true }),
    );
    assert.match(answer.choices[0]?.message.content ?? '', /cards/);
    const { response_format, ...body } = lastSent(api, '/v1/chat/completions');
    assert.deepEqual(body, {
      model: 'large/v2',
      temperature: 0.2,
      max_completion_tokens: 300,
      top_p: 0.9,
      messages: [
        { role: 'system', content: 'Sort mails.\n' },
        { role: 'user', content: 'Who is 7?' },
        {
          role: 'assistant',
          content: 'I look.',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'lookUp', arguments: '{"id":7}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '{"name":"Ada"}' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Sort this ' },
            { type: 'image_url', image_url: { url: IMAGE } },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'lookUp', description: 'Finds a customer', parameters: CUSTOMER_SCHEMA },
        },
      ],
    });
    const { type, json_schema } = response_format as { type: string; json_schema: Record<string, unknown> };
    assert.deepEqual(
      [type, json_schema['name'], json_schema['strict']],
      ['json_schema', 'support_triage', true],
    );
    strict(json_schema['schema']);
  });

  it('send responses requests to OpenAI', async () => {
    const prompt = await triage();
    const answer = await openai.responses.create({ model: 'own', ...responseParams(prompt) });
    assert.match(answer.output_text, /cards/);
    const { text, ...body } = lastSent(api, '/v1/responses');
    assert.deepEqual(body, {
      model: 'own',
      input: [
        { role: 'system', content: 'Sort mails.\n' },
        { role: 'user', content: 'Who is 7?' },
        { role: 'assistant', content: 'I look.' },
        { type: 'function_call', call_id: 'call_1', name: 'lookUp', arguments: '{"id":7}' },
        { type: 'function_call_output', call_id: 'call_1', output: '{"name":"Ada"}' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Sort this ' },
            { type: 'input_image', image_url: IMAGE, detail: 'auto' },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          name: 'lookUp',
          description: 'Finds a customer',
          parameters: CUSTOMER_SCHEMA,
          strict: false,
        },
      ],
    });
    const { format } = text as { format: Record<string, unknown> };
    assert.deepEqual(
      [format['type'], format['name'], format['strict']],
      ['json_schema', 'support_triage', true],
    );
    strict(format['schema']);
  });

  it('send messages to Anthropic', async () => {
    const prompt = await triage();
    const answer = await anthropic.messages.create(messageParams(prompt, { model: true, config: true }));
    assert.equal(answer.content[0]?.type, 'text');
    const { output_config, ...body } = lastSent(api, '/v1/messages');
    assert.deepEqual(body, {
      model: 'large/v2',
      temperature: 0.2,
      max_tokens: 300,
      top_p: 0.9,
      system: 'Sort mails.\n',
      messages: [
        { role: 'user', content: 'Who is 7?' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'call_1', name: 'lookUp', input: { id: 7 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: '{"name":"Ada"}' },
            { type: 'text', text: 'Sort this ' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        },
      ],
      tools: [{ name: 'lookUp', description: 'Finds a customer', input_schema: CUSTOMER_SCHEMA }],
    });
    const { format } = output_config as { format: { type: string; schema: Record<string, unknown> } };
    assert.deepEqual([format.type, format.schema['additionalProperties']], ['json_schema', false]);
    assert.deepEqual(format.schema['required'], ['queue']);
  });

  it('send contents to Google', async () => {
    const { metadata, ...prompt } = await triage();
    const answer = await google.models.generateContent(
      contentParams(
        { ...prompt, metadata: { ...metadata, model: 'googleai/gemini-3-pro' } },
        { model: true, config: true },
      ),
    );
    assert.match(answer.text ?? '', /cards/);
    const { contents, systemInstruction, tools, generationConfig } = lastSent(
      api,
      '/v1/models/gemini-3-pro:generateContent',
    );
    assert.deepEqual(contents, [
      { role: 'user', parts: [{ text: 'Who is 7?' }] },
      {
        role: 'model',
        parts: [{ text: 'I look.' }, { functionCall: { id: 'call_1', name: 'lookUp', args: { id: 7 } } }],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'call_1', name: 'lookUp', response: { name: 'Ada' } } }],
      },
      {
        role: 'user',
        parts: [{ text: 'Sort this ' }, { inlineData: { data: PNG, mimeType: 'image/png' } }],
      },
    ]);
    assert.deepEqual((systemInstruction as { parts: unknown }).parts, [{ text: 'Sort mails.\n' }]);
    assert.deepEqual(tools, [
      {
        functionDeclarations: [
          { name: 'lookUp', description: 'Finds a customer', parametersJsonSchema: CUSTOMER_SCHEMA },
        ],
      },
    ]);
    const { responseJsonSchema, ...config } = generationConfig as Record<string, unknown>;
    assert.deepEqual(config, {
      temperature: 0.2,
      maxOutputTokens: 300,
      topP: 0.9,
      responseMimeType: 'application/json',
    });
    assert.match(JSON.stringify(responseJsonSchema), /cards/);
  });

  it('pass a request to the AI SDK', async () => {
    const prompt = await triage();
    const provider = createOpenAI({ baseURL: `${api.url}/v1`, apiKey: 'k' });
    const params = textParams(prompt, { model: provider.chat, config: true, jsonSchema, Output });
    const { output } = await generateText({ ...params, maxRetries: 0 });
    assert.deepEqual(output, { queue: 'cards', note: null });
    const { messages, tools, response_format, ...body } = lastSent(api, '/v1/chat/completions');
    assert.deepEqual([body['model'], body['temperature'], body['top_p']], ['large/v2', 0.2, 0.9]);
    assert.ok(body['max_tokens'] === 300 || body['max_completion_tokens'] === 300);
    assert.deepEqual(
      (messages as { role: string }[]).map(({ role }) => role),
      ['system', 'user', 'assistant', 'tool', 'user'],
    );
    const sent = JSON.stringify(messages);
    for (const part of [
      'Sort mails.',
      'Who is 7?',
      'I look.',
      'call_1',
      '{\\"id\\":7}',
      '{\\"name\\":\\"Ada\\"}',
      IMAGE,
    ])
      assert.ok(sent.includes(part), part);
    assert.deepEqual(
      (tools as { function: object }[]).map(each => each.function),
      [{ name: 'lookUp', description: 'Finds a customer', parameters: CUSTOMER_SCHEMA }],
    );
    // Its provider asks for strict mode by itself.
    const { json_schema: format } = response_format as { json_schema: Record<string, unknown> };
    assert.equal(format['strict'], true);
    strict(format['schema']);
    // As documented: the provider itself, which takes the API of responses.
    const { text } = await generateText(
      textParams(prompt, { model: provider, config: true, jsonSchema, Output }),
    );
    assert.match(text, /cards/);
    const response = lastSent(api, '/v1/responses');
    assert.equal(response['model'], 'large/v2');
    strict((response['text'] as { format: { schema: unknown } }).format.schema);
  });

  it('let the AI SDK use no strict mode that refuses the schema', async () => {
    const prompt = await rendered(
      `---
config:
  providerOptions: { openai: { store: false }, acme: { fast: true } }
output:
  schema:
    queue: string
    (*): string
---
Sort it`,
    );
    const provider = createOpenAI({ baseURL: `${api.url}/v1`, apiKey: 'k' });
    for (const config of [false, true]) {
      const params = textParams(prompt, { config, jsonSchema, Output });
      await generateText({ ...params, model: provider.chat('own') });
      const { response_format, store } = lastSent(api, '/v1/chat/completions') as {
        response_format: { json_schema: Record<string, unknown> };
        store?: boolean;
      };
      assert.deepEqual([response_format.json_schema['strict'], store], [false, config ? false : undefined]);
      assert.deepEqual(params.providerOptions?.['acme'], config ? { fast: true } : undefined);
    }
  });

  it('send only the messages of a plain text', async () => {
    const prompt = await rendered('Hello {{name}}.', { name: 'Ada' });
    const messages = [{ role: 'user', content: 'Hello Ada.' }];
    await openai.chat.completions.create({ model: 'own', ...chatCompletionParams(prompt) });
    assert.deepEqual(lastSent(api, '/v1/chat/completions'), { model: 'own', messages });
    await openai.responses.create({ model: 'own', ...responseParams(prompt, { config: true }) });
    assert.deepEqual(lastSent(api, '/v1/responses'), { model: 'own', input: messages });
    await anthropic.messages.create({ model: 'own', ...messageParams(prompt), max_tokens: 9 });
    assert.deepEqual(lastSent(api, '/v1/messages'), { model: 'own', messages, max_tokens: 9 });
    assert.equal(messageParams(prompt).max_tokens, 4096);
    await google.models.generateContent({ model: 'own', ...contentParams(prompt) });
    assert.deepEqual(lastSent(api, '/v1/models/own:generateContent')['contents'], [
      { role: 'user', parts: [{ text: 'Hello Ada.' }] },
    ]);
    const provider = createOpenAI({ baseURL: `${api.url}/v1`, apiKey: 'k' });
    await generateText({ model: provider.chat('own'), ...textParams(prompt), maxRetries: 0 });
    assert.deepEqual(lastSent(api, '/v1/chat/completions'), { model: 'own', messages });
  });
});

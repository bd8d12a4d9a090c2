/** What the adapter for LangChain gives, sent by its model of OpenAI to an endpoint that records it. */
import assert from 'node:assert/strict';
import { coerceMessageLikeToMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { chatModelParams } from '../../src/sdk/langchain.ts';
import { chatCompletionParams } from '../../src/sdk/openai.ts';
import { aModelApi, lastSent, type ModelApi } from './a-model-api.ts';
import { rendered, triage } from './a-rendered-prompt.ts';

describe('the adapter for LangChain', () => {
  let api: ModelApi;
  before(async () => {
    api = await aModelApi();
  });
  after(() => api[Symbol.asyncDispose]());

  /** How the model comes to the endpoint. */
  function ofApi() {
    return { apiKey: 'k', maxRetries: 0, configuration: { baseURL: `${api.url}/v1` } };
  }

  it('sends messages, tools, an output schema and settings', async () => {
    const prompt = await triage();
    const { messages, tools, output, settings } = chatModelParams(prompt, { model: true, config: true });
    const coerced = messages.map(coerceMessageLikeToMessage);
    assert.deepEqual(
      coerced.map(message => message.type),
      ['system', 'human', 'ai', 'tool', 'human'],
    );
    const model = new ChatOpenAI({ ...settings, ...ofApi() });
    const answer = await model.bindTools(tools).invoke(messages);
    assert.match(String(answer.content), /cards/);
    const sent = lastSent(api, '/v1/chat/completions');
    const chat = chatCompletionParams(prompt);
    assert.deepEqual(
      [sent['model'], sent['temperature'], sent['top_p'], sent['tools'] as unknown],
      ['large/v2', 0.2, 0.9, chat.tools],
    );
    assert.ok(sent['max_tokens'] === 300 || sent['max_completion_tokens'] === 300);
    // What goes over the wire is what the SDK of OpenAI sends of the same prompt.
    assert.deepEqual(
      (sent['messages'] as { name?: string }[]).map(({ name: _, ...message }) => message),
      chat.messages,
    );
    assert.ok(output !== undefined);
    const structured = model.withStructuredOutput(output.schema, { name: output.name, method: 'jsonSchema' });
    assert.deepEqual(await structured.invoke(messages), { queue: 'cards', note: null });
    const { response_format } = lastSent(api, '/v1/chat/completions') as {
      response_format: { json_schema: { name: string; schema: Record<string, unknown> } };
    };
    assert.equal(response_format.json_schema.name, 'support_triage');
    assert.deepEqual(response_format.json_schema.schema['required'], ['queue']);
    assert.equal(response_format.json_schema.schema['additionalProperties'], false);
  });

  it('sends media in the form that the OpenAI model accepts', async () => {
    const model = new ChatOpenAI({ model: 'own', ...ofApi() });
    for (const [url, expected] of [
      ['data:audio/mpeg;base64,AA==', { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } }],
      [
        'data:application/pdf;base64,AA==',
        { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'document.pdf' } },
      ],
      ['https://a.example/a.png', { type: 'image_url', image_url: { url: 'https://a.example/a.png' } }],
    ] as const) {
      const prompt = await rendered('Look: {{media url=file}}', { file: url });
      await model.invoke(chatModelParams(prompt).messages);
      const [message] = lastSent(api, '/v1/chat/completions')['messages'] as { content: unknown[] }[];
      assert.deepEqual(message?.content.at(-1), expected);
    }
  });

  it('sends only the messages of a plain text', async () => {
    const prompt = await rendered('Hello {{name}}.', { name: 'Ada' });
    const messages = [{ role: 'user', content: 'Hello Ada.' }];
    const { settings, tools, output, ...given } = chatModelParams(prompt, { config: true });
    assert.deepEqual([settings, tools, output, given], [{}, [], undefined, { messages }]);
    await new ChatOpenAI({ model: 'own', ...ofApi() }).invoke(given.messages);
    assert.deepEqual(lastSent(api, '/v1/chat/completions')['messages'], messages);
  });
});

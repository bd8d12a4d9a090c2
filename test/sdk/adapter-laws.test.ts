/** What holds of the adapters for any messages and schemas. */
import assert from 'node:assert/strict';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import fc from 'fast-check';
import type { Renderable } from '../../src/sdk/adapt.ts';
import { textParams } from '../../src/sdk/ai.ts';
import { messageParams } from '../../src/sdk/anthropic.ts';
import { NO_METADATA } from '../../src/sdk/delivery.ts';
import { PromptForgeError } from '../../src/sdk/errors.ts';
import { contentParams } from '../../src/sdk/google.ts';
import { chatModelParams } from '../../src/sdk/langchain.ts';
import { chatCompletionParams, responseParams } from '../../src/sdk/openai.ts';
import { strictSchema } from '../../src/sdk/strict-schema.ts';
import type { Message, Metadata, Part } from '../../src/sdk/types.ts';
import { runs } from '../runs.ts';

const ALL = [
  chatCompletionParams,
  responseParams,
  messageParams,
  textParams,
  contentParams,
  chatModelParams,
] as const;

const prompt = (messages: readonly Message[], metadata: Partial<Metadata> = {}): Renderable => ({
  name: 'support/triage',
  reference: 'support/triage@3',
  messages,
  metadata: { ...NO_METADATA, ...metadata },
});
const said = (role: Message['role'], ...content: readonly Part[]): Message => ({ role, content });

/** Those with a ref come in any order. */
function answered<Call extends { readonly ref?: string }>(calls: readonly Call[]): Call[] {
  return [...calls].sort((a, b) => (b.ref ?? '').length - (a.ref ?? '').length).reverse();
}

/** Texts that are told apart, and calls of which each has its result in the message after. */
const conversation = fc
  .array(
    fc.oneof(
      fc.record({ role: fc.constantFrom('system', 'user', 'model' as const), texts: fc.nat(3) }),
      fc.record({
        calls: fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.option(fc.constantFrom('call_1', 'r', 's'))), {
          minLength: 1,
          maxLength: 3,
        }),
      }),
    ),
    { maxLength: 6 },
  )
  .map(turns => {
    const used = new Set<string>();
    return turns.flatMap((turn, index): Message[] => {
      if ('role' in turn)
        return [
          said(turn.role, ...Array.from({ length: turn.texts }, (_, at) => ({ text: `<${index}.${at}>` }))),
        ];
      const calls = turn.calls.map(([name, wanted]) => {
        const isFree = wanted !== null && !used.has(wanted);
        if (isFree) used.add(wanted);
        return { name, ...(isFree && { ref: wanted }) };
      });
      return [
        said('model', ...calls.map(toolRequest => ({ toolRequest }))),
        said('tool', ...answered(calls).map(call => ({ toolResponse: { ...call, output: index } }))),
      ];
    });
  });

describe('each adapter', () => {
  it('keeps every text once, in order except for system messages', () => {
    fc.assert(
      fc.property(conversation, messages => {
        const textsOf = (all: readonly Message[]) =>
          all.flatMap(({ content }) => content.flatMap(({ text }) => text ?? []));
        const found = (value: unknown) => JSON.stringify(value).match(/<\d+\.\d+>/g) ?? [];
        const inOrder = textsOf(messages);
        const systemFirst = [
          ...textsOf(messages.filter(({ role }) => role === 'system')),
          ...textsOf(messages.filter(({ role }) => role !== 'system')),
        ];
        assert.deepEqual(found(chatCompletionParams(prompt(messages))), inOrder);
        assert.deepEqual(found(responseParams(prompt(messages))), inOrder);
        assert.deepEqual(found(chatModelParams(prompt(messages))), inOrder);
        assert.deepEqual(found(messageParams(prompt(messages))), systemFirst);
        assert.deepEqual(found(textParams(prompt(messages))), systemFirst);
        const { contents, config } = contentParams(prompt(messages));
        assert.deepEqual(found([config, contents]), systemFirst);
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('gives each tool call a unique id, which its result repeats', () => {
    fc.assert(
      fc.property(conversation, messages => {
        const expected = messages.flatMap(({ content }) =>
          content.flatMap(({ toolRequest }) => (toolRequest === undefined ? [] : [toolRequest.ref])),
        );
        const check = (calls: readonly string[], results: readonly string[]) => {
          assert.equal(new Set(calls).size, calls.length);
          assert.deepEqual([...results].sort(), [...calls].sort());
          expected.forEach((ref, index) => {
            if (ref !== undefined) assert.equal(calls[index], ref);
          });
        };
        const chat = chatCompletionParams(prompt(messages)).messages;
        check(
          chat.flatMap(each =>
            each.role === 'assistant' ? (each.tool_calls ?? []).map(({ id }) => id) : [],
          ),
          chat.flatMap(each => (each.role === 'tool' ? [each.tool_call_id] : [])),
        );
        const ofModel = chatModelParams(prompt(messages)).messages;
        check(
          ofModel.flatMap(each =>
            each.role === 'assistant' ? (each.tool_calls ?? []).map(({ id }) => id) : [],
          ),
          ofModel.flatMap(each => (each.role === 'tool' ? [each.tool_call_id] : [])),
        );
        const blocks = messageParams(prompt(messages)).messages.flatMap(({ content }) =>
          typeof content === 'string' ? [] : content,
        );
        check(
          blocks.flatMap(each => (each.type === 'tool_use' ? [each.id] : [])),
          blocks.flatMap(each => (each.type === 'tool_result' ? [each.tool_use_id] : [])),
        );
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('gives Anthropic alternating roles, and no empty content', () => {
    fc.assert(
      fc.property(conversation, messages => {
        const given = messageParams(prompt(messages)).messages;
        given.forEach(({ role, content }, index) => {
          assert.notEqual(role, given[index - 1]?.role);
          assert.ok(content.length > 0);
        });
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('refuses content that an API does not accept, with a code and the prompt’s reference', () => {
    const image = { media: { url: 'https://a.example/a.png', contentType: 'image/png' } };
    const film = { media: { url: 'data:video/mp4;base64,AA==' } };
    const cases: readonly (readonly [
      messages: Message[],
      adapters: readonly ((p: Renderable) => unknown)[],
    ])[] = [
      [[said('system', image)], ALL],
      [[said('user', { toolRequest: { name: 'a' } })], ALL],
      [[said('tool', { toolResponse: { name: 'never-called' } })], ALL],
      [[said('model', image)], [chatCompletionParams, responseParams, messageParams]],
      [[said('user', film)], [chatCompletionParams, responseParams, messageParams]],
      [[said('user', { media: { url: 'not a URL' } })], [textParams]],
    ];
    for (const [messages, adapters] of cases)
      for (const adapter of adapters)
        assert.throws(
          () => adapter(prompt(messages)),
          error => PromptForgeError.is(error, 'invalid_input') && /support\/triage@3 has/.test(error.message),
        );
    for (const adapter of [
      chatCompletionParams,
      responseParams,
      messageParams,
      contentParams,
      chatModelParams,
    ])
      assert.throws(
        () => adapter(prompt([]), { model: true }),
        error => PromptForgeError.is(error, 'invalid_source'),
      );
  });

  it('gives Google the results of parallel calls in one content', () => {
    const result = (output: unknown) => said('tool', { toolResponse: { name: 'a', output } });
    const call = { toolRequest: { name: 'a' } };
    const { contents } = contentParams(prompt([said('model', call, call), result('x'), result({ y: 1 })]));
    assert.deepEqual(contents[1], {
      role: 'user',
      parts: [
        { functionResponse: { id: 'call_1', name: 'a', response: { output: 'x' } } },
        { functionResponse: { id: 'call_2', name: 'a', response: { y: 1 } } },
      ],
    });
    assert.equal(contents.length, 2);
  });

  it('maps all kinds of media', () => {
    const media = (url: string, contentType?: string) =>
      prompt([said('user', { media: { url, ...(contentType !== undefined && { contentType }) } })]);
    const pdf = 'data:application/pdf;base64,AA==';
    const parts = (content: unknown) => (content as { content: unknown }[]).flatMap(each => each.content);
    assert.deepEqual(parts(chatCompletionParams(media('data:audio/mpeg;base64,AA==')).messages), [
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } },
    ]);
    assert.deepEqual(parts(chatCompletionParams(media(pdf)).messages), [
      { type: 'file', file: { file_data: pdf, filename: 'document.pdf' } },
    ]);
    assert.deepEqual(parts(responseParams(media('https://a.example/a', 'application/pdf')).input), [
      { type: 'input_file', file_url: 'https://a.example/a' },
    ]);
    assert.deepEqual(parts(messageParams(media('https://a.example/a')).messages), [
      { type: 'image', source: { type: 'url', url: 'https://a.example/a' } },
    ]);
    assert.deepEqual(parts(messageParams(media(pdf)).messages), [
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' } },
    ]);
    const url = 'https://a.example/a';
    const partsOf = (one: Renderable) => contentParams(one).contents.flatMap(each => each.parts);
    assert.deepEqual(partsOf(media(url)), [{ fileData: { fileUri: url } }]);
    assert.deepEqual(partsOf(media(url, 'Video/MP4; x=y')), [
      { fileData: { fileUri: url, mimeType: 'video/mp4' } },
    ]);
    assert.deepEqual(parts(textParams(media('data:video/mp4;base64,AA==')).messages), [
      { type: 'file', data: 'AA==', mediaType: 'video/mp4' },
    ]);
  });

  it('accepts parts of other programs, with null, any input and any id', () => {
    const messages = [
      said('user', { text: null, media: null, data: { a: 1 } } as unknown as Part),
      said('model', { toolRequest: { name: 'a', input: 'x', ref: '' } }, {
        text: null,
        toolRequest: { name: 'b', input: null, ref: 7 },
      } as unknown as Part),
      said('tool', { toolResponse: { name: 'b', output: 2, ref: 7 } } as unknown as Part),
      said('tool', { media: null, toolResponse: { name: 'a', output: 1, ref: null } } as unknown as Part),
    ];
    for (const adapter of ALL as readonly ((given: Renderable) => unknown)[]) {
      const sent = JSON.stringify(adapter(prompt(messages)));
      for (const id of ['"call_1"', '"7"']) assert.equal(sent.split(id).length, 3, sent);
      assert.match(sent, /\{\\?"input\\?":\\?"x\\?"\}/);
      assert.match(sent, /\{\\*"a\\*":1\}/, 'the data');
      assert.doesNotMatch(sent, /"text":null/);
    }
  });

  it('gives each call an id that every API accepts, for any id of another program', () => {
    const ref = fc.oneof(
      fc.constantFrom('functions.lookUp:0', 'call_1', 'call_2', '', 'ü'),
      fc.string({ minLength: 1, maxLength: 80 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(ref, { minLength: 1, maxLength: 5 }), refs => {
        const calls = refs.map(each => ({ name: 'a', ref: each }));
        const results = calls.map(call => ({ toolResponse: { ...call, output: 1 } })).toReversed();
        const one = prompt([
          said('model', ...calls.map(toolRequest => ({ toolRequest }))),
          said('tool', ...results),
        ]);
        const { messages } = chatCompletionParams(one);
        const ids = messages.flatMap(each =>
          each.role === 'assistant' ? (each.tool_calls ?? []).map(({ id }) => id) : [],
        );
        assert.equal(new Set(ids).size, refs.length);
        for (const [index, id] of ids.entries()) {
          assert.match(id, /^[a-zA-Z0-9_-]{1,40}$/);
          const given = refs[index] ?? '';
          if (/^[a-zA-Z0-9_-]{1,40}$/.test(given)) assert.equal(id, given);
        }
        const answeredIds = messages.flatMap(each => (each.role === 'tool' ? [each.tool_call_id] : []));
        assert.deepEqual(answeredIds, ids.toReversed());
      }),
      { numRuns: runs(2000, 200) },
    );
  });

  it('gives the parameters of a tool as an object, as every API requires', () => {
    const schemasOf = (inputSchema: Readonly<Record<string, unknown>>) => {
      const one = prompt([said('user', { text: 'u' })], {
        tools: [{ name: 'a', inputSchema }],
      });
      return [
        chatCompletionParams(one).tools?.[0]?.function.parameters,
        responseParams(one).tools?.[0]?.parameters,
        messageParams(one).tools?.[0]?.input_schema,
        contentParams(one).config.tools?.[0]?.functionDeclarations[0]?.parametersJsonSchema,
        chatModelParams(one).tools[0]?.function.parameters,
        textParams(one, { jsonSchema: schema => schema }).tools?.['a']?.inputSchema,
      ];
    };
    const id = { type: 'string', description: 'Of the customer' };
    for (const [given, expected] of [
      [{}, { type: 'object', properties: {} }],
      [{ type: 'object' }, { type: 'object', properties: {} }],
      [
        { type: ['object', 'null'], properties: { id } },
        { type: 'object', properties: { id } },
      ],
      [{ properties: { id } }, { type: 'object', properties: { id } }],
      [id, { type: 'object', properties: { input: id }, required: ['input'] }],
    ] as const)
      for (const schema of schemasOf(given)) assert.deepEqual(schema, expected);
  });

  it('accepts data: URLs with line breaks, percent encoding, parameters and image/jpg', () => {
    const png = Buffer.from('89504e470d0a1a0afbff', 'hex').toString('base64');
    for (const url of [
      `data:image/png;base64,${png.slice(0, 5)}\r\n ${png.slice(5)}`,
      `data:image/png;base64,${encodeURIComponent(png)}`,
      `data:image/png;name=a.png;base64,${png}`,
    ]) {
      const one = prompt([said('user', { media: { url } })]);
      assert.deepEqual(messageParams(one).messages[0]?.content, [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      ]);
      assert.deepEqual(chatCompletionParams(one).messages[0]?.content, [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
      ]);
    }
    const photo = prompt([said('user', { media: { url: 'data:image/jpg;base64,AA==' } })]);
    assert.deepEqual(messageParams(photo).messages[0]?.content, [
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA==' } },
    ]);
  });

  it('accepts data: URLs that are not Base64', () => {
    const of = (url: string, contentType?: string) =>
      prompt([said('user', { media: { url, ...(contentType !== undefined && { contentType }) } })]);
    const data = (text: string | Buffer) => Buffer.from(text as string).toString('base64');
    for (const [url, type, bytes] of [
      ['data:image/svg+xml,%3Csvg/>%20ü', 'image/svg+xml', '<svg/> ü'],
      ['data:image/svg+xml;charset=utf-8,a,b%', 'image/svg+xml', 'a,b%'],
      ['DATA:image/png,%89%50%4e%47', 'image/png', Buffer.from('89504e47', 'hex')],
    ] as const) {
      const { contents } = contentParams(of(url));
      assert.deepEqual(contents[0]?.parts, [{ inlineData: { data: data(bytes as string), mimeType: type } }]);
      const [message] = chatCompletionParams(of(url)).messages;
      const image_url = { url: `data:${type};base64,${data(bytes as string)}` };
      assert.deepEqual(message?.content, [{ type: 'image_url', image_url }]);
    }
    assert.deepEqual(contentParams(of('data:image/png;base64,AA==', '')).contents[0]?.parts, [
      { inlineData: { data: 'AA==', mimeType: 'image/png' } },
    ]);
  });

  it('lets no config replace the messages, and keeps config next to a schema', () => {
    const metadata = {
      config: {
        messages: 'x',
        input: 'x',
        system: 1,
        text: { verbosity: 'low' },
        output_config: { effort: 'low' },
      },
      output: { format: 'json', schema: { type: 'object', properties: { a: { type: 'string' } } } },
    };
    const one = prompt([said('system', { text: 's' }), said('user', { text: 'u' })], metadata);
    const options = { config: true };
    assert.equal(chatCompletionParams(one, options).messages.length, 2);
    const { input, text } = responseParams(one, options);
    assert.deepEqual([input.length, Object.keys(text ?? {})], [2, ['verbosity', 'format']]);
    const { messages, system, output_config } = messageParams(one, options);
    assert.deepEqual(
      [messages.length, system, Object.keys(output_config ?? {})],
      [1, 's', ['effort', 'format']],
    );
    const keys = { apiKey: 'k', configuration: { baseURL: 'https://a.example' }, callbacks: [], model: 'x' };
    const { settings } = chatModelParams(
      prompt([], { config: { ...keys, maxOutputTokens: 9, topK: 2 } }),
      options,
    );
    assert.deepEqual(settings, { maxTokens: 9, maxOutputTokens: 9, topK: 2 }, 'nothing that leads elsewhere');
    const json = { output: { format: 'json' } };
    assert.deepEqual(chatCompletionParams(prompt([], json)).response_format, { type: 'json_object' });
    assert.deepEqual(responseParams(prompt([], json)).text, { format: { type: 'json_object' } });
  });

  it("requires all keys in OpenAI's strict mode, or does not use it", () => {
    const { schema } = fc.letrec<{ schema: Record<string, unknown> }>(tie => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(
          { type: 'string' },
          { enum: ['a', 1] },
          { type: ['number', 'null'] },
          { $ref: '#/$defs/x' },
        ),
        tie('schema').map(items => ({ type: 'array', items })),
        fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map(anyOf => ({ anyOf })),
        tie('schema').map(one => ({ allOf: [one] })),
        fc
          .record({
            type: fc.constant('object'),
            properties: fc.dictionary(fc.constantFrom('a', 'b', 'allOf', 'properties'), tie('schema')),
            required: fc.subarray(['a', 'b']),
            additionalProperties: fc.constantFrom(false, false, false, true, { type: 'string' }),
          })
          .map(each => ({ ...each, required: each.required.filter(name => name in each.properties) })),
      ),
    }));
    let count = 0;
    fc.assert(
      fc.property(schema, any => {
        const given = { type: 'object', properties: { any }, additionalProperties: false };
        const strict = strictSchema(given);
        const isOpen = /"additionalProperties":(true|\{)|"properties":\{\}|"allOf":\[/.test(
          JSON.stringify(given),
        );
        assert.equal(strict === undefined, isOpen);
        if (strict === undefined) return;
        count += 1;
        walk(strict, given);
      }),
      { numRuns: runs(2000, 300) },
    );
    assert.ok(count > 20);
    assert.equal(strictSchema({ type: 'array', items: {} }), undefined);
    const of = (any: unknown) => strictSchema({ type: 'object', properties: { any }, required: ['any'] });
    for (const any of [{}, { description: 'x' }, { type: 'string', maxLength: 3 }, { type: 'object' }])
      assert.equal(of(any), undefined, JSON.stringify(any));
    assert.deepEqual(of({ enum: ['a', 1, null], default: 'a' })?.['properties'], {
      any: { enum: ['a', 1, null], type: ['string', 'number', 'null'] },
    });
    assert.deepEqual(of({ const: true })?.['properties'], { any: { const: true, type: 'boolean' } });
  });

  it('uses strict mode only if it supports each keyword', () => {
    const of = (any: unknown, more: object = {}) =>
      strictSchema({ type: 'object', properties: { any }, required: ['any'], ...more });
    for (const any of [
      ...[
        true,
        { anyOf: [] },
        { anyOf: [true] },
        { type: 'any' },
        { type: [] },
        { type: 'string', nullable: true },
      ],
      ...[{ type: 'array' }, { type: ['array', 'null'] }, { type: 'array', items: true }],
      ...[{ $ref: 'Order' }, { $ref: '#/$defs/x', type: 'object' }, { type: 'string', pattern: '^(?!a)' }],
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'b'] },
    ])
      assert.equal(of(any), undefined, JSON.stringify(any));
    for (const more of [{ anyOf: [{ required: ['any'] }] }, { $ref: '#/$defs/x' }, { $id: 'x' }])
      assert.equal(of({ type: 'string' }, more), undefined, JSON.stringify(more));
    const notes = { default: 'a', examples: ['a'], deprecated: true, $comment: 'x' };
    for (const [any, expected] of [
      [{ type: 'string', format: 'uri', ...notes }, { type: 'string' }],
      [
        { type: 'string', format: 'date', title: 'x' },
        { type: 'string', format: 'date', title: 'x' },
      ],
      [{ $ref: '#/$defs/x', ...notes }, { $ref: '#/$defs/x' }],
      [
        { $ref: '#/$defs/x', description: 'Of it' },
        { anyOf: [{ $ref: '#/$defs/x' }], description: 'Of it' },
      ],
    ] as const)
      assert.deepEqual(of(any, { $schema: 'x' })?.['properties'], { any: expected });
  });

  it('describes rules that Anthropic’s API refuses in the description of their property', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        count: { type: 'integer', minimum: 1, maximum: 5, description: 'How many' },
        link: { type: 'string', format: 'uri' },
        iban: { type: 'string', format: 'iban', pattern: '^[A-Z]' },
        list: {
          type: 'array',
          minItems: 1,
          maxItems: 3,
          items: { oneOf: [{ type: 'string', maxLength: 2 }] },
        },
      },
      required: ['count'],
    };
    assert.deepEqual(messageParams(prompt([], { output: { schema } })).output_config?.format.schema, {
      type: 'object',
      properties: {
        count: { type: 'integer', description: 'How many\n\n{minimum: 1, maximum: 5}' },
        link: { type: 'string', format: 'uri' },
        iban: { type: 'string', description: '{format: "iban", pattern: "^[A-Z]"}' },
        list: {
          type: 'array',
          minItems: 1,
          items: { anyOf: [{ type: 'string', description: '{maxLength: 2}' }] },
          description: '{maxItems: 3}',
        },
      },
      required: ['count'],
      additionalProperties: false,
    });
  });

  it('closes only objects with declared keys', () => {
    const named = { type: 'object', properties: { a: { enum: ['x'] } } };
    const free = { type: 'object' };
    const open = { ...named, additionalProperties: true };
    const one = prompt([], { output: { schema: { type: 'object', properties: { named, free, open } } } });
    const a = { enum: ['x'], type: 'string' };
    const closed = {
      type: 'object',
      properties: {
        named: { type: 'object', properties: { a }, additionalProperties: false },
        free,
        open: { type: 'object', properties: { a }, additionalProperties: true },
      },
      additionalProperties: false,
    };
    assert.deepEqual(contentParams(one).config.responseJsonSchema, closed);
  });

  it('closes every object for Anthropic, like its SDK, and refuses one that could only be empty', () => {
    const a = { type: 'string' };
    const schemaOf = (schema: Schema) =>
      messageParams(prompt([], { output: { schema } })).output_config?.format.schema;
    for (const others of [undefined, false, true, { type: 'integer' }]) {
      const open = {
        type: 'object',
        properties: { a },
        ...(others !== undefined && { additionalProperties: others }),
      };
      const { additionalProperties, ...transformed } = transformJSONSchema({
        type: 'object',
        properties: { open },
      }) as { properties: { open: Schema }; additionalProperties: boolean };
      const sent = schemaOf({ type: 'object', properties: { open } }) as typeof transformed;
      assert.equal(additionalProperties, false);
      assert.equal(sent.properties.open['additionalProperties'], false);
      assert.deepEqual(sent.properties.open['properties'], transformed.properties.open['properties']);
      assert.equal(
        sent.properties.open['description'],
        typeof others === 'object' || others === true
          ? `{additionalProperties: ${JSON.stringify(others)}}`
          : undefined,
      );
    }
    assert.deepEqual(schemaOf({ type: 'object', properties: { a: { enum: [1, { b: 2 }] } } }), {
      type: 'object',
      properties: { a: { description: '{enum: [1,{"b":2}]}' } },
      additionalProperties: false,
    });
    for (const free of [{ type: 'object' }, { type: ['object', 'null'], additionalProperties: a }])
      for (const schema of [free, { type: 'object', properties: { free: { type: 'array', items: free } } }])
        assert.throws(
          () => schemaOf(schema),
          error =>
            PromptForgeError.is(error, 'invalid_input') && /^support\/triage@3 declares/.test(error.message),
        );
  });
});

type Schema = Readonly<Record<string, unknown>>;

function walk(strict: Schema, given: Schema): void {
  if (strict['type'] === 'object') {
    const properties = strict['properties'] as Record<string, Schema>;
    assert.deepEqual(strict['required'], Object.keys(properties));
    assert.equal(strict['additionalProperties'], false);
    const required = (given['required'] ?? []) as readonly string[];
    for (const [name, own] of Object.entries(properties)) {
      const original = (given['properties'] as Record<string, Schema>)[name] ?? {};
      if (!required.includes(name)) assert.match(JSON.stringify(own), /null/, 'an optional key may be null');
      if (own['type'] !== undefined && own['anyOf'] === undefined)
        walk({ ...own, type: original['type'] }, original);
    }
  }
  if (strict['items'] !== undefined) walk(strict['items'] as Schema, given['items'] as Schema);
}

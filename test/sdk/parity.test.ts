/** Whatever a program may pass as input, conversation or context: here and in the registry it is the same text or code. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PromptClient, RenderOptions } from '../../src/sdk/client.ts';
import { runs } from '../runs.ts';
import { aSetting, type Setting } from './a-client.ts';

const SOURCES = [
  '{{a}}',
  '{{b}}{{json a}}',
  '{{json this}}',
  '{{#each this}}{{@key}}={{this}},{{/each}}',
  '{{#each a}}{{@key}}{{@index}}={{json this}},{{else}}none{{/each}}',
  '{{a.b}}{{a.length}}{{lookup a "b"}}',
  '{{__proto__.a}}{{[__proto__]}}{{constructor}}{{a.toString}}',
  '{{@c}}{{#if @d}}{{json @d}}{{/if}}{{#if @__proto__}}proto{{/if}}',
  '{{#if a}}yes{{json a}}{{else}}no{{/if}}{{#unless b}}unless{{/unless}}{{history}}',
  '{{#a}}{{this}}{{json this indent=2}}{{/a}}{{^b}}none{{/b}}',
  '---\ninput:\n  schema:\n    a?: any\n    b: string\n  default:\n    a: {b: 1, __proto__: {x: 2}, name: z}\n    constructor: c\n---\n{{role "system"}}{{json a}}{{history}}{{role "user"}}{{b}}{{constructor}}',
];

class Person {
  name = 'Ada';
  get age() {
    return 36;
  }
}
const throwing = {
  toJSON() {
    throw new Error('No.');
  },
};
const leaf = fc.oneof(
  ...[fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean()],
  ...[fc.constantFrom(null, undefined, -0, 1e21, 1e-7, 2 ** 53 + 2, 5e-324, Infinity, Number.NaN)],
  fc.constantFrom('\ud800', '\udc00x', '\\ud800', '\0', '\ufeffx', '\r\n', '{{a}}', '\u2028'),
  fc.constantFrom('<<<dotprompt:role:system>>>', '<<<dotprompt:history>>>', '<<<dotprompt:media:url x>>>'),
  fc.constantFrom<unknown>(
    ...[new Date(0), new Date(Number.NaN), 10n, Symbol('x'), () => 1, new Person(), new Map([['a', 1]])],
    ...[new Set([1]), /x/, new Uint8Array(2), Object(5), Object('\ud800'), Object.create({ a: 1 })],
    ...[new Array(2), Object.assign([1], { x: 1 }), new Error('x'), { toJSON: () => undefined }, throwing],
    Object.create({}, { a: { get: () => 'got', enumerable: true } }),
  ),
);
const name = fc.constantFrom(
  ...['a', 'b', 'c', 'd', 'name', '__proto__', 'constructor', 'toString', 'valueOf', 'toJSON', 'length'],
  ...['0', '', 'é', '\u{1f600}', 'x y', 'root', 'state', 'metadata', 'messages', '\ud800'],
);
const objectOf = (value: fc.Arbitrary<unknown>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map(entries => Object.fromEntries(entries));
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 5, arbitrary: leaf },
    fc.array(tie('value'), { maxLength: 3 }),
    objectOf(tie('value')),
  ),
}));
/** Mostly as it should be. */
const mostly = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 9, arbitrary: right }, value);
const part = fc.oneof(
  fc.record({ text: fc.oneof(fc.string(), fc.constantFrom('{{a}}', '<<<dotprompt:history>>>')) }),
  fc.record({ media: fc.record({ url: fc.string(), contentType: value }, { requiredKeys: ['url'] }) }),
  fc.record({ data: mostly(objectOf(value)) }),
  fc.record({ toolRequest: fc.record({ name: mostly(fc.string()), input: value }) }),
  value,
);
const role = fc.constantFrom('user', 'model', 'system', 'tool', 'assistant');
/** The registry leaves this key out of some objects of a message, which nobody reads. */
const withoutPrototypes = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null) return given;
  Reflect.deleteProperty(given, '__proto__');
  for (const each of Object.values(given)) withoutPrototypes(each);
  return given;
};
const message = fc.record(
  { role, content: mostly(fc.array(part, { maxLength: 2 })), metadata: objectOf(value) },
  { requiredKeys: ['role', 'content'] },
);
const options = fc.record(
  {
    messages: mostly(fc.array(mostly(message), { maxLength: 3 })).map(withoutPrototypes),
    context: mostly(fc.oneof(objectOf(value), fc.record({ root: value }), fc.record({ metadata: value }))),
  },
  { requiredKeys: [] },
);

describe('an input of any kind', () => {
  let setting: Setting;
  let prompts: PromptClient;
  before(async () => {
    setting = await aSetting();
    const { registry } = setting;
    for (const [index, source] of SOURCES.entries())
      await registry.publish(`parity/case-${index}`, source, null);
    const key = await registry.key('development', 'reader');
    prompts = setting.client({ url: registry.url, environment: 'development', key });
  });
  after(() => setting[Symbol.asyncDispose]());

  /** What is given, or the code of why not. */
  async function rendered(index: number, input: unknown, given: RenderOptions): Promise<string> {
    return prompts
      .render(`parity/case-${index}`, input as Readonly<Record<string, unknown>>, { version: 1, ...given })
      .then(
        ({ text, messages }) => JSON.stringify([text, messages]),
        error => error.code ?? String(error),
      );
  }

  it('renders to the same text, or is refused with the same code, in the client and in the registry', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: SOURCES.length - 1 }),
        mostly(objectOf(value)),
        options,
        async (index, input, others) => {
          const given = others as RenderOptions;
          const here = await rendered(index, input, given);
          assert.equal(here, await rendered(index, input, { ...given, remote: true }));
        },
      ),
      { numRuns: runs(600, 100) },
    );
  });

  it('is refused before a request if messages have an invalid role, which the error names', async () => {
    const messages = [{ role: 'assistant' as 'model', content: [{ text: 'Hello' }] }];
    for (const remote of [false, true])
      await assert.rejects(prompts.render('parity/case-0', {}, { version: 1, messages, remote }), {
        code: 'invalid_input',
        message: /The role of messages\[0\] .* For "assistant" write "model"\./,
      });
  });
});

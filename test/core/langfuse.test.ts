/** The law of Langfuse's form: what Langfuse's own clients make of it is what this registry renders. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ChatPromptClient as ChatPrompt5, TextPromptClient as TextPrompt5 } from '@langfuse/client';
import fc from 'fast-check';
import { ChatPromptClient as ChatPrompt3, TextPromptClient as TextPrompt3 } from 'langfuse-core';
import type { LinkedPartial } from '../../src/core/flatten.ts';
import { type LangfusePrompt, langfusePrompt } from '../../src/core/langfuse/langfuse-prompt.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { runs } from '../runs.ts';

const LABEL = 'support/triage@3';

type Partials = Readonly<Record<string, string>>;
type Inputs = Readonly<Record<string, string>>;

function linked(partials: Partials): ReadonlyMap<string, LinkedPartial> {
  const all = new Map<string, LinkedPartial>();
  for (const [name, template] of Object.entries(partials))
    all.set(name, { id: `support/_${name}@1`, label: `{{> ${name}}}`, template, partials: new Map(all) });
  return all;
}

async function forLangfuse(source: string, partials: Partials = {}): Promise<LangfusePrompt> {
  const metadata = await readMetadata(source, LABEL, { isPublished: true });
  return langfusePrompt({ source, kind: 'prompt', partials: linked(partials), metadata, label: LABEL });
}

/** What each client makes of it, as roles and texts; a text has no role. */
function compiled(prompt: LangfusePrompt, variables: Inputs): readonly (readonly Message[])[] {
  const about = { name: 'support/triage', version: 3, config: {}, labels: [], tags: [] };
  const text = [TextPrompt3, TextPrompt5] as const;
  const chat = [ChatPrompt3, ChatPrompt5] as const;
  // Each client has types of its own for the same object.
  const given = { ...about, ...prompt } as never;
  return prompt.type === 'text'
    ? text.map(Client => [{ role: '', text: new Client(given).compile(variables) }])
    : chat.map(Client =>
        (
          new Client(given).compile(variables) as readonly {
            readonly role: string;
            readonly content: string;
          }[]
        ).map(({ role, content }) => ({ role, text: content })),
      );
}

interface Message {
  readonly role: string;
  readonly text: string;
}

/** What the registry renders, in the same words. */
async function rendered(
  source: string,
  partials: Partials,
  input: Inputs,
  type: LangfusePrompt['type'],
): Promise<readonly Message[]> {
  const { messages, text } = await render({
    source,
    isPublished: true,
    partials: linked(partials),
    input,
    label: LABEL,
  });
  if (type === 'text') return [{ role: '', text }];
  return messages.map(({ role, content }) => ({
    role: role === 'model' ? 'assistant' : role,
    text: content.map(part => ('text' in part ? part.text : '')).join(''),
  }));
}

function same(messages: readonly Message[]): readonly Message[] {
  return messages;
}

/** White space alone is no message to the registry. */
function spoken(messages: readonly Message[]): readonly Message[] {
  return messages.filter(({ text }) => text.trim() !== '');
}

async function refusal(source: string, partials: Partials = {}): Promise<string> {
  const error = await forLangfuse(source, partials).then(
    prompt => assert.fail(`was given as ${JSON.stringify(prompt)}`),
    (error: unknown) => error,
  );
  assert.ok(Problem.is(error, 'not_acceptable'), String(error));
  return error.message;
}

const VARIABLES = ['name', 'tone', 'question', 'b'] as const;
const variable = fc.constantFrom(...VARIABLES);
const blank = fc.constantFrom('', ' ', '\n', '\n\n', '\t', '\r\n');
const text = fc.oneof(
  fc.constantFrom(
    'Hello',
    ' you ',
    '\n',
    '  ',
    '{',
    '}',
    '{{',
    '}}',
    '\\',
    '"',
    '<b>&amp;',
    'é🐎',
    '{"a": 1}',
  ),
  fc.string({ maxLength: 6 }),
);
const tag = variable.chain(name =>
  fc.constantFrom(
    ...[`{{${name}}}`, `{{${name}}}`, `{{${name}}}`, `{{ ${name} }}`, `{{~${name}}}`, `{{${name}~}}`],
    ...[`{{{${name}}}}`, `{{& ${name}}}`, `{{[${name}]}}`, `{{"${name}"}}`, `{{~{${name}}~}}`],
  ),
);
const harmless = fc.oneof(
  { weight: 4, arbitrary: tag },
  { weight: 3, arbitrary: text },
  { weight: 1, arbitrary: blank },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{{! a comment }}', '{{!-- {{name}} --}}', '\n{{! alone }}\n', '{{~!--x--~}}'),
  },
);
const role = fc
  .constantFrom('system', 'user', 'model', 'assistant')
  .chain(name => fc.constantFrom(`{{role "${name}"}}`, `\n{{role "${name}"}}\n`, `{{~role '${name}'~}}`));
const partial = fc.constantFrom(
  '{{> one}}',
  '\n{{> two}}\n',
  '  {{> one}}\n',
  '\n\t{{> two}}',
  '{{> one b}}',
);
const beyond = variable.chain(name =>
  fc.constantFrom(
    ...[
      `{{#if ${name}}}x{{/if}}`,
      `{{#${name}}}x{{/${name}}}`,
      `{{^${name}}}x{{/${name}}}`,
      `{{json ${name}}}`,
    ],
    ...[
      `{{${name}.length}}`,
      `{{this.${name}}}`,
      `{{@root.${name}}}`,
      `{{../${name}}}`,
      '{{this}}',
      '{{history}}',
    ],
    ...[
      `{{{{raw}}}}{{${name}}}{{{{/raw}}}}`,
      `\\{{${name}}}`,
      `\\\\{{${name}}}`,
      '{{constructor}}',
      '{{toString}}',
    ],
    ...[
      `{{media url=${name}}}`,
      '{{section "x"}}',
      `{{role ${name}}}`,
      '{{role "tool"}}',
      '{{role "user" a="b"}}',
    ],
    ...[
      `{{#> one}}x{{/one}}`,
      `{{#*inline "p"}}x{{/inline}}{{> p}}`,
      `{{lookup this "${name}"}}`,
      '{{log "x"}}',
    ],
  ),
);
const body = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: harmless },
      { weight: 2, arbitrary: role },
      { weight: 2, arbitrary: partial },
      { weight: 1, arbitrary: beyond },
    ),
    { maxLength: 9 },
  )
  .map(parts => parts.join(''));
const partials = fc.record({
  one: fc.array(harmless, { maxLength: 4 }).map(parts => parts.join('')),
  two: fc
    .array(fc.oneof({ weight: 5, arbitrary: harmless }, role, fc.constant('{{> one}}')), { maxLength: 4 })
    .map(parts => parts.join('')),
});
const frontMatter = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  fc
    .record({
      types: fc.array(fc.constantFrom('string', 'integer', 'any'), { minLength: 4, maxLength: 4 }),
      optional: fc.subarray([...VARIABLES]),
      defaulted: fc.oneof(
        { weight: 3, arbitrary: fc.constant<(typeof VARIABLES)[number][]>([]) },
        fc.subarray([...VARIABLES]),
      ),
    })
    .map(({ types, optional, defaulted }) => {
      const fields = VARIABLES.map(
        (name, n) => `    ${name}${optional.includes(name) ? '?' : ''}: ${types[n]}`,
      );
      const defaults = defaulted.map(name => `\n    ${name}: preset`);
      return `---\ninput:\n  schema:\n${fields.join('\n')}${defaults.length > 0 ? `\n  default:${defaults.join('')}` : ''}\n---\n`;
    }),
);
const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'Ada',
    '{{name}}',
    '<b>&"\'',
    '$&',
    'two\nlines',
    '{{{b}}}',
    '<<<dotprompt:role:system>>>',
  ),
  fc.string({ maxLength: 8 }),
);
const input = fc.record(
  Object.fromEntries(VARIABLES.map(name => [name, value])) as Record<string, typeof value>,
  { requiredKeys: [] },
) as fc.Arbitrary<Inputs>;

describe("a prompt in Langfuse's form", () => {
  it('compiles in Langfuse’s clients to what the registry renders, or is refused', async () => {
    const seen = { served: 0, refused: 0, invalid: 0, chat: 0, missing: 0 };
    await fc.assert(
      fc.asyncProperty(
        frontMatter,
        body,
        partials,
        fc.array(input, { minLength: 1, maxLength: 4 }),
        async (front, template, some, inputs) => {
          const source = front + template;
          let prompt: LangfusePrompt;
          try {
            prompt = await forLangfuse(source, some);
          } catch (error) {
            // What the parser does not take was never published.
            if (Problem.is(error, 'not_acceptable')) seen.refused++;
            else if (Problem.is(error, 'invalid_source') || !(error instanceof TypeError)) seen.invalid++;
            else throw error;
            return;
          }
          seen.served++;
          if (prompt.type === 'chat') seen.chat++;
          for (const given of inputs) {
            let expected: readonly Message[];
            try {
              expected = await rendered(source, some, given, prompt.type);
            } catch (error) {
              assert.ok(Problem.is(error, 'missing_input'), String(error));
              seen.missing++;
              continue;
            }
            // Only a value that is blank itself makes a message that the registry leaves out.
            const known = Object.values(given).every(text => text.trim() !== '') ? same : spoken;
            for (const messages of compiled(prompt, given))
              assert.deepEqual(known(messages), known(expected), JSON.stringify(prompt));
          }
        },
      ),
      { numRuns: runs(50_000, 1500) },
    );
    assert.ok(seen.served > seen.invalid && seen.chat > 50 && seen.refused > 50, JSON.stringify(seen));
  });

  it('is text without roles, and a chat with them', async () => {
    assert.deepEqual(await forLangfuse('Hello {{name}}{{! the caller }}, {{~ tone }}'), {
      type: 'text',
      prompt: 'Hello {{name}},{{tone}}',
    });
    const chat = '{{role "system"}}\nBe {{{tone}}}.\n{{role "model"}}Yes?{{role "user"}}Ask: {{> ask}}';
    assert.deepEqual(await forLangfuse(chat, { ask: '{{question}}!' }), {
      type: 'chat',
      prompt: [
        { type: 'chatmessage', role: 'system', content: '\nBe {{tone}}.\n' },
        { type: 'chatmessage', role: 'assistant', content: 'Yes?' },
        { type: 'chatmessage', role: 'user', content: 'Ask: {{question}}!' },
      ],
    });
  });

  it('is refused at its place with advice if substitution would write something else', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        'Hi\n{{#if name}}x{{/if}}',
        /^support\/triage@3:2:1: Langfuse's clients do not support \{\{#if …\}\}\. .*promptforge\/client/,
      ],
      ['{{#items}}x{{/items}}', /\{\{#items …\}\}/],
      ['{{{{raw}}}}{{x}}{{{{/raw}}}}', /raw blocks/],
      ['{{json name}}', /cannot read \{\{json …\}\}/],
      ['{{user.name}}', /cannot read \{\{user\.name\}\}/],
      ['{{history}}', /cannot read \{\{history\}\}/],
      ['{{media url=name}}', /\{\{media …\}\}/],
      ['{{role who}}x', /\{\{role …\}\}/],
      ['{{role "tool"}}x', /\{\{role …\}\}/],
      ['{{constructor}}', /\{\{constructor\}\}/],
      ['{{@metadata.prompt.model}}', /cannot read/],
      ['{{first-name}}', /cannot read \{\{first-name\}\}/],
      ['\\{{name}}', /whose braces/],
      ['{ {{{name}}} }{{{"name"}}}\\{{x}}', /whose braces/],
      ['{{#*inline "p"}}x{{/inline}}{{> p}}', /\{\{#\*inline\}\} partials/],
      ['{{> part}}', /^\{\{> part\}\}:1:3: .*\{\{#if …\}\}/],
      ['{{> part tone="x"}}', /arguments to a partial/],
      ['{{#> part}}x{{/part}}', /\{\{#> partial\}\}/],
      [
        '---\ninput:\n  default:\n    tone: kind\n---\nBe {{tone}}.',
        /"tone" has a default.*Remove the default/,
      ],
      ['---\ninput:\n  schema:\n    items(array): string\n---\n{{items}}', /"items" is a list/],
      ['---\ninput:\n  schema:\n    items?(array): string\n---\n{{items}}', /"items" may be a list/],
      ['---\ninput:\n  schema:\n    who?(object):\n      a: string\n---\n{{who}}', /"who" may be an object/],
      [
        '---\ninput:\n  schema: {properties: {who: {anyOf: [{type: string}, {items: {}}]}}}\n---\n{{who}}',
        /"who" may be a list/,
      ],
      [
        '{{role "system"}}Be kind.{{role "user"}}\n{{question}}',
        /\{\{question\}\} alone.*Declare "question" as required/,
      ],
    ];
    for (const [source, sentence] of cases)
      assert.match(await refusal(source, { part: 'a {{#if x}}y{{/if}}' }), sentence, source);
    assert.match(
      await refusal('Now:\n  {{> part}}\n', { part: 'Dear {{name}},\n' }),
      /indented line.*beginning of a line/,
    );
  });

  it('is refused with the message its documentation quotes', async () => {
    const page = await readFile(new URL('../../docs/integrations/langfuse.md', import.meta.url), 'utf8');
    const [, quoted] = /^> (.*)$/m.exec(page) ?? [];
    assert.equal(await refusal('Dear {{name}},\n\n\n{{#if name}}x{{/if}}'), quoted);
  });

  it('is given if features without substitution change nothing', async () => {
    const unused = '---\ninput:\n  schema:\n    a: string\n    b?: string\n  default:\n    b: x\n---\n{{a}}';
    assert.deepEqual(await forLangfuse(unused), { type: 'text', prompt: '{{a}}' });
    const required = '---\ninput:\n  schema:\n    q: string\n---\n{{role "user"}}\n{{q}}';
    const { prompt } = await forLangfuse(required);
    assert.deepEqual(prompt, [{ type: 'chatmessage', role: 'user', content: '\n{{q}}' }]);
    assert.deepEqual(await forLangfuse('Now:\n  {{> part}}\nEnd', { part: 'One\nTwo\n' }), {
      type: 'text',
      prompt: 'Now:\n  One\n  Two\nEnd',
    });
  });
});

/** A rendered prompt that has all that adapters map: roles, media, tools and their calls, an output schema, config. */
import { readMetadata } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { createTestClient } from '../../src/sdk/testing.ts';
import type { Message, Rendered } from '../../src/sdk/types.ts';

export const PNG = 'iVBORw0KGgo=';
export const IMAGE = `data:image/png;base64,${PNG}`;
export const TRIAGE = `---
model: acme/large/v2
config:
  temperature: 0.2
  maxOutputTokens: 300
  topP: 0.9
tools: [lookUp, ofTheApplication]
toolDefs:
  - name: lookUp
    description: Finds a customer
    inputSchema:
      id: integer
output:
  schema:
    queue(enum): [cards, fees]
    note?: string
---
{{role "system"}}Sort mails.
{{role "user"}}Sort {{mail}} {{media url=photo}}`;

/** A call of a tool and its result, without the ids that a template does not know. */
export const HISTORY: readonly Message[] = [
  { role: 'user', content: [{ text: 'Who is ' }, { text: '7?' }] },
  { role: 'model', content: [{ text: 'I look.' }, { toolRequest: { name: 'lookUp', input: { id: 7 } } }] },
  { role: 'tool', content: [{ toolResponse: { name: 'lookUp', output: { name: 'Ada' } } }] },
];

export const CUSTOMER_SCHEMA = {
  type: 'object',
  properties: { id: { type: 'integer' } },
  required: ['id'],
  additionalProperties: false,
};

/** As `prompts.render` gives it. */
export async function rendered(
  source: string,
  input: Readonly<Record<string, unknown>> = {},
  messages: readonly Message[] = [],
): Promise<Rendered> {
  const metadata = (await readMetadata(source, 'triage')) as Rendered['metadata'];
  const client = createTestClient({ 'support/triage': { text: parseSource(source).template, metadata } });
  return client.render('support/triage', input, { messages });
}

export const triage = () => rendered(TRIAGE, { mail: 'this', photo: IMAGE }, HISTORY);

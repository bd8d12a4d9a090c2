/** Prompts are text: no surface escapes anything for HTML, and all give the same bytes. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkPartials } from '../../src/core/link.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { render } from '../../src/core/render.ts';
import { promptforge } from '../cli/promptforge.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** All that an escaping would change, and what looks escaped already. */
const HTML = '<a href="x?y=1&z=2" title=\'`=`\'>&lt;&amp;&#39;</a>';
const QUOTED = JSON.stringify(HTML);

const PARTIAL = `${HTML}|{{given}}|{{value}}`;
const SOURCE = `---
input:
  default:
    other: ${QUOTED}
---
${HTML}
{{value}}
{{{value}}}
{{&value}}
{{other}}
{{#each list}}{{this}}{{@key}}{{/each}}
{{#each object}}{{@key}}={{this}}{{/each}}
{{#ifEquals value other}}same{{/ifEquals}}
{{lookup list 0}}
{{json value}}
{{json object indent=1}}
{{@user.name}}
- {{> part given=value}}
{{{{raw}}}}${HTML}{{{{/raw}}}}
{{media url=value}}{{role "model" note=value}}{{value}}{{history}}`;
const INPUT = { value: HTML, list: [HTML], object: { [HTML]: HTML }, raw: true };
const CONTEXT = { user: { name: HTML } };
const MESSAGES = [{ role: 'user' as const, content: [{ text: HTML }], metadata: { from: HTML } }];

const TEXT = `${HTML}
${HTML}
${HTML}
${HTML}
${HTML}
${HTML}0
${HTML}=${HTML}
same
${HTML}
${QUOTED}
{\n ${QUOTED}: ${QUOTED}\n}
${HTML}
- ${HTML}|${HTML}|${HTML}
${HTML}
`;
const EXPECTED = [
  { role: 'user', content: [{ text: TEXT }, { media: { url: HTML } }] },
  { role: 'model', content: [{ text: HTML }], metadata: { note: HTML } },
  { role: 'user', content: [{ text: HTML }], metadata: { from: HTML, purpose: 'history' } },
];

describe('nothing is escaped for HTML', () => {
  it('by render', async () => {
    const partials = await linkPartials(parsePromptName('a'), SOURCE, async name => ({
      name,
      source: PARTIAL,
      id: name,
    }));
    const request = {
      source: SOURCE,
      input: INPUT,
      context: CONTEXT,
      messages: MESSAGES,
      partials,
      label: 'a',
    };
    const { messages, text } = await render(request);
    assert.deepEqual(messages, EXPECTED);
    assert.equal(text, `${TEXT}\n\n${HTML}\n\n${HTML}`);
  });

  it('by the registry, nor by the command, and their bytes are the same', async () => {
    await using registry = await aRegistry();
    await registry.publish('_part', PARTIAL, null);
    await registry.publish('a', SOURCE, null);
    const request = { input: INPUT, context: CONTEXT, messages: MESSAGES, version: 1 };
    const ask = (accept: string) =>
      registry.call('POST', '/v1/prompts/a/-/render', request, { headers: { accept } });
    assert.deepEqual((await ask('application/json')).json.messages, EXPECTED);
    const text = await ask('text/plain');
    assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(text.text, `${TEXT}\n\n${HTML}\n\n${HTML}`);

    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, '.git'));
    const put = async (name: string, content: string) => {
      await writeFile(join(folder.path, name), content);
      return join(folder.path, name);
    };
    await put('_part.prompt', PARTIAL);
    const args = ['render', await put('a.prompt', SOURCE)];
    for (const [option, value] of Object.entries({ input: INPUT, context: CONTEXT, messages: MESSAGES }))
      args.push(`--${option}`, await put(`${option}.json`, JSON.stringify(value)));
    const printed = await promptforge(args);
    assert.deepEqual(printed, { code: 0, stdout: text.text, stderr: '' });
    assert.deepEqual(JSON.parse((await promptforge([...args, '--json'])).stdout), { messages: EXPECTED });
  });

  it('nor by the delivery of a template', async () => {
    await using registry = await aRegistry();
    await registry.publish('_part', PARTIAL, null);
    await registry.publish('a', `${HTML}\n{{> part}}`, null);
    const { text } = await registry.call('GET', '/v1/prompts/a?version=1');
    assert.equal(text, `${HTML}\n${PARTIAL}`);
  });
});

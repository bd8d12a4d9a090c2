import assert from 'node:assert/strict';
import { parsePromptName } from '../../src/core/name.ts';
import { renderTraced } from '../../src/core/trace.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { versionRequest } from '../../src/editor/preview/renderer/version-request.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';

const [one, two] = [parseVersionNumber(1), parseVersionNumber(2)];
const [assistant, header, sign] = ['support/assistant', 'support/_header', '_sign'].map(name =>
  parsePromptName(name),
) as [
  ReturnType<typeof parsePromptName>,
  ReturnType<typeof parsePromptName>,
  ReturnType<typeof parsePromptName>,
];

describe('the preview of a published version', () => {
  it('renders as the registry does, with the partials it was published with', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    const publish = (name: typeof assistant, base: typeof one | null, source: string) =>
      client.publish(name, { source, message: 'for the test', base });
    await publish(sign, null, '---\nmodel: m\n---\nYours, {{who}}');
    await publish(header, null, 'Old header. {{> sign}}');
    const source = '{{role "system"}}{{> header}}{{role "user"}}{{question}} {{> sign}}{{json xs}}';
    await publish(assistant, null, source);
    await publish(header, one, 'New header, nobody signs.');
    await publish(assistant, one, `${source}!`);
    const input = { who: 'Ada', question: 'Why?', xs: [1, '<b>'] };
    let reads = 0;
    const read = (...[name, version]: Parameters<typeof client.getVersion>) => {
      reads += 1;
      return client.getVersion(name, version);
    };
    for (const version of [one, two]) {
      const request = await versionRequest(await client.getVersion(assistant, version), read);
      const traced = await renderTraced({ ...request, input });
      const { messages } = await client.render(assistant, { version, input });
      assert.deepEqual(traced.rendered.messages, messages);
      assert.equal(traced.rendered.text.includes('Old header'), version === one);
    }
    assert.equal(reads, 4, 'each version of a partial is read once for a preview');
  });

  it('links to the version of the partial', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    await client.publish(sign, { source: '---\nmodel: m\n---\n— {{who}}', message: 'm', base: null });
    await client.publish(assistant, { source: 'Hello {{> sign}}', message: 'm', base: null });
    const read = (...[name, version]: Parameters<typeof client.getVersion>) =>
      client.getVersion(name, version);
    const request = await versionRequest(await client.getVersion(assistant, one), read);
    const { messages } = await renderTraced({ ...request, input: { who: 'Ada' } });
    const [part] = messages[0]?.parts ?? [];
    assert.ok(part?.kind === 'text');
    assert.deepEqual(part.spans[0]?.source, { prompt: '_sign@1', start: 19, end: 26 });
    assert.equal(request.label, 'support/assistant@1');
  });
});

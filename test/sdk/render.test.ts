/** The application and the registry render the same text, to the byte. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PromptForgeError } from '../../src/sdk/client.ts';
import { renderPrompt } from '../../src/sdk/render.ts';
import { demoRequests } from '../core/evaluate/demo-renderings.ts';
import { inputs, templates } from '../core/evaluate/templates.ts';
import { runs } from '../runs.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';

describe('prompts.render', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(() => {
    setting.proxy.fault = 'none';
  });
  let published = 0;
  const client = () => {
    const { registry } = setting;
    return setting.client({
      url: registry.url,
      environment: 'development',
      key: () => registry.key('development', 'reader'),
    });
  };

  /** Publishes, and renders in both places. */
  async function bothWays(
    source: string,
    input: Readonly<Record<string, unknown>>,
    options: { messages?: never; context?: never; partials?: Readonly<Record<string, string>> } = {},
  ): Promise<void> {
    const folder = `render/case-${published++}`;
    const { partials = {}, ...rest } = options;
    for (const [name, text] of Object.entries(partials).reverse())
      await setting.registry.publish(`${folder}/${name.replace(/[^/]+$/, '_$&')}`, text, null);
    const name = `${folder}/prompt`;
    const answered = await setting.registry.call('POST', `/v1/prompts/${name}/-/versions`, {
      source,
      base: null,
      message: 'x',
    });
    // A generated template may be one that cannot be published.
    if (answered.status === 422) return;
    const prompts = client();
    const [here, there] = await Promise.allSettled([
      prompts.render(name, input, { version: 1, ...rest }),
      prompts.render(name, input, { version: 1, ...rest, remote: true }),
    ]);
    if (there.status === 'rejected') {
      assert.equal(here.status, 'rejected', `${source} is rendered here alone`);
      assert.equal(here.reason.code, there.reason.code);
      return;
    }
    assert.equal(here.status, 'fulfilled', String((here as PromiseRejectedResult).reason));
    const plain = (value: unknown) => JSON.stringify(value);
    assert.equal(here.value.text, there.value.text);
    assert.equal(plain(here.value.messages), plain(there.value.messages));
    assert.equal(plain(here.value.metadata), plain(there.value.metadata));
    assert.equal(here.value.reference, there.value.reference);
  }

  it('renders generated templates and inputs like the registry', async () => {
    await fc.assert(
      fc.asyncProperty(templates(), inputs, (template, input) => bothWays(template, input)),
      { numRuns: runs(300, 20) },
    );
  });

  it('renders the demo’s prompts with their partials like the registry', async () => {
    const requests = (await demoRequests()).filter(({ partials }) =>
      [...partials.values()].every(each => each.partials.size === 0),
    );
    for (const { source, partials, input } of requests.slice(0, runs(100, 5)))
      await bothWays(source, input, {
        partials: Object.fromEntries(
          [...partials].map(([name, each]) => [name, each.source ?? each.template]),
        ),
      });
  });

  it('converts inputs like JSON, as the registry does', async () => {
    const source =
      '---\ninput:\n  schema:\n    a?: any\n    b?: any\n---\n{{a}} {{json a}} {{#each b}}{{@key}}={{this}};{{/each}}';
    const date = new Date(0);
    for (const input of [
      { a: date, b: { date } },
      { a: undefined, b: [undefined, null, Number.NaN] },
      { a: { toJSON: () => 'own' }, b: new Map([['x', 1]]) },
      {
        a: new (class Person {
          name = 'Ada';
        })(),
        b: 'text',
      },
      { a: -0, b: [1e21, 1e-7, 0.1] },
    ])
      await bothWays(source, input as Record<string, unknown>);
  });

  it('renders locally, and returns text, messages and the prompt’s details', async () => {
    const { client, proxy } = setting;
    const prompts = client();
    await prompts.get(NAME);
    proxy.fault = 'killed';
    const rendered = await prompts.render(NAME, { mail: 'this <mail>' });
    assert.deepEqual(
      [rendered.text, rendered.messages, rendered.reference, rendered.metadata.model, rendered.source],
      [
        'One this <mail>',
        [{ role: 'user', content: [{ text: 'One this <mail>' }] }],
        `${NAME}@1`,
        'acme/small',
        'cache',
      ],
    );
  });

  it('lets the registry render in one request with remote: true', async () => {
    const { client, proxy } = setting;
    const before = proxy.seen.length;
    const rendered = await client().render(NAME, { mail: 'this' }, { remote: true });
    assert.deepEqual(
      [rendered.text, rendered.metadata.model, rendered.source],
      ['One this', 'acme/small', 'network'],
    );
    assert.deepEqual(proxy.seen.slice(before), [`POST /v1/prompts/${NAME}/-/render`]);
    proxy.fault = 'killed';
    assert.equal(await codeOf(client().render(NAME, {}, { remote: true })), 'unreachable');
    const fallback = await client().render(NAME, { mail: 'x' }, { remote: true, fallback: 'Sort {{mail}}' });
    assert.deepEqual([fallback.text, fallback.source], ['Sort x', 'fallback']);
    proxy.fault = 'none';
  });

  it('reports a rendering by the registry like any other request', async () => {
    const { client, proxy } = setting;
    const told: unknown[] = [];
    const prompts = client({
      onFetch: ({ name, reference, error }) => told.push([name, reference ?? error?.code]),
    });
    const render = () => codeOf(prompts.render(NAME, { mail: 'this' }, { remote: true }));
    await render();
    proxy.fault = 'killed';
    assert.equal(await render(), 'unreachable');
    const { text: _, ...about } = await client().get(NAME, { fallback: 'x' });
    for (const messages of [['Hello'], [{ role: 'user' }], [null]]) {
      const headers = { 'PromptForge-Api': '1' };
      const answer = { ...about, version: 1, reference: `${NAME}@1`, digest: `sha256:${'0'.repeat(64)}` };
      proxy.fault = { status: 200, headers, body: JSON.stringify({ ...answer, messages }) };
      assert.equal(await render(), 'not_a_registry', JSON.stringify(messages));
    }
    proxy.fault = 'none';
    assert.deepEqual(told, [
      [NAME, `${NAME}@1`],
      [NAME, 'unreachable'],
      ...Array.from({ length: 3 }, () => [NAME, 'not_a_registry']),
    ]);
  });

  it('names missing inputs, and refuses invalid ones', async () => {
    const { registry } = setting;
    const source =
      '---\ninput:\n  schema:\n    mail: string\n    tone?: string\n    team: string\n  default:\n    team: us\n---\n{{mail}}{{team}}';
    await registry.publish('render/declared', source, null);
    const prompts = client();
    for (const remote of [false, true]) {
      const error = await prompts
        .render('render/declared', {}, { version: 1, remote })
        .catch((thrown: unknown) => thrown);
      assert.ok(PromptForgeError.is(error, 'missing_input'), String(error));
      assert.deepEqual(error.missing, ['mail']);
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      for (const input of [circular, { n: 1n }, [], 'text', null, { a: '\ud800' }])
        assert.equal(
          await codeOf(prompts.render('render/declared', input as never, { version: 1, remote })),
          'invalid_input',
        );
      assert.equal(
        (await prompts.render('render/declared', { mail: '\\ud800' }, { version: 1, remote })).text,
        '\\ud800us',
      );
    }
    const strict = prompts.render('render/declared', { mail: 5 }, { version: 1, strict: true });
    assert.equal(await codeOf(strict), 'invalid_input');
  });

  it('stops an endless rendering', async () => {
    const text = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}';
    const prompt = { ...(await setting.client().get(NAME)), text };
    const xs = Array.from({ length: 300 }, (_, index) => index);
    assert.throws(
      () => renderPrompt(prompt, { xs }),
      (error: unknown) => PromptForgeError.is(error, 'too_expensive'),
    );
  });

  it('refuses an invalid fallback', async () => {
    setting.proxy.fault = 'killed';
    for (const fallback of ['{{#if a}}', '{{> partial}}', '{{nope x}}'])
      assert.equal(await codeOf(setting.client().render(NAME, {}, { fallback })), 'invalid_source', fallback);
  });
});

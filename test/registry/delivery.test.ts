import assert from 'node:assert/strict';
import { digestOf } from '../../src/core/digest.ts';
import { aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

describe('delivery', () => {
  let registry: RegistryForTest;
  const PATH = '/v1/prompts/support/triage';
  const FIRST = '---\nmodel: acme/small\ninput:\n  schema:\n    mail: string\n---\nSort {{mail}}.';
  const SECOND = 'Sort this — {{mail}} — “now”.';
  before(async () => {
    registry = await aRegistry();
    await registry.publish('support/triage', FIRST, null);
    await registry.publish('support/triage', SECOND, 1);
    await registry.publish('support/triage', 'A draft.', 2);
    await registry.promote('support/triage', 1, 'staging');
    await registry.promote('support/triage', 1, 'production');
    await registry.promote('support/triage', 2, 'development');
  });
  after(() => registry[Symbol.asyncDispose]());
  const get = (query = '', as = 'development reader', headers = {}) =>
    registry.call('GET', PATH + query, undefined, { as, headers });

  it('gives the text of stable by default, without front matter', async () => {
    const { status, text, headers } = await get('', 'production reader');
    assert.equal(status, 200);
    assert.equal(text, 'Sort {{mail}}.');
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(headers.get('promptforge-version'), 'support/triage@1');
    assert.equal(headers.get('promptforge-channel'), 'stable');
    assert.equal(headers.get('promptforge-environment'), 'production');
    assert.equal(headers.get('etag'), `"${digestOf(FIRST)}"`);
    assert.equal(headers.get('vary'), 'Authorization, Accept');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-length'), '14');
    assert.ok(Date.parse(headers.get('last-modified') ?? '') > 0);
  });
  it('sends every character as UTF-8, short texts and long, first from the database and then from memory', async () => {
    const long = `${'žluťoučký kůň 🐎 '.repeat(2000)}end`;
    await registry.publish('long', long, null);
    for (let time = 0; time < 2; time++) {
      assert.equal((await get()).text, SECOND);
      const answered = await registry.call('GET', '/v1/prompts/long?channel=latest');
      assert.equal(answered.text, long);
      assert.equal(answered.headers.get('content-length'), String(Buffer.byteLength(long)));
    }
  });
  it('caches a channel for seconds and a pinned version for a year, privately', async () => {
    const channel = await get();
    assert.match(
      channel.headers.get('cache-control') ?? '',
      /^private, max-age=\d, stale-while-revalidate=\d+, stale-if-error=\d+$/,
    );
    assert.match(channel.headers.get('cdn-cache-control') ?? '', /^max-age=\d,/);
    const pin = await get('?version=1');
    assert.equal(pin.headers.get('cache-control'), 'private, max-age=31536000, immutable');
    assert.equal(pin.headers.get('cdn-cache-control'), 'max-age=31536000, immutable');
    assert.equal(pin.headers.get('promptforge-channel'), null);
    assert.equal(pin.headers.get('promptforge-version'), 'support/triage@1');
  });
  it('gives name, version, digest and metadata as JSON, with a separate ETag', async () => {
    const json = await get('?version=1', 'development reader', { accept: 'application/json' });
    assert.deepEqual(json.json, {
      name: 'support/triage',
      version: 1,
      reference: 'support/triage@1',
      digest: digestOf(FIRST),
      environment: 'development',
      channel: null,
      template: 'Sort {{mail}}.',
      metadata: {
        model: 'acme/small',
        config: {},
        input: {
          schema: {
            type: 'object',
            properties: { mail: { type: 'string' } },
            required: ['mail'],
            additionalProperties: false,
          },
          default: {},
        },
        ext: {},
        raw: { model: 'acme/small', input: { schema: { mail: 'string' } } },
      },
    });
    const text = await get('?version=1');
    assert.notEqual(json.headers.get('etag'), text.headers.get('etag'));
  });
  it('answers 304 to a matching ETag, in a list, weak or as *, and 200 to another', async () => {
    const etag = (await get()).headers.get('etag') ?? '';
    for (const given of [etag, `"x", W/${etag}`, '*']) {
      const answered = await get('', 'development reader', { 'if-none-match': given });
      assert.equal(answered.status, 304, given);
      assert.equal(answered.text, '');
      assert.equal(answered.headers.get('etag'), etag);
      assert.equal(answered.headers.get('promptforge-version'), 'support/triage@2');
    }
    const other = await get('', 'development reader', { 'if-none-match': '"sha256:0"' });
    assert.equal(other.status, 200);
    const json = { accept: 'application/json', 'if-none-match': etag };
    assert.equal(
      (await get('', 'development reader', json)).status,
      200,
      'the ETag of another representation',
    );
  });
  it('answers HEAD with the headers of GET and no body', async () => {
    const [head, whole] = [await registry.call('HEAD', PATH), await registry.call('GET', PATH)];
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    for (const name of ['etag', 'content-length', 'content-type', 'promptforge-version'])
      assert.equal(head.headers.get(name), whole.headers.get(name), name);
  });
  it('negotiates by quality, and refuses types it cannot produce', async () => {
    const typeFor = async (accept: string) =>
      (await get('', 'development reader', { accept })).headers.get('content-type')?.split(';')[0];
    assert.equal(await typeFor('text/*;q=0.5, application/json;q=0.4'), 'text/plain');
    assert.equal(await typeFor('text/plain;q=0.2, application/json'), 'application/json');
    assert.equal(await typeFor('*/*, text/plain;q=0'), 'application/json');
    assert.equal(await typeFor('text/html, */*;q=0.1'), 'text/plain');
    assertProblem(await get('', 'development reader', { accept: 'image/png' }), 406, 'not_acceptable');
  });
  it('serves only the channels of the policy, whatever the role', async () => {
    assert.equal((await get('?channel=latest')).text, 'A draft.');
    for (const role of ['reader', 'author', 'approver', 'admin'])
      assertProblem(await get('?channel=latest', `production ${role}`), 403, 'channel_not_served', /draft/);
    assertProblem(await get('?channel=canary'), 403, 'channel_not_served');
  });
  it('serves a pinned version in production only if it was once live there', async () => {
    assert.equal((await get('?version=1', 'production reader')).status, 200);
    assertProblem(await get('?version=2', 'production admin'), 403, 'version_not_released');
    assertProblem(await get('?version=4', 'production reader'), 403, 'version_not_released', /@4 was never/);
    assertProblem(await get('?version=4', 'staging reader'), 404, 'version_not_found', /newest is 3/);
    assert.equal((await get('?version=3', 'staging reader')).text, 'A draft.');
  });
  it('says whether the prompt, the version or the channel is missing', async () => {
    const call = (path: string, as: string) => registry.call('GET', path, undefined, { as });
    assertProblem(await call('/v1/prompts/nobody', 'staging reader'), 404, 'prompt_not_found');
    await registry.publish('unpromoted', 'x', null);
    assertProblem(await call('/v1/prompts/unpromoted', 'staging reader'), 404, 'channel_unset');
    // Of drafts alone production says what it says of nothing.
    for (const name of ['nobody', 'unpromoted'])
      assertProblem(
        await call(`/v1/prompts/${name}`, 'production reader'),
        404,
        'prompt_not_found',
        /serves no/,
      );
  });
  it('refuses unknown or repeated query parameters, and a channel together with a version', async () => {
    assertProblem(await get('?verison=1'), 422, 'invalid_request', /\/verison/);
    assertProblem(await get('?version=1&version=2'), 422, 'invalid_request', /twice/);
    assertProblem(await get('?version=1&channel=latest'), 422, 'invalid_request', /not both/);
    for (const query of [
      '?version=0',
      '?version=x',
      '?channel=No',
      '?version=',
      '?version=0x1',
      '?version=1e0',
    ])
      assertProblem(await get(query), 422, 'invalid_request');
  });
  it('shows a promotion and a rollback at once', async () => {
    await registry.publish('moving', 'one', null);
    await registry.publish('moving', 'two', 1);
    const text = async () => (await registry.call('GET', '/v1/prompts/moving')).text;
    await registry.promote('moving', 1, 'development');
    assert.equal(await text(), 'one');
    await registry.promote('moving', 2, 'development');
    assert.equal(await text(), 'two');
    await registry.promote('moving', 1, 'development');
    assert.equal(await text(), 'one');
  });
  it('delivers the partials recorded at publication, whatever happens to them later', async () => {
    await registry.publish('parts/_inner', 'inner one', null);
    await registry.publish('parts/_header', 'Hello {{> inner}}', null);
    await registry.publish('parts/page', '{{> header}}, dear {{name}}', null);
    const read = async () => {
      const answered = await registry.call('GET', '/v1/prompts/parts/page?channel=latest');
      return [answered.text, answered.headers.get('etag')];
    };
    const [before, etag] = await read();
    assert.equal(before, 'Hello inner one, dear {{name}}');
    await registry.publish('parts/_inner', 'inner two', 1);
    await registry.publish('parts/_header', 'Hi {{> inner}}', 1);
    await registry.call('POST', '/v1/prompts/parts/_header/-/archive', {});
    assert.deepEqual(await read(), [before, etag]);
    await registry.call('POST', '/v1/prompts/parts/_header/-/restore', {});
    const again = await registry.publish('parts/page', '{{> header}}, dear {{name}}', 1);
    assert.equal(again.version, 2, 'the same source with newer partials is a new version');
    const [now, newEtag] = await read();
    assert.equal(now, 'Hi inner two, dear {{name}}');
    assert.notEqual(newEtag, etag, 'another text has another ETag, though the source is the same');
  });
  it('keeps serving what is live of an archived prompt', async () => {
    await registry.publish('old', 'still here', null);
    await registry.promote('old', 1, 'development');
    assert.equal((await registry.call('POST', '/v1/prompts/old/-/archive', { reason: 'done' })).status, 200);
    assert.equal((await registry.call('GET', '/v1/prompts/old')).text, 'still here');
    assert.equal((await registry.call('GET', '/v1/prompts/old?channel=latest')).text, 'still here');
  });
  it('answers the same from memory as from the database, for all callers and forms at once', async () => {
    const forms = ['', '?channel=latest', '?version=1', '?version=2'];
    const callers = ['development reader', 'staging reader', 'production reader'];
    const all = () =>
      Promise.all(
        forms.flatMap(form =>
          callers.flatMap(as =>
            [undefined, 'application/json'].map(async accept => {
              const { status, text, headers } = await get(form, as, accept ? { accept } : {});
              return [form, as, accept, status, text, headers.get('etag')];
            }),
          ),
        ),
      );
    const first = await all();
    assert.equal(new Set(first.map(String)).size, first.length);
    for (let time = 0; time < 3; time++) assert.deepEqual(await all(), first);
  });
});

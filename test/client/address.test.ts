import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRegistryUrl, registryAddress, validateRegistryUrl } from '../../src/client/address.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { Problem } from '../../src/core/problem.ts';
import { checkProject } from '../../src/workspace/check-project.ts';
import { DEVELOPMENT, KEY } from './a-client.ts';

describe('the URL of a registry', () => {
  for (const url of [
    'https://prompts.example.com',
    'https://prompts.example.com:8443/team/a/',
    'http://localhost:7878',
    'http://127.0.0.1:7878',
    'http://127.9.9.9',
    'http://[::1]:7878',
  ])
    it(`may be ${url}`, () => assert.equal(validateRegistryUrl(url), undefined));

  for (const [url, why] of [
    ['http://prompts.example.com', /unencrypted/],
    ['http://127.0.0.1.example.com', /unencrypted/],
    ['http://localhost.example.com', /unencrypted/],
    ['http://10.0.0.1', /unencrypted/],
    ['http://0.0.0.0:7878', /unencrypted/],
    ['ftp://prompts.example.com', /not ftp:/],
    ['file:///etc/passwd', /not file:/],
    ['prompts.example.com', /not a URL/],
    ['', /not a URL/],
    ['https://mara:secret@prompts.example.com', /user name or password/],
    ['https://prompts.example.com/?key=secret', /query/],
    ['https://prompts.example.com?', /query/],
    ['https://prompts.example.com/#secret', /fragment/],
  ] as const)
    it(`may not be ${url || 'empty'}`, () => {
      const message = validateRegistryUrl(url) ?? '';
      assert.match(message, why);
      assert.ok(!message.includes('secret'));
      assert.throws(
        () => parseRegistryUrl(url),
        error => RegistryUnreachable.is(error, 'address_refused'),
      );
    });

  for (const [typed, understood] of [
    ['https://prompts.example.com', 'https://prompts.example.com'],
    ['HTTPS://Prompts.Example.com:443/', 'https://prompts.example.com'],
    ['https://prompts.example.com/team//', 'https://prompts.example.com/team'],
    ['https://bücher.example/a%20b', 'https://xn--bcher-kva.example/a%20b'],
    ['https://prompts.example.com/a/../b/"c', 'https://prompts.example.com/b/%22c'],
    ['http://127.1:7878', 'http://127.0.0.1:7878'],
  ] as const)
    it(`is stored in its normalized form: ${typed}`, () => {
      assert.equal(registryAddress(typed), understood);
      assert.equal(registryAddress(understood), understood);
      const { values } = checkProject(JSON.stringify({ registry: typed }));
      assert.equal(values?.registry, understood);
    });

  it('is checked before a request is sent', () => {
    const fetch = () => assert.fail('a request was sent');
    assert.throws(
      () => new RegistryClient({ url: 'http://prompts.example.com', key: KEY, fetch }),
      error => RegistryUnreachable.is(error, 'address_refused'),
    );
  });

  it('must not be http for any other host than this machine', () => {
    fc.assert(
      fc.property(fc.domain(), host => {
        fc.pre(host !== 'localhost');
        assert.notEqual(validateRegistryUrl(`http://${host}`), undefined);
      }),
    );
  });
});

describe('the key of a client', () => {
  const make = (key: string | null, url = 'https://prompts.example.com') => new RegistryClient({ url, key });

  it('must be a whole key, because other text may be the secret of another service', () => {
    assert.doesNotThrow(() => make(KEY));
    for (const wrong of [
      '',
      'hunter2',
      `${KEY}\n`,
      KEY.slice(0, -1),
      `Bearer ${KEY}`,
      KEY.replace(/.$/, '!'),
    ])
      assert.throws(
        () => make(wrong),
        error => Problem.is(error, 'key_malformed') && !error.message.includes('hunter2'),
      );
  });

  it('may be the embedded credential only for the embedded registry', () => {
    const credential = embeddedCredential(DEVELOPMENT);
    assert.doesNotThrow(() => make(credential, EMBEDDED_ORIGIN));
    assert.throws(() => make(credential), Problem);
  });

  it('may be missing for calls that need none', async () => {
    await assert.rejects(make(null).currentKey(), error => Problem.is(error, 'key_missing'));
  });

  it('is not sent to a path outside of the registry’s', async () => {
    const fetch = () => assert.fail('a request was sent');
    const client = new RegistryClient({ url: 'https://prompts.example.com/team', key: KEY, fetch });
    for (const id of ['..', '.', '../../x'])
      await assert.rejects(client.getPromotion(id), error => Problem.is(error, 'invalid_request'));
  });
});

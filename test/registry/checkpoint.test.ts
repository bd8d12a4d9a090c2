/** Checkpoints: the registry's signed word, which anybody can check and nobody can make. */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { isSigned } from '../../src/core/checkpoint.ts';
import type { ChainHead } from '../../src/core/event.ts';
import { signingKeyText, validateEndorsement } from '../../src/core/signing-key.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openIdentity } from '../../src/registry/identity.ts';
import { recordSigningKey, replaceSigningKey } from '../../src/registry/proof/signing-key.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, assertProblem, identityForTest, type Json, type RegistryForTest } from './a-registry.ts';

describe('checkpoints', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await recordSigningKey(registry.store, COMMAND_LINE, await identityForTest());
  });
  after(() => registry[Symbol.asyncDispose]());

  const events = async (of = registry): Promise<Json[]> =>
    (await of.call('GET', '/v1/changes?limit=1000', undefined, { as: 'development author' })).json.events;
  const checkpoint = (of = registry) =>
    of.call('GET', '/v1/checkpoint', undefined, { as: 'development author' });

  it('are not signed by a key that the log does not name', async () => {
    await using unnamed = await aRegistry();
    const refused = await unnamed.call('GET', '/v1/checkpoint', undefined, { as: 'development author' });
    assertProblem(refused, 503, 'unavailable', /does not have the key that the log names/);
  });

  it('state where the log ends, with a signature that anyone can verify', async () => {
    await using own = await aRegistry();
    await recordSigningKey(own.store, COMMAND_LINE, await identityForTest());
    await recordSigningKey(own.store, COMMAND_LINE, await identityForTest());
    await own.publish('a', 'x', null);
    const { status, json } = await checkpoint(own);
    assert.equal(status, 200);
    const log = await events(own);
    const named = log.filter(event => event.kind === 'signing_key.set');
    assert.deepEqual(
      named.map(({ data: { publicKey, replaces } }) => ({ publicKey, replaces })),
      [{ publicKey: (await identityForTest()).publicKey, replaces: null }],
      'named once',
    );
    assert.deepEqual([json.seq, json.hash], [log.at(-1).seq, log.at(-1).hash]);
    const { signature, ...signed } = json;
    assert.equal(signed.kind, 'promptforge.checkpoint.v1');
    const x = Buffer.from(json.publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const bytes = Buffer.from(canonicalize(signed) as string);
    assert.ok(verify(null, bytes, key, Buffer.from(signature, 'base64')));
    assert.ok(isSigned(json));
  });

  it('are invalid when anything in them is changed', async () => {
    const { json } = await checkpoint();
    const other = await otherKey();
    for (const change of [
      { seq: json.seq + 1 },
      { hash: `sha256:${'0'.repeat(64)}` },
      { at: '2026-01-01T00:00:00.000Z' },
      { publicKey: other.publicKey },
      { publicKey: 'AAAA' },
      { signature: '' },
      { signature: other.sign('x') },
    ])
      assert.equal(isSigned({ ...json, ...change }), false, JSON.stringify(change));
  });

  it('require the current key: the log records its replacement, and a process with the old key stops signing', async () => {
    await using own = await aRegistry();
    await recordSigningKey(own.store, COMMAND_LINE, await identityForTest());
    assert.equal((await checkpoint(own)).status, 200);
    const [old, next] = [await identityForTest(), await otherKey()];
    await assert.rejects(recordSigningKey(own.store, COMMAND_LINE, next), /names .* as the key that signs/);
    await replaceSigningKey(own.store, COMMAND_LINE, { old, new: next });
    const log = await events(own);
    const [before, { data }] = log.slice(-2);
    assert.deepEqual([data.publicKey, data.replaces], [next.publicKey, old.publicKey]);
    assert.equal(validateEndorsement(data, before, old.publicKey), undefined);
    assertProblem(await checkpoint(own), 503, 'unavailable', /the same --registry-key/);
    await replaceSigningKey(own.store, COMMAND_LINE, { old: next, new: old });
    assert.equal((await checkpoint(own)).status, 200);
  });

  it('verify under a new key only if both keys signed the change at that place in the log', async () => {
    const [old, next] = [await identityForTest(), await otherKey()];
    const before = { seq: 7, hash: `sha256:${'1'.repeat(64)}` } as ChainHead;
    const text = signingKeyText({ publicKey: next.publicKey, replaces: old.publicKey }, before);
    const change = {
      ...{ publicKey: next.publicKey, replaces: old.publicKey },
      ...{ signature: next.sign(text), endorsement: old.sign(text) },
    };
    assert.equal(validateEndorsement(change, before, old.publicKey), undefined);
    assert.equal(validateEndorsement(change, before, null), undefined, 'the first is taken as it comes');
    const { endorsement: _, ...unendorsed } = change;
    for (const [wrong, at] of [
      [unendorsed, before],
      [{ ...change, endorsement: next.sign(text) }, before],
      [{ ...change, signature: old.sign(text) }, before],
      [{ publicKey: next.publicKey, endorsement: old.sign(text) }, before],
      [{ ...change, replaces: next.publicKey }, before],
      [change, { ...before, seq: 8 }],
      [change, { ...before, hash: `sha256:${'2'.repeat(64)}` } as ChainHead],
    ] as const)
      assert.match(validateEndorsement(wrong, at, old.publicKey) ?? '', /in the place of/);
  });

  it('stop, with all writes, when the log names a key that the old one did not endorse', async () => {
    await using own = await aRegistry({ serving: { signerPauses: { gather: 5 } } });
    await recordSigningKey(own.store, COMMAND_LINE, await identityForTest());
    assert.equal((await checkpoint(own)).status, 200);
    await replaceSigningKey(own.store, COMMAND_LINE, { old: null, new: await otherKey() });
    await eventually('the alarm', () => own.logged.some(({ event }) => event === 'log_broken'));
    assertProblem(await checkpoint(own), 503, 'log_broken');
    const content = { source: 'x', message: '', base: null };
    assertProblem(await own.call('POST', '/v1/prompts/a/-/versions', content), 503, 'log_broken');
  });

  it('are available to everyone who may read the log', async () => {
    const reader = await registry.call('GET', '/v1/checkpoint', undefined, { as: 'production reader' });
    assertProblem(reader, 403, 'role_too_low');
  });

  let other: ReturnType<typeof openIdentity> | undefined;
  function otherKey(): ReturnType<typeof openIdentity> {
    other ??= (async () => {
      await using folder = await temporaryFolder();
      return await openIdentity(`${folder.path}/other.pem`);
    })();
    return other;
  }
});

// *Revoke Key…*: an admin ends a key of an environment, and with it those that it created.

import assert from 'node:assert/strict';
import type { ROLES } from '../../src/core/role.ts';
import { eventually } from '../eventually.ts';
import { inside, run } from './support/inside.ts';
import { teamWindow } from './support/team-window.ts';

describe('revoking a key', () => {
  const team = teamWindow({
    keys: { development: ['author', 'tomas.berg'], production: ['admin', 'ada.novak'] },
  });
  const admin = () => team.client('production', 'admin', 'ada.novak');
  /** A key of production that another admin's key made, by that key. */
  const made = async (maker: string, actor: string, role: (typeof ROLES)[number] = 'reader') =>
    (
      await team.registry
        .client(maker)
        .createKey({ environment: 'production' as never, role, actor, expiresAt: null })
    ).key;
  const stateOf = async (actor: string) => {
    const { data } = await (await admin()).listKeys({ limit: 500 });
    const found = data.find(key => key.actor === actor);
    assert.ok(found, `no key of ${actor}`);
    return found.revokedAt === null ? 'valid' : 'revoked';
  };

  it('revokes only the chosen key, after a confirmation that names it and the consequences', async () => {
    const own = await team.key('production', 'admin', 'ada.novak');
    await made(own, 'checkout-one');
    const ask = await run('revokeKey', { picks: ['checkout-one'], confirms: [true] }, 'production');
    await ask.message('checkout-one’s key for production is revoked.');
    const [question] = ask.confirmed;
    assert.equal(question?.button, 'Revoke production Key of checkout-one');
    assert.equal(question?.alternative, undefined);
    assert.match(
      question?.detail ?? '',
      /role reader\. Never used\.\n.*From the next request on, the registry refuses.*undone/,
    );
    assert.match(ask.offered[0]?.join('\n') ?? '', /^checkout-one reader in production · [0-9A-Za-z]{12}$/m);
    assert.equal(await stateOf('checkout-one'), 'revoked');
    assert.equal(await stateOf('ada.novak'), 'valid');
  });
  it('offers to revoke all keys it created, directly and indirectly', async () => {
    const own = await team.key('production', 'admin', 'ada.novak');
    const leaked = await made(own, 'leaked', 'admin');
    const child = await made(leaked, 'child', 'admin');
    await made(child, 'grandchild');
    const ask = await run('revokeKey', { picks: ['leaked'], confirms: ['alternative'] }, 'production');
    await ask.message('leaked’s key for production is revoked, and so are 2 keys that it created.');
    assert.equal(ask.confirmed[0]?.alternative, 'Revoke with the 2 Keys It Created');
    assert.match(ask.confirmed[0]?.detail ?? '', /child \(admin\)|grandchild \(reader\)/);
    for (const actor of ['leaked', 'child', 'grandchild'])
      assert.equal(await stateOf(actor), 'revoked', actor);
  });
  it('finds the keys created by one that was revoked alone', async () => {
    const own = await team.key('production', 'admin', 'ada.novak');
    await made(await made(own, 'alone', 'admin'), 'left-behind');
    await (await run('revokeKey', { picks: ['alone'], confirms: [true] }, 'production')).message(
      /is revoked\.$/,
    );
    assert.equal(await stateOf('left-behind'), 'valid');
    const ask = await run('revokeKey', { picks: ['alone'], confirms: [true] }, 'production');
    await ask.message(/so is the key that it created/);
    assert.equal(await stateOf('left-behind'), 'revoked');
  });
  it('skips the environment choice when there is only one, and does nothing when dismissed', async () => {
    const own = await team.key('production', 'admin', 'ada.novak');
    await made(own, 'kept');
    await run('revokeKey', { picks: [undefined] });
    await run('revokeKey', { picks: ['kept'], confirms: [false] });
    assert.equal(await stateOf('kept'), 'valid');
  });
  it('names the key it needs when yours is not an admin key', async () => {
    const ask = await run('revokeKey', {}, 'development');
    const told = await ask.message(
      /needs a key for development with the role admin .*yours in development is an author/,
    );
    assert.deepEqual(told.buttons, ['Set Key…']);
  });
  it('warns when it is your own, and leaves the window without it', async () => {
    const own = await team.registry.key('production', 'admin', 'ada.twice');
    await run('replaceKey', { texts: [own] }, 'production');
    const ask = await run('revokeKey', { picks: ['ada.twice'], confirms: [true] }, 'production');
    await ask.message(/ada\.twice’s key for production is revoked/);
    assert.match(ask.confirmed[0]?.detail ?? '', /This window uses this key/);
    const { session } = (await inside()).workbench;
    await eventually('the refusal', () => session.keys.get('production' as never)?.kind === 'refused');
  });
});

/** The index of the search as a table of its own: whoever runs the registry may empty it. */
import assert from 'node:assert/strict';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { aRegistry } from './a-registry.ts';

describe('an emptied search index', () => {
  it('is rebuilt, and the registry verifies in the meantime', async () => {
    await using registry = await aRegistry();
    await registry.publish('index/p', 'lemur', null);
    await registry.publish('index/p', 'none', 1);
    const count = async () => (await registry.call('GET', '/v1/search?text=lemur')).json.data.length;
    assert.equal(await count(), 2);
    await registry.store.write(transaction => transaction.deleteFrom('version_changes').execute());
    await verifyRegistry(registry.store);
    assert.equal(await count(), 2);
    await registry.publish('index/p', 'lemur, lemur', 2);
    assert.equal(await count(), 3);
  });
});

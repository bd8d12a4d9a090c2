import assert from 'node:assert/strict';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { STABLE } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { proofOf } from '../../src/editor/promotion/proof.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { aPromotion } from './data.ts';

describe('the check that a promotion reached applications', () => {
  const promotion = (version: number, state: 'applied' | 'pending' = 'applied') => ({
    ...aPromotion('development', version, { state }),
    prompt: parsePromptName('support/triage'),
    version: parseVersionNumber(version),
  });

  it('reports the delivered version, another one, or that delivery does not answer', async () => {
    await using registry = await aRegistry();
    await registry.publish('support/triage', 'One', null);
    await registry.publish('support/triage', 'Two', 1);
    const client = new RegistryClient({
      url: registry.url,
      key: await registry.key('development', 'approver'),
    });
    const move = (version: number, expected: number | null) =>
      client.promote(parsePromptName('support/triage'), {
        ...{ environment: parseEnvironmentName('development'), channel: STABLE, reason: 'Tried' },
        version: parseVersionNumber(version),
        expected: expected === null ? null : parseVersionNumber(expected),
      });
    await move(2, null);
    assert.equal(await proofOf(client, promotion(2)), ' Applications get @2.');
    await move(1, 2);
    assert.match(await proofOf(client, promotion(2)), /^ Delivery returns @1: /);
    assert.equal(await proofOf(client, promotion(1)), ' Applications get @1.');
    assert.equal(await proofOf(client, promotion(2, 'pending')), '');
    const away = new RegistryClient({
      url: 'http://127.0.0.1:1',
      key: await registry.key('development', 'approver'),
    });
    assert.match(await proofOf(away, promotion(2)), /^ Delivery did not answer/);
  });
});

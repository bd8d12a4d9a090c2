// A client that is told before each call whether the registry can be asked at all.

import assert from 'node:assert/strict';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { Problem } from '../../src/core/problem.ts';
import { aClient } from './a-client.ts';
import { json, misbehavingServer } from './misbehaving-server.ts';

describe('a client of a registry that is known to be unreachable', () => {
  it('sends no request, does not retry, and reports that nothing was changed', async () => {
    await using server = await misbehavingServer(json({}));
    let asked = 0;
    for (const [away, reason] of [
      [new RegistryUnreachable('timeout', server.url, 'It did not answer.'), 'timeout'],
      [new Problem('unavailable', 'It cannot serve.'), 'unavailable'],
    ] as const) {
      const client = aClient(server.url, {
        before: async () => {
          asked += 1;
          throw away;
        },
      });
      await assert.rejects(
        client.archive('support/triage' as never, 'Old'),
        error =>
          RegistryUnreachable.is(error, reason) &&
          error.neverArrived &&
          error.message === `${away.message} Nothing was changed.`,
      );
      await assert.rejects(client.listEnvironments(), { message: away.message });
    }
    assert.equal(asked, 4);
    assert.deepEqual(server.seen, []);
  });
});

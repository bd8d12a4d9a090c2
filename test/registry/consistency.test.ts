/** The proof that one head of the log continues another. */
import assert from 'node:assert/strict';
import { MAX_CONSISTENCY_EVENTS } from '../../src/contract/consistency.ts';
import { CHAIN_START, type RegistryEvent, validateNextEvent } from '../../src/core/event.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import { aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

describe('a consistency proof between two heads', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('p', 'x', null);
    const reason = 'For the test';
    await registry.store.write(async transaction => {
      for (let count = 0; count < MAX_CONSISTENCY_EVENTS + 20; count++)
        await appendEvent(transaction, registry.store.now, () => ({
          ...COMMAND_LINE,
          kind: 'head.accepted',
          data: { reason, lost: null },
        }));
    });
  });
  after(() => registry[Symbol.asyncDispose]());
  const proof = (query: string, as = 'development author') =>
    registry.call('GET', `/v1/consistency?${query}`, undefined, { as });

  it('contains every event between them, in pages of limited cost', async () => {
    await registry.key('development', 'author');
    let head = CHAIN_START;
    let steps = 0;
    for (;;) {
      const { status, json } = await proof(`from=${head.seq}`);
      assert.equal(status, 200);
      assert.deepEqual(json.from, head);
      if (json.events.length === 0) break;
      for (const event of json.events as RegistryEvent[]) {
        assert.equal(validateNextEvent(event, head), undefined);
        head = { seq: event.seq, hash: event.hash };
      }
      assert.deepEqual(json.to, head);
      steps++;
    }
    assert.equal(steps, 2);
    const { json } = await proof('from=2&to=4');
    assert.deepEqual(
      json.events.map(({ seq }: RegistryEvent) => seq),
      [3, 4],
    );
    const same = await proof('from=3&to=3');
    assert.deepEqual([same.json.events, same.json.from], [[], same.json.to]);
  });

  it('is refused for heads that do not exist, and to readers', async () => {
    assertProblem(await proof('from=9999999'), 422, 'invalid_request', /The log ends with event/);
    assertProblem(await proof('from=1&to=9999999'), 422, 'invalid_request', /The log ends with event/);
    assertProblem(await proof('from=4&to=2'), 422, 'invalid_request', /before the older one/);
    for (const query of [
      '',
      'from=',
      'from=-1',
      'from=x',
      'from=1e2',
      'from=1&to=',
      'from=1&from=2',
      'from=1&x=1',
    ])
      assertProblem(await proof(query), 422, 'invalid_request');
    assertProblem(await proof(''), 422, 'invalid_request', /at \/from: This is missing\. Give a number\./);
    assertProblem(await proof('from=9007199254740993'), 422, 'invalid_request', /Give a smaller number\.$/);
    assertProblem(await proof('from=0', 'production reader'), 403, 'role_too_low');
  });
});

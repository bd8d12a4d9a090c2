/** The registry verified while it is served: little by little, and the alarm when something does not fit. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../src/core/problem.ts';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { logWatch } from '../../src/registry/proof/watch.ts';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

describe('the log watch', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('p', 'x', null);
    await registry.promote('p', 1, 'development');
  });
  after(() => registry[Symbol.asyncDispose]());

  const pauses = { start: 0, piece: 0, fault: 0, again: 0 };

  it('verifies the log repeatedly, through store failures, and raises the alarm once', async () => {
    const told = new EventEmitter();
    const faults: unknown[] = [];
    const broken: Error[] = [];
    let failures = 3;
    const { store } = registry;
    const watch = logWatch({
      store: {
        ...store,
        now: store.now,
        read: async work => {
          if (failures-- > 0) throw new Problem('unavailable', 'The database is away.');
          return store.read(async snapshot => {
            const result = await work(snapshot);
            told.emit('read');
            return result;
          });
        },
      },
      onFault: error => faults.push(error),
      onBroken: error => {
        broken.push(error);
        told.emit('broken');
      },
      pauses,
    });
    assert.equal(watch.state().status, 'verifying');
    watch.start();
    while (watch.state().status === 'verifying') await once(told, 'read');
    const { status, verifiedAt, broken: why } = watch.state();
    assert.deepEqual([status, why, faults.length], ['verified', null, 1]);
    assert.ok(verifiedAt !== null);

    const alarm = once(told, 'broken');
    const database = new DatabaseSync(join(registry.folder, DATABASE_FILE));
    database.exec("UPDATE pointers SET promoted_by = 'somebody.else'");
    database.close();
    await alarm;
    assert.equal(watch.state().status, 'broken');
    assert.match(watch.state().broken ?? '', /table pointers has promoted_by/);
    await watch.close();
    assert.equal(broken.length, 1);
  });
});

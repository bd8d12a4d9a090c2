/** A window is refreshed after events, without beginning anew what has not ended. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { EventRefreshes } from '../../src/editor/following/event-refreshes.ts';
import { eventually } from '../eventually.ts';

/** Refreshes that end when the test says so. */
function refreshes() {
  const begun: { readonly at: number; end: () => void }[] = [];
  let running = 0;
  let refreshedAt = 0;
  const parts = new EventRefreshes({
    refresh() {
      refreshedAt = Date.now();
      running += 1;
      assert.equal(running, 1, 'one at a time');
      const { promise, resolve } = Promise.withResolvers<void>();
      begun.push({
        at: refreshedAt,
        end() {
          running -= 1;
          resolve();
        },
      });
      return promise;
    },
    refreshedAt: () => refreshedAt,
    settle: 1,
    between: 2,
  });
  return { parts, begun, refreshed: () => (refreshedAt = Date.now()) };
}

describe('refreshes after events', () => {
  it('finish while more events arrive, and another one follows', async () => {
    const { parts, begun } = refreshes();
    parts.happened();
    const first = await eventually('the first', () => begun[0]);
    for (let times = 0; times < 20; times++) {
      await delay(2);
      parts.happened();
    }
    assert.equal(begun.length, 1, 'the first is not begun anew');
    first.end();
    const second = await eventually('the one that shows what happened meanwhile', () => begun[1]);
    second.end();
    assert.equal(begun.length, 2);
  });

  it('are skipped when the window was refreshed in the meantime', async () => {
    const { parts, begun, refreshed } = refreshes();
    parts.happened();
    refreshed();
    await delay(20);
    assert.equal(begun.length, 0);
    parts.happened();
    const only = await eventually('one for what happened after that', () => begun[0]);
    only.end();
    parts.dispose();
    parts.happened();
    await delay(20);
    assert.equal(begun.length, 1, 'none once it is disposed');
  });
});

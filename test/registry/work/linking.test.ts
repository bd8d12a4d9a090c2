/** Partials are linked before the transaction that publishes: what is published meanwhile is taken in all the same. */
import assert from 'node:assert/strict';
import type { Version } from '../../../src/contract/prompts.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { COMMAND_LINE } from '../../../src/registry/access/caller.ts';
import { linkedToNewest, linkNewest } from '../../../src/registry/prompts/link-newest.ts';
import { prepareSource } from '../../../src/registry/prompts/prepare-source.ts';
import { publish, withPartials } from '../../../src/registry/prompts/publish.ts';
import { aRegistry, type RegistryForTest } from '../a-registry.ts';

const name = parsePromptName('letter');
const source = 'Dear {{name}}\n{{> sign}}\n';

/** Publishes the letter; `meanwhile` is done between linking it and its transaction. */
async function publishLetter(
  { store, key }: RegistryForTest,
  meanwhile: () => Promise<unknown>,
): Promise<Version> {
  await key('development');
  const caller = { ...COMMAND_LINE, role: 'admin', environment: 'development' } as never;
  const prepared = await prepareSource(name, source);
  return withPartials(
    async () => {
      const linked = await linkedToNewest(store, { name, source }, linkNewest);
      await meanwhile();
      return linked;
    },
    prepared,
    async ready => {
      const done = await store.write(transaction =>
        publish(transaction, store.now, caller, name, ready, { message: '', base: null }),
      );
      return done.version;
    },
  );
}

describe('publishing a prompt that uses partials', () => {
  it('includes a partial published after it was linked', async () => {
    await using registry = await aRegistry();
    await registry.publish('_sign', 'Yours', null);
    let times = 0;
    const published = await publishLetter(registry, async () => {
      if (times++ === 0) await registry.publish('_sign', 'Ever yours', 1);
    });
    assert.equal(times, 2);
    assert.equal(published.partials['sign']?.version, 2);
  });

  it('notices a partial created or archived after it was linked', async () => {
    await using registry = await aRegistry();
    let times = 0;
    const published = await publishLetter(registry, async () => {
      if (times++ === 0) await registry.publish('_sign', 'Yours', null);
    });
    assert.equal(published.partials['sign']?.version, 1);
    const archived = publishLetter(registry, () =>
      registry.call('POST', '/v1/prompts/_sign/-/archive', { reason: 'For the test' }),
    );
    await assert.rejects(archived, (error: unknown) => Problem.is(error, 'invalid_source'));
  });

  it('gives up when its partials keep changing, and changes nothing', async () => {
    await using registry = await aRegistry();
    await registry.publish('_sign', 'version 1', null);
    let newest = 1;
    await assert.rejects(
      publishLetter(registry, () => registry.publish('_sign', `version ${newest + 1}`, newest++)),
      (error: unknown) => {
        assert.ok(Problem.is(error, 'unavailable'));
        assert.match(error.message, /partials that this prompt uses are being published all the time/);
        return true;
      },
    );
    assert.equal(newest, 6);
    assert.equal((await registry.call('GET', '/v1/prompts/letter/-/versions/1')).status, 404);
  });
});

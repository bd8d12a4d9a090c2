/** Decisions about releases at the worst moment, and with as many owners and authors as there may be. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { parseChannel } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { MAX_OWNER_RULES, parseOwners } from '../../src/core/owners.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { Caller } from '../../src/registry/access/caller.ts';
import { unmatched } from '../../src/registry/owners/lock-out.ts';
import { checkAsRecorded } from '../../src/registry/promotions/as-recorded.ts';
import { comment } from '../../src/registry/promotions/comments.ts';
import { approveRelease } from '../../src/registry/promotions/decide-release.ts';
import { promote } from '../../src/registry/promotions/promote.ts';
import { readRelease } from '../../src/registry/promotions/read-releases.ts';
import { releaseMembers } from '../../src/registry/promotions/release-members.ts';
import { prepareSource } from '../../src/registry/prompts/prepare-source.ts';
import { publish } from '../../src/registry/prompts/publish.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { aGovernedRegistry, type GovernedRegistry, HOUR } from '../registry/a-governed-registry.ts';

const ADA = { actor: 'ada', key: 'embedded', role: 'approver', environment: 'production' } as Caller;

describe('the decision on a release', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
  });
  afterEach(() => governed[Symbol.asyncDispose]());

  it('applies or plans it as a whole at its time', async () => {
    const { registry } = governed;
    const { store } = registry;
    const time = governed.clock.now + HOUR;
    for (let before = 0; before < 5; before++) {
      const names = [`a${before}`, `b${before}`];
      for (const name of names) {
        await registry.publish(name, name, null, { as: 'development author dana' });
        await registry.promote(name, 1, 'staging');
      }
      const asked = await registry.call(
        'POST',
        '/v1/releases',
        {
          ...{ environment: 'production', channel: 'stable', reason: 'Monday', atomic: true },
          effectiveAt: new Date(time).toISOString(),
          items: names.map(prompt => ({ prompt, version: 1, from: null })),
        },
        { as: 'production author rae' },
      );
      assert.equal(asked.status, 202, asked.text);
      // The clock is asked so many times before the time has come.
      let left = before;
      const now = () => new Date(left-- > 0 ? time - 1 : time);
      const { results } = await store.write(transaction =>
        approveRelease(transaction, now, ADA, asked.json.release.id, ''),
      );
      const outcomes = new Set(results.map(({ outcome }) => outcome));
      assert.equal(outcomes.size, 1, `${before}: ${[...outcomes]}`);
    }
    await verifyRegistry(store);
  });

  it('with the maximum of owners and authors does not block others', async () => {
    const { registry } = governed;
    const { store } = registry;
    await registry.key('production', 'approver', 'lee');
    const names = Array.from({ length: MAX_OWNER_RULES }, (_, index) => `q${index}`);
    await fill(store, names);
    // Each prompt has a line of its own with twelve owners, of whom one may approve.
    const others = 'a b c d e f g h i j k'.split(' ').map(name => `@${name}`);
    const text = names.map(name => `${name} @lee ${others.join(' ')}`).join('\n');
    const owners = '/v1/environments/production/owners';
    const body = { text, reason: 'Teams', expected: null };
    const change = await registry.call('POST', owners, body, { as: 'production admin' });
    assert.equal(change.status, 202, change.text);
    const approve = `${owners}/${change.json.change.id}/approve`;
    const lee = { as: 'production approver lee' };
    assert.equal((await registry.call('POST', approve, {}, lee)).status, 200);

    const asked = await registry.call(
      'POST',
      '/v1/releases',
      {
        ...{ environment: 'production', channel: 'stable', reason: 'All of it', atomic: true },
        items: names.map(prompt => ({ prompt, version: 3, from: null })),
      },
      { as: 'production author rae' },
    );
    assert.equal(asked.status, 202, asked.text);
    const { id } = asked.json.release;
    assert.equal(asked.json.release.promotions[0].owners.length, names.length);
    const begun = performance.now();
    const turns = turnsOfOthers();
    await store.read(snapshot => readRelease(snapshot, id));
    assert.ok(turns.end() > 1, 'others have their turns while it is read');
    const approved = await registry.call('POST', `/v1/releases/${id}/approve`, {}, lee);
    assert.equal(approved.json.release?.state, 'applied', approved.text);
    assert.ok(performance.now() - begun < patience(15_000), `${performance.now() - begun} ms`);
    await verifyRegistry(store);
  });

  it("reads neither later events of the log nor the release's comments", async () => {
    const { registry } = governed;
    const { store } = registry;
    const asked = await registry.call(
      'POST',
      '/v1/releases',
      {
        ...{ environment: 'production', channel: 'stable', reason: 'One' },
        items: [{ prompt: 'p', version: 4, from: null }],
      },
      { as: 'production author rae' },
    );
    assert.equal(asked.status, 202, asked.text);
    const id = asked.json.release.id as string;
    await store.write(async transaction => {
      for (let count = 0; count < 100; count++)
        await comment(transaction, store.now, ADA, id, { text: `${count}`, place: null });
    });
    let rows = 0;
    await store.read(async snapshot => {
      const counting = snapshot.withPlugin({
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          rows += result.rows.length;
          return result;
        },
      });
      const [member] = await releaseMembers(counting, Number(id));
      assert.ok(member);
      await checkAsRecorded(counting, member);
    });
    assert.ok(rows < 10, `${rows} rows`);
  });

  it('yields to others while patterns are matched against all prompts', async () => {
    const { store, key } = governed.registry;
    await key('production', 'approver', 'lee');
    await fill(
      store,
      Array.from({ length: 1000 }, (_, index) => `folder/of/q${index}`),
      1,
    );
    const patterns = Array.from({ length: MAX_OWNER_RULES }, (_, index) => `folder/**/no-${index}`);
    const parsed = parseOwners(patterns.map(pattern => `${pattern} @lee`).join('\n'));
    assert.ok('rules' in parsed);
    // Which rule decides for a prompt is looked up among them.
    let lookUps = 0;
    const rules = new Proxy(parsed.rules, {
      get(all, key) {
        lookUps += 1;
        return Reflect.get(all, key) as unknown;
      },
    });
    const turns = turnsOfOthers();
    const notes = await store.read(snapshot => unmatched(snapshot, rules));
    assert.equal(notes.length, patterns.length);
    assert.ok(turns.end() > 1);
    // Asked again, nothing is tried anew until a prompt comes.
    const again = async (text: string): Promise<readonly [notes: number, lookUps: number]> => {
      if (text !== '') await fill(store, [text], 1);
      const before = lookUps;
      const told = await store.read(snapshot => unmatched(snapshot, rules));
      return [told.length, lookUps - before];
    };
    const [, first] = await again('folder/of/another');
    const [, later] = await again('');
    assert.ok(first - later > 1000, `${later} look-ups after ${first}`);
    assert.deepEqual((await again('folder/of/no-7'))[0], patterns.length - 1);
  });
});

/** Prompts of so many versions, each by another author; the third is stable in staging. */
async function fill(
  store: GovernedRegistry['registry']['store'],
  names: readonly string[],
  versions = 3,
): Promise<void> {
  const callerOf = (environment: string, actor: string) =>
    ({ actor, key: 'embedded', role: 'admin', environment: parseEnvironmentName(environment) }) as Caller;
  const staging = callerOf('staging', 'ops');
  const sources = await Promise.all([1, 2, 3].map(each => prepareSource(parsePromptName('q'), `${each}`)));
  await store.write(async transaction => {
    for (const text of names) {
      const name = parsePromptName(text);
      for (const [index, source] of sources.slice(0, versions).entries()) {
        const author = callerOf('development', `${text}.author.${index}`);
        const about = { message: '', base: index === 0 ? null : (index as VersionNumber) };
        await publish(transaction, store.now, author, name, source, about);
      }
      if (versions < 3) continue;
      await promote(transaction, store.now, staging, name, {
        ...{ environment: staging.environment, channel: parseChannel('stable') },
        ...{ version: 3 as VersionNumber, reason: 'For the test', expected: null },
      });
    }
  });
}

/** Counts how often the event loop goes round until `end`. */
function turnsOfOthers(): { end(): number } {
  let count = 0;
  let isOver = false;
  const next = () => {
    count += 1;
    if (!isOver) setImmediate(next);
  };
  setImmediate(next);
  return {
    end() {
      isOver = true;
      return count;
    },
  };
}

/** Following over restarts of the window, with real registries; what the window remembers goes through JSON. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { registryFollower } from '../../src/editor/following/follow-registry.ts';
import {
  type Alarm,
  acknowledge,
  alarmsIn,
  type EventMemento,
  keepAlarm,
} from '../../src/editor/following/kept.ts';
import { type EmbeddedRegistry, openEmbeddedRegistry } from '../../src/registry/embedded.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { eventually } from '../eventually.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const PLACE = 'the embedded registry in /somewhere';
const NAME = parsePromptName('p');

/** As a window has it from the one before: what was stored, and nothing else. */
class StoredMemory implements EventMemento {
  readonly #values: Map<string, string>;
  readonly #changes = new Map<string, PromiseWithResolvers<void>>();

  constructor(before?: StoredMemory) {
    this.#values = new Map(before === undefined ? [] : before.#values);
  }

  get<T>(key: string): T | undefined {
    const value = this.#values.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  async update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, JSON.stringify(value));
    for (const [about, change] of this.#changes) {
      if (!key.startsWith(`promptforge.${about}`)) continue;
      this.#changes.delete(about);
      change.resolve();
    }
  }

  /** When a position in the log, or an alarm, was stored or removed next. */
  changed(about: 'log' | 'alarms'): Promise<void> {
    const change = this.#changes.get(about) ?? Promise.withResolvers<void>();
    this.#changes.set(about, change);
    return change.promise;
  }
}

function clientOf(registry: EmbeddedRegistry): RegistryClient {
  const key = embeddedCredential(parseEnvironmentName('development'));
  return new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: registry.fetch });
}

const publish = (registry: EmbeddedRegistry, source: string, base: number | null) =>
  clientOf(registry).publish(NAME, { source, base, message: '' } as never);

/** A window that is connected to `registry` and remembers what the one before did. */
class AWindow implements Disposable {
  readonly memory: StoredMemory;
  readonly follower: ReturnType<typeof registryFollower>;
  readonly raised: Alarm[] = [];
  opened = 0;
  /** Of the calls that asked how the log is. */
  readonly signals: AbortSignal[] = [];
  #follows = Promise.withResolvers<void>();
  #happened = Promise.withResolvers<void>();
  #alarm = Promise.withResolvers<Alarm>();

  constructor(registry: EmbeddedRegistry, before?: AWindow, log?: 'broken' | 'verified') {
    this.memory = new StoredMemory(before?.memory);
    this.follower = registryFollower({
      memory: this.memory,
      open: async () => {
        this.opened += 1;
        const client = clientOf(registry);
        const readiness = client.readiness.bind(client);
        client.readiness = signal => {
          if (signal !== undefined) this.signals.push(signal);
          this.#follows.resolve();
          return log === undefined
            ? readiness(signal)
            : Promise.resolve({ status: 'ok', database: 'ok', log });
        };
        return client;
      },
      raise: alarm => {
        if (keepAlarm(this.memory, alarm) === undefined) return;
        this.raised.push(alarm);
        this.#alarm.resolve(alarm);
      },
      happened: () => this.#happened.resolve(),
      failed: () => assert.fail('nothing fails here'),
      warn: message => assert.fail(message),
      pause: async () => assert.fail('nothing fails here'),
    });
    this.follower.follow(PLACE, true);
  }

  /** Once it has read the log to its end and waits for news: what happens before, it takes for known. */
  get follows(): Promise<void> {
    return this.#follows.promise;
  }

  get happened(): Promise<void> {
    return this.#happened.promise;
  }

  get alarm(): Promise<Alarm> {
    return this.#alarm.promise;
  }

  [Symbol.dispose](): void {
    this.follower.stop();
  }
}

describe('following a registry', () => {
  let folders: TemporaryFolder[];
  let registries: EmbeddedRegistry[];
  beforeEach(() => {
    [folders, registries] = [[], []];
  });
  afterEach(async () => {
    for (const registry of registries) await registry.close();
    for (const folder of folders) await folder[Symbol.asyncDispose]();
  });

  async function registry(dataFolder?: string): Promise<EmbeddedRegistry> {
    if (dataFolder === undefined) folders.push(await temporaryFolder());
    const opened = await openEmbeddedRegistry({
      dataFolder: dataFolder ?? folders.at(-1)!.path,
      actor: 'mara.lindqvist',
    });
    registries.push(opened);
    return opened;
  }

  it('reports what another window or process does in the same embedded registry', async () => {
    const own = await registry();
    const others = await registry(folders[0]!.path);
    using window = new AWindow(own);
    await window.follows;
    await publish(others, 'One.', null);
    await window.happened;
  });

  it('continues at once when an unavailable registry answers again, however long the pause', async () => {
    const own = await registry();
    const [failed, followed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isAway = true;
    const follower = registryFollower({
      memory: new StoredMemory(),
      async open() {
        if (isAway) throw new Error('It is away.');
        followed.resolve();
        return clientOf(own);
      },
      raise: alarm => assert.fail(alarm.message),
      happened: () => undefined,
      failed: () => failed.resolve(),
      warn: message => assert.fail(message),
      pause: async (_, signal) => void (await once(signal, 'abort')),
    });
    follower.follow(PLACE, true);
    await failed.promise;
    isAway = false;
    follower.follow(PLACE, false);
    follower.follow(PLACE, true);
    await followed.promise;
    follower.stop();
  });

  it('drops a client whose key was replaced, and continues with another from the same place', async () => {
    const own = await registry();
    using window = new AWindow(own);
    await window.follows;
    window.follower.follow(PLACE, true, 0);
    assert.equal(window.opened, 1);
    const signals = window.signals.slice();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      signals.map(() => false),
    );
    // The key is gone: nothing is called with it any more.
    window.follower.follow(PLACE, false, 1);
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      signals.map(() => true),
    );
    window.follower.follow(PLACE, true, 1);
    await eventually('another client', () => window.signals.length > signals.length);
    assert.equal(window.opened, 2);
    await publish(own, 'One.', null);
    await window.happened;
  });

  it('raises an alarm that survives restarts until it is acknowledged, and then starts again', async () => {
    const before = await registry();
    await publish(before, 'One.', null);
    using first = new AWindow(before);
    await first.memory.changed('log');
    first.follower.stop();

    const rewritten = await registry();
    await publish(rewritten, 'Another one.', null);
    await publish(rewritten, 'Another two.', 1);
    using second = new AWindow(rewritten, first);
    const { message } = await second.alarm;
    assert.match(message, /does not continue the log seen before/);

    using third = new AWindow(rewritten, second);
    const [alarm, ...more] = alarmsIn(third.memory);
    assert.deepEqual([alarm?.registry, alarm?.message, more], [PLACE, message, []]);
    assert.equal(third.opened, 0, 'it is not followed');

    await acknowledge(third.memory, alarm!);
    assert.deepEqual(alarmsIn(third.memory), []);
    third.follower.follow(PLACE, true);
    await third.follows;
    await publish(rewritten, 'Another three.', 2);
    await third.happened;
    assert.deepEqual(third.raised, []);

    using fourth = new AWindow(rewritten, third);
    const kept = fourth.memory.changed('log');
    await publish(rewritten, 'Another four.', 3);
    await kept;
    assert.deepEqual([fourth.raised, alarmsIn(fourth.memory)], [[], []]);
  });

  it('raises the alarm for a key that nobody endorsed, even across window restarts', async () => {
    const own = await registry();
    await publish(own, 'One.', null);
    using first = new AWindow(own);
    await first.follows;
    first.follower.stop();
    await own.close();

    await rm(join(folders[0]!.path, IDENTITY_FILE));
    const withAnotherKey = await registry(folders[0]!.path);
    using second = new AWindow(withAnotherKey, first);
    const { kind, message } = await second.alarm;
    assert.equal(kind, 'signer');
    assert.match(message, /the old key did not endorse it/);
    using third = new AWindow(withAnotherKey, second);
    assert.equal(third.opened, 0, 'it is not followed');
    await acknowledge(third.memory, alarmsIn(third.memory)[0]!);
    third.follower.follow(PLACE, true);
    await third.follows;
    await publish(withAnotherKey, 'Two.', 1);
    await third.happened;
    assert.deepEqual(third.raised, []);
  });

  it('raises one alarm while the registry reports broken data, also after restarts', async () => {
    const broken = await registry();
    using first = new AWindow(broken, undefined, 'broken');
    const alarm = await first.alarm;
    assert.match(alarm.message, /promptforge verify/);
    using second = new AWindow(broken, first, 'broken');
    assert.deepEqual(alarmsIn(second.memory), [{ ...alarm, isAcknowledged: false }]);
    await acknowledge(second.memory, alarm);
    assert.deepEqual(alarmsIn(second.memory), []);

    using third = new AWindow(broken, second, 'broken');
    await third.follows;
    await publish(broken, 'One.', null);
    await third.happened;
    assert.deepEqual([third.raised, alarmsIn(third.memory)], [[], []], 'it was told already');

    using mended = new AWindow(broken, third, 'verified');
    await mended.memory.changed('alarms');
    using again = new AWindow(broken, mended, 'broken');
    assert.equal((await again.alarm).kind, 'broken');
  });
});

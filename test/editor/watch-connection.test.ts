/** The rule: whenever a registry goes away or comes back, the window says so within five seconds, at little cost. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import {
  ANSWER_MS,
  type ConnectionWatch,
  JITTER,
  LONGEST_MS,
  type WatchedConnection,
  watchConnection,
} from '../../src/editor/connection/watch-connection.ts';
import { runs } from '../runs.ts';

const STEP_MS = 100;
const away = () => new RegistryUnreachable('offline', 'https://x/readyz', 'It is away.');

/** `silent`: it takes the question and never answers, as when the network is gone. */
type Weather = 'answers' | 'refuses' | 'silent' | 'answers, but serves nothing';

/** A registry and a window in a time of their own. */
class AWindow implements WatchedConnection, Disposable {
  weather: Weather = 'answers';
  shown: ReturnType<WatchedConnection['state']>;
  now = 0;
  /** When each question was asked, in milliseconds. */
  readonly asked: number[] = [];
  /** When what is shown was fetched anew, in milliseconds. */
  readonly fetched: number[] = [];
  readonly watch: ConnectionWatch;

  constructor(shown: ReturnType<WatchedConnection['state']> = 'connected') {
    this.shown = shown;
    mock.timers.enable({ apis: ['setTimeout'] });
    this.watch = watchConnection(this, () => this.now);
    this.watch.begin();
  }

  state() {
    return this.shown;
  }

  async ask(): Promise<void> {
    this.asked.push(this.now);
    if (this.weather === 'refuses') throw away();
    if (this.weather !== 'silent') return;
    const { promise, reject } = Promise.withResolvers<void>();
    setTimeout(() => reject(away()), ANSWER_MS);
    return promise;
  }

  lost(error: unknown): void {
    assert.ok(RegistryUnreachable.is(error, 'offline'));
    this.shown = 'offline';
    this.watch.begin(); // as the session tells of each change
  }

  async back(): Promise<void> {
    this.fetched.push(this.now);
    if (this.weather === 'answers') this.shown = 'connected';
    this.watch.begin();
  }

  async pass(milliseconds: number): Promise<void> {
    for (let end = this.now + milliseconds; this.now < end; ) {
      this.now += STEP_MS;
      mock.timers.tick(STEP_MS);
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
  }

  [Symbol.dispose](): void {
    this.watch[Symbol.dispose]();
    mock.timers.reset();
  }
}

describe('watching a connection', () => {
  it('reports within five seconds that a registry went away or came back', async () => {
    const weather = fc.constantFrom<Weather>('answers', 'refuses', 'silent');
    const spells = fc.array(fc.record({ weather, seconds: fc.integer({ min: 5, max: 40 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        spells,
        fc.constantFrom('connected' as const, 'offline' as const),
        async (all, first) => {
          using window = new AWindow(first);
          for (const spell of all) {
            window.weather = spell.weather;
            await window.pass(5_000);
            const expected = spell.weather === 'answers' ? 'connected' : 'offline';
            assert.equal(window.shown, expected, `5 s after it ${spell.weather}`);
            await window.pass((spell.seconds - 5) * 1000);
            assert.equal(window.shown, expected);
          }
        },
      ),
      { numRuns: runs(100, 25) },
    );
  });

  it('checks at once when something failed', async () => {
    using window = new AWindow();
    await window.pass(500);
    window.weather = 'refuses';
    window.watch.soon();
    await window.pass(STEP_MS);
    assert.equal(window.shown, 'offline');
  });

  it('checks every two seconds while the registry answers, and not at all without one', async () => {
    using window = new AWindow();
    await window.pass(60_000);
    assert.ok(window.asked.length <= 31, `${window.asked.length} in a minute`);
    assert.deepEqual(window.fetched, []);
    window.shown = 'unwatched';
    await window.pass(2_000);
    const before = window.asked.length;
    await window.pass(60_000);
    assert.equal(window.asked.length, before);
    window.shown = 'connected';
    window.watch.begin();
    await window.pass(4_000);
    assert.ok(window.asked.length > before, 'it begins again');
  });

  it('checks an unavailable one less often, and at different times in different windows', async () => {
    using window = new AWindow();
    window.weather = 'refuses';
    await window.pass(60_000);
    const pauses = window.asked.map((at, index) => at - (window.asked[index - 1] ?? 0)).slice(4);
    assert.ok(
      pauses.every(pause => pause >= 2_000 && pause <= 2_500),
      pauses.join(),
    );
    assert.ok(new Set(pauses).size > 1, 'each pause is another');
  });

  it('retries the rest at growing intervals when a registry answers only the health check', async () => {
    using window = new AWindow('offline');
    window.weather = 'answers, but serves nothing';
    await window.pass(600_000);
    assert.ok(window.fetched.length > 5 && window.fetched.length < 20, `${window.fetched.length} times`);
    window.weather = 'refuses';
    await window.pass(LONGEST_MS * (1 + JITTER) + STEP_MS);
    window.weather = 'answers';
    await window.pass(5_000);
    assert.equal(window.shown, 'connected', 'one that was away in between is asked soon again');
  });

  it('does not treat the sleep of its own machine as an outage', async () => {
    using window = new AWindow();
    await window.pass(1_900);
    window.weather = 'silent';
    const answered = window.asked.length;
    while (window.asked.length === answered) await window.pass(STEP_MS);
    window.now += 3_600_000; // the clock goes on, and no timer with it
    window.weather = 'answers';
    await window.pass(10_000);
    assert.equal(window.shown, 'connected');
    assert.deepEqual(window.fetched, []);
  });

  it('stops when it is disposed', async () => {
    const window = new AWindow();
    window[Symbol.dispose]();
    mock.timers.enable({ apis: ['setTimeout'] });
    const before = window.asked.length;
    await window.pass(60_000);
    mock.timers.reset();
    assert.equal(window.asked.length, before);
  });
});

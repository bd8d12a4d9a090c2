import assert from 'node:assert/strict';
import { LOG_START, type LogPosition, LogRewritten, readLog } from '../../src/client/chain-check.ts';
import { CHAIN_START, chainEvent, type RegistryEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { aClient } from './a-client.ts';
import { json, type MisbehavingServer, misbehavingServer } from './misbehaving-server.ts';

/** A chain of archived prompts, one for each reason. */
function chain(...reasons: readonly string[]): RegistryEvent[] {
  const events: RegistryEvent[] = [];
  for (const reason of reasons) {
    const prompt = parsePromptName('support/triage');
    const event = { actor: 'mara', key: 'k', kind: 'prompt.archived', prompt, data: { reason } } as const;
    events.push(chainEvent(event, events.at(-1) ?? null, '2026-11-01T10:00:00.000Z'));
  }
  return events;
}

/** Gives pages of whatever `log` holds then; its cursors are `after-<seq>`. */
function logServer(log: { events: readonly RegistryEvent[] }): Promise<MisbehavingServer> {
  return misbehavingServer((request, response) => {
    const query = new URL(request.path, 'http://x').searchParams;
    const start = Number(query.get('after')?.replace('after-', '') ?? 0);
    const events = log.events.slice(start, start + Number(query.get('limit')));
    json({ events, cursor: `after-${Math.min(start + events.length, log.events.length)}` })(
      request,
      response,
    );
  });
}

async function follow(server: MisbehavingServer, from?: LogPosition): Promise<LogPosition> {
  let position = from ?? LOG_START;
  for await (const page of readLog(aClient(server.url), from, undefined, 2)) position = page.position;
  return position;
}

const rewritten = (error: unknown) => LogRewritten.is(error);

describe('reading the log', () => {
  it('follows the chain over all pages and goes on from where it stood', async () => {
    const log = { events: chain('a', 'b', 'c', 'd', 'e') };
    await using server = await logServer(log);
    const first = await follow(server);
    assert.equal(first.head.hash, log.events[4]?.hash);
    log.events = chain('a', 'b', 'c', 'd', 'e', 'f');
    const stored: LogPosition = JSON.parse(JSON.stringify(first));
    const pages = await Array.fromAsync(readLog(aClient(server.url), stored));
    assert.deepEqual(
      pages.flatMap(page => page.events.map(event => event.seq)),
      [6],
    );
  });

  it('has nothing to say of an empty log', async () => {
    await using server = await logServer({ events: [] });
    assert.deepEqual(await Array.fromAsync(readLog(aClient(server.url))), []);
  });

  it('raises the alarm at an event that was changed, and names the last good one', async () => {
    const events = chain('a', 'b', 'c');
    const changed = { ...events[1], data: { reason: 'x' } } as RegistryEvent;
    await using server = await logServer({ events: [events[0]!, changed, events[2]!] });
    await assert.rejects(follow(server), error => {
      assert.ok(LogRewritten.is(error));
      assert.deepEqual(error.lastGood, { seq: 1, hash: events[0]?.hash });
      assert.match(error.message, /Event 2 .*it was changed/);
      return true;
    });
  });

  it('raises the alarm at an event that was left out', async () => {
    const [first, , third] = chain('a', 'b', 'c');
    await using server = await logServer({ events: [first!, third!] });
    await assert.rejects(follow(server), rewritten);
  });

  it('raises the alarm when the past was rewritten, whether the log grew or not', async () => {
    const log = { events: chain('a', 'b', 'c') };
    await using server = await logServer(log);
    const seen = await follow(server);
    log.events = chain('a', 'x', 'c');
    await assert.rejects(follow(server, seen), rewritten);
    log.events = chain('a', 'x', 'c', 'd');
    await assert.rejects(follow(server, seen), rewritten);
  });

  it('raises the alarm when the end was cut off or written anew', async () => {
    const log = { events: chain('a', 'b', 'c', 'd') };
    await using server = await logServer(log);
    const seen = await follow(server);
    log.events = chain('a', 'b', 'c');
    await assert.rejects(
      follow(server, seen),
      error => LogRewritten.is(error) && /was cut/.test(error.message),
    );
    log.events = chain('a', 'b', 'c', 'x');
    await assert.rejects(follow(server, seen), rewritten);
    log.events = [];
    await assert.rejects(follow(server, seen), rewritten);
    assert.deepEqual(LOG_START.head, CHAIN_START);
  });
});

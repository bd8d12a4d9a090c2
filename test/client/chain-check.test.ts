import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  checkHead,
  endOfLog,
  LOG_START,
  type LogPosition,
  LogRewritten,
  readLog,
} from '../../src/client/chain-check.ts';
import { SignerChanged } from '../../src/client/signer-changed.ts';
import { CHECKPOINT_KIND, type Checkpoint, signedText } from '../../src/core/checkpoint.ts';
import { CHAIN_START, type ChainHead, chainEvent, type RegistryEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { signingKeyText } from '../../src/core/signing-key.ts';
import { openIdentity, type RegistryIdentity } from '../../src/registry/identity.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aClient } from './a-client.ts';
import { json, type MisbehavingServer, misbehavingServer, problem } from './misbehaving-server.ts';

/** A chain of archived prompts, one for each reason, after the events that may be given first. */
function chain(...given: readonly (string | readonly RegistryEvent[])[]): RegistryEvent[] {
  const [begun, ...rest] = given;
  const events = typeof begun === 'object' ? [...begun] : [];
  const reasons = (typeof begun === 'object' ? rest : given) as readonly string[];
  for (const reason of reasons) {
    const prompt = parsePromptName('support/triage');
    const event = { actor: 'mara', key: 'k', kind: 'prompt.archived', prompt, data: { reason } } as const;
    events.push(chainEvent(event, events.at(-1) ?? null, '2026-11-01T10:00:00.000Z'));
  }
  return events;
}

const NOBODY_SIGNS = { detail: 'Nobody signs here.', code: 'unavailable' };

interface Log {
  events: readonly RegistryEvent[];
  /** What it says that it signed; nobody signs when it is left out. */
  checkpoint?: Checkpoint;
}

/** Gives pages of whatever `log` holds then; its cursors are `after-<seq>`. */
function logServer(log: Log): Promise<MisbehavingServer> {
  return misbehavingServer((request, response) => {
    if (request.path === '/v1/checkpoint') {
      if (log.checkpoint === undefined) problem(NOBODY_SIGNS, 503)(request, response);
      else json(log.checkpoint)(request, response);
      return;
    }
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
  it('follows the chain over all pages, and continues from its last position', async () => {
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

  it('returns nothing for an empty log', async () => {
    await using server = await logServer({ events: [] });
    assert.deepEqual(await Array.fromAsync(readLog(aClient(server.url))), []);
  });

  it('raises an alarm for a changed event, and names the last valid one', async () => {
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

  it('raises an alarm for a missing event', async () => {
    const [first, , third] = chain('a', 'b', 'c');
    await using server = await logServer({ events: [first!, third!] });
    await assert.rejects(follow(server), rewritten);
  });

  it('raises an alarm if past events were rewritten, whether the log grew or not', async () => {
    const log = { events: chain('a', 'b', 'c') };
    await using server = await logServer(log);
    const seen = await follow(server);
    log.events = chain('a', 'x', 'c');
    await assert.rejects(follow(server, seen), rewritten);
    log.events = chain('a', 'x', 'c', 'd');
    await assert.rejects(follow(server, seen), rewritten);
  });

  it('raises an alarm if the end was cut off or rewritten', async () => {
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

  describe('with a signed end', () => {
    let key: RegistryIdentity;
    let other: RegistryIdentity;
    before(async () => {
      await using folder = await temporaryFolder();
      key = await openIdentity(join(folder.path, 'key.pem'));
      other = await openIdentity(join(folder.path, 'other.pem'));
    });
    /** Its first event names the key. */
    const signedLog = (...reasons: string[]): RegistryEvent[] => {
      const named = { actor: 'command-line', key: 'command-line', kind: 'signing_key.set' } as const;
      const events: RegistryEvent[] = [
        chainEvent({ ...named, data: { publicKey: key.publicKey } }, null, '2026-11-01T10:00:00.000Z'),
      ];
      return chain(events, ...reasons);
    };
    const sign = ({ seq, hash }: ChainHead, by = key): Checkpoint => {
      const at = '2026-11-01T11:00:00.000Z';
      const body = { kind: CHECKPOINT_KIND, seq, hash, at, publicKey: by.publicKey } as const;
      return { ...body, signature: by.sign(signedText(body)) };
    };

    it('keeps the checkpoint, even if nothing else is new', async () => {
      const log: Log = { events: signedLog('a', 'b', 'c') };
      await using server = await logServer(log);
      log.checkpoint = sign(log.events[2]!);
      const first = await follow(server);
      assert.deepEqual(first.checkpoint, log.checkpoint);
      assert.equal(first.head.seq, 4);
      log.checkpoint = sign(log.events[3]!);
      const second = await follow(server, JSON.parse(JSON.stringify(first)));
      assert.deepEqual(second, { ...first, checkpoint: log.checkpoint });
    });

    const faults: Readonly<Record<string, (events: readonly RegistryEvent[]) => Checkpoint>> = {
      'another hash than the event has': ([, , third]) => sign({ seq: 2, hash: third!.hash }),
      'a key that the log does not name': ([, second]) => sign(second!, other),
      'a signature of another event': ([, second, third]) => ({
        ...sign(second!),
        signature: sign(third!).signature,
      }),
      'more events than the log has': ([, , third]) => sign({ seq: 9, hash: third!.hash }),
    };
    for (const [what, make] of Object.entries(faults))
      it(`raises an alarm for ${what}`, async () => {
        const events = signedLog('a', 'b');
        await using server = await logServer({ events, checkpoint: make(events) });
        await assert.rejects(follow(server), rewritten);
      });

    it('may begin at the end: it reads only the last event, and compares it with the signature', async () => {
      const log: Log = { events: signedLog('a', 'b', 'c') };
      await using server = await logServer(log);
      log.checkpoint = sign(log.events[3]!);
      const end = await endOfLog(aClient(server.url));
      assert.deepEqual(end.head, { seq: 4, hash: log.events[3]!.hash });
      assert.deepEqual(end.checkpoint, log.checkpoint);
      const asked = server.seen.map(({ path }) => path);
      assert.deepEqual(
        [asked.length, asked[0], new URL(asked[1]!, server.url).searchParams.get('after')],
        [2, '/v1/checkpoint', '3'],
      );
      const stored: LogPosition = JSON.parse(JSON.stringify(end));
      log.events = chain(log.events, 'd');
      assert.equal((await follow(server, stored)).head.seq, 5);
      // Rewritten where it ended, whether it grew or not, and with a checkpoint of the rewritten one.
      log.events = chain(log.events.slice(0, 3), 'x');
      log.checkpoint = sign(log.events[3]!);
      await assert.rejects(follow(server, stored), rewritten);
      log.events = chain(log.events, 'd');
      await assert.rejects(follow(server, stored), rewritten);
    });

    it('does not begin at the end if the signature or its event is not valid', async () => {
      const events = signedLog('a', 'b', 'c');
      const forged = { ...sign(events[3]!), signature: sign(events[2]!).signature };
      for (const checkpoint of [
        forged,
        sign({ seq: 4, hash: events[2]!.hash }),
        sign({ ...events[3]!, seq: 9 }),
      ]) {
        await using server = await logServer({ events, checkpoint });
        await assert.rejects(endOfLog(aClient(server.url)), rewritten);
      }
      await using unsigned = await logServer({ events });
      assert.deepEqual(await endOfLog(aClient(unsigned.url)), LOG_START);
    });

    const replaced = (events: readonly RegistryEvent[], endorsedBy?: RegistryIdentity): RegistryEvent[] => {
      const before = events.at(-1)!;
      const change = { publicKey: other.publicKey, replaces: key.publicKey };
      const text = signingKeyText(change, before);
      const data = {
        ...{ ...change, signature: other.sign(text) },
        ...(endorsedBy && { endorsement: endorsedBy.sign(text) }),
      };
      const named = { actor: 'command-line', key: 'command-line', kind: 'signing_key.set', data } as const;
      return [...events, chainEvent(named, before, '2026-11-01T10:00:00.000Z')];
    };

    it('accepts a key that the previous one endorsed, and raises an alarm for any other', async () => {
      for (const endorsedBy of [undefined, other, key]) {
        const log: Log = { events: signedLog('a', 'b') };
        await using server = await logServer(log);
        log.checkpoint = sign(log.events[2]!);
        const seen = await follow(server);
        log.events = chain(replaced(log.events, endorsedBy), 'c');
        log.checkpoint = sign(log.events[4]!, other);
        const following = follow(server, seen);
        if (endorsedBy === key) assert.equal((await following).signingKey, other.publicKey);
        else await assert.rejects(following, (error: unknown) => SignerChanged.is(error));
      }
    });

    it('raises an alarm for two signatures of one event, and rejects a log that is no longer signed', async () => {
      const log: Log = { events: signedLog('a', 'b') };
      await using server = await logServer(log);
      log.checkpoint = sign(log.events[2]!);
      const seen = await follow(server);
      log.checkpoint = sign({ seq: 3, hash: log.events[1]!.hash });
      await assert.rejects(follow(server, seen), /signed event 3 twice/);
      await assert.rejects(checkHead(aClient(server.url), seen), rewritten);
      log.events = chain(log.events, 'c');
      delete log.checkpoint;
      await assert.rejects(follow(server, seen), /Nobody signs here/);
    });

    it('raises an alarm if fewer events are signed than were seen', async () => {
      const log: Log = { events: signedLog('a', 'b') };
      await using server = await logServer(log);
      const seen = await follow(server);
      log.checkpoint = sign(log.events[1]!);
      await assert.rejects(
        follow(server, seen),
        error =>
          LogRewritten.is(error) && /signs that it ends at event 2, but event 3 was seen/.test(error.message),
      );
    });
  });
});

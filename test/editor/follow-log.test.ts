import assert from 'node:assert/strict';
import type { LogPosition } from '../../src/client/chain-check.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { chainEvent, type RegistryEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { followLog } from '../../src/editor/following/follow-log.ts';

function chain(begun: readonly RegistryEvent[], ...reasons: readonly string[]): RegistryEvent[] {
  const events = [...begun];
  for (const reason of reasons) {
    const prompt = parsePromptName('support/triage');
    const event = { actor: 'mara', key: 'k', kind: 'prompt.archived', prompt, data: { reason } } as const;
    events.push(chainEvent(event, events.at(-1) ?? null, '2026-11-01T10:00:00.000Z'));
  }
  return events;
}

/** Follows `logs`, one after another: each time it waits for news, the next one is there. After the last it ends. */
async function follow(
  logs: readonly (readonly RegistryEvent[] | 'down')[],
  position?: LogPosition,
  wasFollowed = false,
): Promise<{ said: string[]; position: LogPosition | undefined }> {
  const said: string[] = [];
  const ended = new AbortController();
  let now = 0;
  let kept = position;
  const client = {
    readiness: async () => ({ log: 'verified' }),
    async checkpoint(): Promise<never> {
      throw new Problem('unavailable', 'Nobody signs here.');
    },
    async changes({ after, limit = 100, wait }: { after?: string; limit?: number; wait?: number }) {
      if (wait !== undefined && now + 1 >= logs.length) ended.abort();
      else if (wait !== undefined) now++;
      const log = logs[now] ?? [];
      if (log === 'down') throw new RegistryUnreachable('offline', 'https://x', 'It is down.');
      const start = Number(after ?? 0);
      const events = log.slice(start, start + limit);
      return { events, cursor: String(start + events.length) };
    },
  };
  const follower = {
    position,
    wasFollowed,
    keep: async (next: LogPosition) => {
      kept = next;
    },
    happened: () => void said.push('happened'),
    says: () => undefined,
    failed: (error: unknown) => void said.push(`failed ${(error as RegistryUnreachable).reason}`),
    rewritten: (error: Error) => void said.push(error.name),
    signerChanged: (error: Error) => void said.push(error.name),
  };
  await followLog(
    async () => client as never,
    follower,
    ended.signal,
    async milliseconds => {
      said.push(`pause ${milliseconds}`);
      now++;
    },
  );
  return { said, position: kept };
}

const TWO = chain([], 'one', 'two');
const THREE = chain(TWO, 'three');

describe('following the log', () => {
  it('reports what happened while the key was replaced, if the window followed the log before', async () => {
    const { position } = await follow([TWO]);
    assert.deepEqual((await follow([THREE], position)).said, []);
    assert.deepEqual((await follow([THREE], position, true)).said, ['happened']);
  });

  it('reports nothing that was there before, and new events once', async () => {
    const { said, position } = await follow([TWO, THREE]);
    assert.deepEqual(said, ['happened']);
    assert.deepEqual(position?.head, { seq: 3, hash: THREE[2]?.hash });
  });

  it('continues from its last position', async () => {
    const { position } = await follow([TWO]);
    assert.deepEqual((await follow([THREE], position)).position?.head.seq, 3);
  });

  it('reports that the log was rewritten, and stops', async () => {
    const { position } = await follow([TWO]);
    assert.deepEqual((await follow([chain([], 'one', 'other', 'three')], position)).said, ['LogRewritten']);
    assert.deepEqual((await follow([TWO, chain([], 'x', 'y', 'z'), THREE])).said, ['LogRewritten']);
  });

  it('reports each failed call, retries at growing intervals, and raises no alarm', async () => {
    const { said } = await follow(['down', 'down', TWO, THREE]);
    assert.deepEqual(said, ['failed offline', 'pause 2000', 'failed offline', 'pause 4000', 'happened']);
  });
});

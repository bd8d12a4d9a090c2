import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalJson } from '../../src/core/canonical.ts';
import { digestOf } from '../../src/core/digest.ts';
import {
  CHAIN_START,
  type ChainHead,
  chainEvent,
  hasItsHash,
  type NewEvent,
  type RegistryEvent,
  validateNextEvent,
} from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';

const event = (reason: string): NewEvent<'prompt.archived'> => ({
  actor: 'mara',
  key: 'k1',
  kind: 'prompt.archived',
  prompt: parsePromptName('a/b'),
  data: { reason },
});

function chain(reasons: readonly string[]): RegistryEvent[] {
  const events: RegistryEvent[] = [];
  for (const reason of reasons)
    events.push(
      chainEvent(event(reason), events.at(-1) ?? null, '2026-09-12T14:03:00.000Z') as RegistryEvent,
    );
  return events;
}

function firstBreak(events: readonly RegistryEvent[]): string | undefined {
  let head: ChainHead = CHAIN_START;
  for (const next of events) {
    const why = validateNextEvent(next, head);
    if (why !== undefined) return why;
    head = next;
  }
  return undefined;
}

describe('the event chain', () => {
  it('hashes the previous hash and the canonical JSON of the event', () => {
    const [first] = chain(['x']);
    const zeros = `sha256:${'0'.repeat(64)}`;
    const json =
      '{"actor":"mara","at":"2026-09-12T14:03:00.000Z","data":{"reason":"x"},"key":"k1","kind":"prompt.archived","prompt":"a/b","seq":1}';
    assert.equal(first?.previousHash, zeros);
    assert.equal(
      first?.hash,
      `sha256:${createHash('sha256')
        .update(zeros + json)
        .digest('hex')}`,
    );
  });
  it('continues from its start', () => assert.equal(firstBreak(chain(['a', 'b', 'c'])), undefined));
  it('reveals any changed, removed, moved or added event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 3, maxLength: 8 }),
        fc.nat(),
        fc.constantFrom('change', 'remove', 'swap', 'double'),
        (reasons, n, how) => {
          const events = chain(reasons);
          const i = n % (events.length - 1);
          const at = events[i] as RegistryEvent<'prompt.archived'>;
          if (how === 'change') events[i] = { ...at, data: { reason: `${at.data.reason}!` } };
          if (how === 'remove') events.splice(i, 1);
          if (how === 'swap') [events[i], events[i + 1]] = [events[i + 1]!, events[i]!];
          if (how === 'double') events.splice(i, 0, at);
          assert.notEqual(firstBreak(events), undefined);
        },
      ),
    );
  });

  it('covers all members of an event, by its canonical JSON', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom<unknown>(null, true, 1.5, 1e21, -0, '\ud800', 'x', { b: 1, a: [{ d: 1, c: 2 }] }, []),
    );
    const member = fc.constantFrom(
      ...['actor', 'at', 'channel', 'data', 'environment', 'key', 'kind', 'prompt', 'seq', 'version'],
      ...['another', '1', '__proto__'],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(member, odd)), fc.boolean(), (changes, isItsHash) => {
        const { hash: _, previousHash, ...body } = chain(['a', 'b'])[1] as RegistryEvent;
        const changed = { ...body, ...Object.fromEntries(changes) };
        let text: string;
        try {
          text = canonicalJson(changed);
        } catch {
          return;
        }
        const hash = digestOf(`${previousHash}${text}${isItsHash ? '' : ' '}`);
        assert.equal(hasItsHash({ ...changed, previousHash, hash } as never), isItsHash);
      }),
    );
  });
});

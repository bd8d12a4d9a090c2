/** Verifies that a registry's checkpoint continues an earlier one, which is how a witness detects a forked log. */
import type { Consistency } from '../contract/consistency.ts';
import { type Checkpoint, isSigned } from '../core/checkpoint.ts';
import { type ChainHead, type RegistryEvent, validateNextEvent } from '../core/event.ts';
import { Problem } from '../core/problem.ts';
import { validateEndorsement } from '../core/signing-key.ts';
import { SignerChanged } from './signer-changed.ts';

/** Signs heads and proves that one continues another: a `RegistryClient`. */
export interface Witnessed {
  checkpoint(signal?: AbortSignal): Promise<Checkpoint>;
  consistency(
    query: { readonly from: number; readonly to: number },
    signal?: AbortSignal,
  ): Promise<Consistency>;
}

/** The registry signed, or returned, two histories. Both checkpoints are evidence. */
export class LogForked extends Error {
  override readonly name = 'LogForked';
  readonly kept: Checkpoint;
  readonly found: Checkpoint;

  constructor(why: string, kept: Checkpoint, found: Checkpoint) {
    super(
      `The registry's log was forked: what it signs now does not continue what it signed at ${kept.at}. ${why} Keep both checkpoints as evidence, and tell the operator of the registry.`,
    );
    this.kept = kept;
    this.found = found;
  }

  static is(error: unknown): error is LogForked {
    return error instanceof LogForked;
  }
}

/**
 * Returns the registry's current checkpoint, proven to extend the saved one.
 * @param kept null on first use: the first checkpoint is trusted
 * @throws LogForked, SignerChanged, Problem, RegistryUnreachable
 */
export async function witnessed(
  registry: Witnessed,
  kept: Checkpoint | null,
  signal?: AbortSignal,
): Promise<Checkpoint> {
  const found = await registry.checkpoint(signal);
  const before = kept ?? found;
  const forked = (why: string): never => {
    throw new LogForked(why, before, found);
  };
  if (!isSigned(found)) forked(`The signature of the checkpoint of event ${found.seq} is not valid.`);
  if (kept === null) return found;
  if (found.seq < kept.seq)
    forked(`It signs that the log ends with event ${found.seq}, but it signed event ${kept.seq} before.`);
  if (found.seq === kept.seq && found.hash !== kept.hash)
    forked(`It signed event ${kept.seq} twice: with the hash ${kept.hash}, and now with ${found.hash}.`);
  let head: ChainHead = kept;
  let key = kept.publicKey;
  while (head.seq < found.seq) {
    const { from, to, events } = await proof(registry, head.seq, found.seq, forked, signal);
    if (from.hash !== head.hash)
      forked(`Event ${head.seq} has the hash ${from.hash} now, but had ${head.hash}.`);
    if (events.length === 0) forked(`It shows no event after ${head.seq}, but signs event ${found.seq}.`);
    for (const event of events) {
      const why = validateNextEvent(event, head);
      if (why !== undefined) forked(why);
      key = keyAfter(event, head, key);
      head = { seq: event.seq, hash: event.hash };
    }
    if (to.hash !== head.hash)
      forked(`It says that event ${to.seq} has the hash ${to.hash}; it has ${head.hash}.`);
  }
  if (head.hash !== found.hash)
    forked(`Event ${found.seq} has the hash ${head.hash}, but ${found.hash} is signed.`);
  if (key !== found.publicKey)
    throw new SignerChanged(`It is signed by ${found.publicKey}, but the log names ${key}.`);
  return found;
}

async function proof(
  registry: Witnessed,
  from: number,
  to: number,
  forked: (why: string) => never,
  signal: AbortSignal | undefined,
): Promise<Consistency> {
  try {
    return await registry.consistency({ from, to }, signal);
  } catch (error) {
    // The registry signed this head, but cannot show how the log led to it.
    if (Problem.is(error, 'invalid_request')) forked(error.message);
    throw error;
  }
}

/** The signing key after an event. @throws SignerChanged for a key that its predecessor did not endorse */
export function keyAfter<Key extends string | null>(
  event: RegistryEvent,
  before: ChainHead,
  key: Key,
): Key | string {
  if (event.kind !== 'signing_key.set') return key;
  const change = (event as RegistryEvent<'signing_key.set'>).data;
  const why = validateEndorsement(change, before, key);
  if (why !== undefined) throw new SignerChanged(why);
  return change.publicKey;
}

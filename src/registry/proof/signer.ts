/**
 * Signs the end of the log, if it extends the last signed head: each event since then must continue the chain, and the
 * head is saved outside the database before its signature leaves the process. It checks after each change and every few
 * seconds, so that a log that was cut or rewritten is detected without requests.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CHECKPOINT_KIND,
  type Checkpoint,
  signedText,
  type UnsignedCheckpoint,
} from '../../core/checkpoint.ts';
import { CHAIN_START, type ChainHead, validateNextEvent } from '../../core/event.ts';
import { Problem } from '../../core/problem.ts';
import { validateEndorsement } from '../../core/signing-key.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import type { RegistryIdentity } from '../identity.ts';
import { broken } from '../store/broken.ts';
import { authenticEventsAfter, logTime } from '../store/log.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { TAIL } from '../store/verify.ts';
import type { HeadFile } from './head-file.ts';
import { readIntact } from './intact-store.ts';
import { type Integrity, verifyExtension } from './integrity.ts';
import { signingKey } from './signing-key.ts';

export interface Signer {
  /**
   * The current end of the log, signed.
   * @throws Problem `unavailable` if the log names another key than this process has, or the head cannot be saved;
   * `log_broken` if the log does not extend the signed head
   */
  checkpoint(): Promise<Checkpoint>;
  /** The last head signed by this process; null if there is none yet. */
  last(): Checkpoint | null;
  /** Starts periodic checks. */
  start(): void;
  /** Signs once more, and ends. May be called twice. */
  close(): Promise<void>;
}

export interface SignerParts {
  readonly store: Store;
  readonly integrity: Integrity;
  /** Null to watch the log without signing. */
  readonly identity: RegistryIdentity | null;
  /** Without it, signed heads are only remembered while the process runs. */
  readonly heads?: HeadFile | undefined;
  /** Called if the head cannot be saved, once until it can. */
  readonly onFault: (error: unknown) => void;
  /** In ms; for tests. */
  readonly pauses?: Partial<typeof PAUSES> | undefined;
}

/** In ms: how long changes are gathered before they are signed, and the interval of checks without a change. */
const PAUSES = { gather: 1000, look: 2000 };
/** Events per read. */
const PIECE = 250;

/** The position up to which the chain was followed, and the key that the log names there, or null. */
interface Followed {
  readonly head: ChainHead;
  readonly key: string | null;
}

export function signer({ store, integrity, identity, heads, onFault, pauses }: SignerParts): Signer {
  const pause = { ...PAUSES, ...pauses };
  const closing = new AbortController();
  const { signal } = closing;
  let followed: Followed | undefined;
  let last: Checkpoint | null = null;
  /** Signing runs once at a time; later callers wait for the next run. */
  let turn: Promise<unknown> = Promise.resolve();
  let running: Promise<void> | undefined;
  let failing = false;
  /** True if it has been reported that its key was replaced. */
  let replacedTold = false;
  /** True if it has been reported that the head cannot be saved. */
  let unkept = false;

  return {
    checkpoint,
    last: () => last,
    start() {
      running ??= run();
    },
    async close() {
      closing.abort();
      await running;
    },
  };

  function checkpoint(): Promise<Checkpoint> {
    const next = turn.then(sign, sign);
    turn = next.catch(() => {});
    return next;
  }

  async function sign(): Promise<Checkpoint> {
    try {
      return await signed();
    } catch (error) {
      if (!DataFolderProblem.is(error, 'head_lost')) throw error;
      if (!unkept) onFault(error);
      unkept = true;
      throw new Problem(
        'unavailable',
        'The registry cannot remember what it signs, so it signs nothing. The log of the process says why.',
        {},
        { cause: error },
      );
    }
  }

  async function signed(): Promise<Checkpoint> {
    integrity.checkIntact();
    for (;;) {
      if (heads?.isInPlace() === false) integrity.report(new Error(replaced(heads.path)));
      integrity.checkIntact();
      const kept = heads?.read();
      // Another process may have found the log broken.
      if (kept?.broken) integrity.report(new Error(kept.broken.message));
      await follow(kept?.checkpoint ?? null);
      const { seq, hash } = await followToEnd();
      const checkpoint = await signedAt({ seq, hash });
      const before = kept?.checkpoint;
      const isKept = kept === undefined || (before?.seq === seq && before.hash === hash);
      // Saved first, so that a process that is killed here has signed nothing that is not saved.
      if (!isKept && !heads?.replace(kept.revision, { checkpoint, broken: null })) continue;
      unkept = false;
      last = checkpoint;
      return checkpoint;
    }
  }

  /** Follows the chain, and verifies it against what another process with the same file signed meanwhile. */
  async function follow(kept: Checkpoint | null): Promise<void> {
    if (kept === null || kept.seq === 0) return;
    await readIntact(store, integrity, async (snapshot, head) => {
      const why = await verifyExtension(snapshot, kept, head);
      if (why !== undefined) integrity.report(broken(why));
      integrity.checkIntact();
      followed ??= { head: kept, key: await signingKey(snapshot, kept.seq) };
    });
  }

  /** Follows the chain to the end of the log: each event must continue the one before. */
  async function followToEnd(): Promise<ChainHead> {
    for (;;) {
      const { from, events } = await readIntact(store, integrity, async (snapshot, head) => {
        const from = followed ?? (await startOf(snapshot, head));
        return { from, events: await authenticEventsAfter(snapshot, from.head.seq, PIECE) };
      });
      let { head, key } = from;
      for (const event of events) {
        const why = validateNextEvent(event, head);
        if (why !== undefined) integrity.report(broken(why));
        integrity.checkIntact();
        if (event.kind === 'signing_key.set') {
          const unendorsed = validateEndorsement(event.data, head, key);
          // For its own key, an operator has named it, and clients raise an alarm.
          const isOwn = event.data.publicKey === identity?.publicKey;
          if (unendorsed !== undefined && !isOwn) integrity.report(new Error(`${unendorsed} ${OTHER_KEY}`));
          integrity.checkIntact();
          key = event.data.publicKey;
        }
        head = { seq: event.seq, hash: event.hash };
      }
      followed = { head, key };
      if (events.length < PIECE) return head;
    }
  }

  async function signedAt({ seq, hash }: ChainHead): Promise<Checkpoint> {
    const key = followed?.key ?? null;
    if (identity === null || identity.publicKey !== key) {
      const problem = new Problem(
        'unavailable',
        'This process does not have the key that the log names as the one that signs. Start every process of this registry anew with the same --registry-key.',
      );
      if (identity !== null && key !== null && !replacedTold) onFault(problem);
      replacedTold = true;
      throw problem;
    }
    const at = await store.read(snapshot => logTime(snapshot, store.now));
    const unsigned: UnsignedCheckpoint = { kind: CHECKPOINT_KIND, seq, hash, at, publicKey: key };
    return { ...unsigned, signature: identity.sign(signedText(unsigned)) };
  }

  async function run(): Promise<void> {
    while (!signal.aborted && integrity.broken() === null) {
      let revision: number | undefined;
      try {
        revision = store.revision();
        if (identity === null) await readIntact(store, integrity, async () => {});
        else await checkpoint();
        failing = false;
      } catch (error) {
        tell(error);
      }
      await asleep(pause.gather);
      if (revision !== undefined) await store.changed(revision, pause.look, signal).catch(() => {});
      else await asleep(pause.look);
    }
    // So that the last acknowledged event is signed too.
    if (identity !== null && integrity.broken() === null) await checkpoint().catch(tell);
  }

  function tell(error: unknown): void {
    // The database is away, or the alarm was raised.
    if (Problem.is(error, 'unavailable', 'log_broken') || failing) return;
    failing = true;
    onFault(error);
  }

  /** Resolves early, without an error, when the signer closes; does not keep the process alive. */
  async function asleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Where to start before the first signature: as far back as opening the registry reads. */
async function startOf(snapshot: ReadSnapshot, { seq }: ChainHead): Promise<Followed> {
  const from = Math.max(0, seq - TAIL);
  const row = await snapshot
    .selectFrom('events')
    .select(['seq', 'hash'])
    .where('seq', '=', from)
    .executeTakeFirst();
  const head = row ?? CHAIN_START;
  return { head, key: await signingKey(snapshot, head.seq) };
}

function replaced(path: string): string {
  return `The signed head ${path} is not the file that was opened: somebody moved it, or put another folder in its place. This process goes on with what it opened, and writes nothing to it any more.`;
}

const OTHER_KEY =
  'Another process serves this database, or a copy of it, with a key of its own. If that was meant, start every process with the new key.';

/**
 * Sends the events in the outbox. Any number of processes may do so on one store: each event is claimed by one of them.
 * A process sends a receiver one event at a time, so that a failing receiver does not delay the others.
 */
import type { LookupAddress } from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryEvent } from '../../core/event.ts';
import type { WebhookFormat } from '../../core/webhook-format.ts';
import type { RegistryIdentity } from '../identity.ts';
import type { Store } from '../store/store.ts';
import { readAbout } from './about.ts';
import { chatMessage, jsonMessage } from './message.ts';
import { type Claimed, claim, type DeliveryAttempt, readDue, settle } from './outbox.ts';
import { MAX_ATTEMPTS } from './schedule.ts';
import { send } from './send.ts';
import { signedHeaders, webhookSecret } from './signature.ts';
import { openTarget } from './target.ts';

export interface DispatchParts {
  readonly store: Store;
  readonly identity: RegistryIdentity;
  /** True if webhooks may send to this machine and private networks, and over HTTP. */
  readonly privateNetworks: boolean;
  /** The registry's public URL, without a trailing slash; chat messages link to it, or have no link without it. */
  readonly publicUrl?: string | undefined;
  /** Called with an object for each failed attempt and each event that is given up; never with a URL. */
  readonly log: (entry: object) => void;
  /** As in SendOptions. */
  readonly lookup?: (hostname: string) => Promise<LookupAddress[]>;
  readonly timeout?: number;
  /** The time to wait when the store cannot be read, in ms; a second by default. */
  readonly storePause?: number;
  /** 0 to 1, for the jitter; Math.random by default. */
  readonly random?: () => number;
}

export interface Dispatcher {
  /** Sends what is due now, one event after the other to each receiver, and resolves when nothing is due. */
  sendDue(): Promise<void>;
  /** Starts sending events that become due. */
  start(): void;
  /** Aborts current attempts; their events will be sent again. */
  close(): Promise<void>;
}

/** The longest interval between two checks of the outbox, in ms, whatever clocks do. */
const LONGEST_WAIT = 60_000;
/** Commits within this many ms are checked together. */
const GATHER = 50;
const STORE_PAUSE = 1000;

export function webhookDispatcher(parts: DispatchParts): Dispatcher {
  const {
    store,
    identity,
    privateNetworks,
    publicUrl,
    log,
    lookup,
    timeout,
    storePause = STORE_PAUSE,
    random = Math.random,
  } = parts;
  const closing = new AbortController();
  const busy = new Map<string, Promise<void>>();
  /** Webhooks that were found due again while they were busy. */
  const again = new Set<string>();
  let away = false;
  let running: Promise<void> | undefined;

  return {
    async sendDue() {
      const { webhooks } = await store.read(snapshot => readDue(snapshot, store.now()));
      await Promise.all(webhooks.map(sendTo));
    },
    start() {
      running ??= run();
    },
    async close() {
      closing.abort();
      await running;
      await Promise.allSettled(busy.values());
    },
  };

  async function run(): Promise<void> {
    const { signal } = closing;
    while (!signal.aborted) {
      try {
        const revision = store.revision();
        const now = store.now();
        const { webhooks, next } = await store.read(snapshot => readDue(snapshot, now));
        away = false;
        for (const webhook of webhooks) void sendTo(webhook).catch(storeAway);
        const wait = next === undefined ? LONGEST_WAIT : Date.parse(next) - now.getTime();
        await store.changed(revision, Math.min(Math.max(wait, 0), LONGEST_WAIT), signal);
        await sleep(GATHER, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        storeAway(error);
        await sleep(storePause, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Sends the due events of a webhook, in order, by one loop per process. */
  function sendTo(webhook: string): Promise<void> {
    const already = busy.get(webhook);
    if (already !== undefined) {
      again.add(webhook);
      return already;
    }
    const sending = drain(webhook);
    busy.set(webhook, sending);
    return sending;
  }

  async function drain(webhook: string): Promise<void> {
    try {
      while (!closing.signal.aborted) {
        again.delete(webhook);
        const claimed = await store.write(transaction => claim(transaction, webhook, store.now()));
        if (claimed !== undefined) await deliver(claimed);
        else if (!again.has(webhook)) return;
      }
    } finally {
      // In the same step as the last check of the outbox, so that a caller that finds it due later starts again.
      busy.delete(webhook);
    }
  }

  async function deliver(claimed: Claimed): Promise<void> {
    const outcome = await attempt(claimed);
    tell(claimed, outcome);
    await store.write(transaction => settle(transaction, claimed, outcome, store.now(), random()));
  }

  async function attempt({ webhook, sealedUrl, format, event }: Claimed): Promise<DeliveryAttempt> {
    const url = openTarget(identity, webhook, sealedUrl);
    if (url === undefined)
      return {
        kind: 'failed',
        reason: "its address was encrypted by another registry's key: start this one with that key",
      };
    const body = JSON.stringify(await messageOf(format, event));
    const signed = signedHeaders(webhookSecret(identity, webhook), `event_${event.seq}`, store.now(), body);
    return send(url, { ...WEBHOOK_HEADERS, ...signed }, body, {
      now: () => store.now().getTime(),
      privateNetworks,
      signal: closing.signal,
      ...(lookup && { lookup }),
      ...(timeout !== undefined && { timeout }),
    });
  }

  async function messageOf(format: WebhookFormat, event: RegistryEvent): Promise<object> {
    if (format === 'json') return jsonMessage(event);
    const about = await store.read(snapshot => readAbout(snapshot, event));
    return chatMessage(format, event, about(), publicUrl);
  }

  function tell({ webhook, origin, event, attempt: number }: Claimed, outcome: DeliveryAttempt): void {
    if (outcome.kind === 'taken' || outcome.kind === 'interrupted') return;
    const last = outcome.kind === 'gone' || number >= MAX_ATTEMPTS;
    log({
      at: new Date().toISOString(),
      level: last ? 'error' : 'warn',
      event: last ? 'webhook_given_up' : 'webhook_failed',
      webhook,
      origin,
      seq: event.seq,
      attempt: number,
      reason: outcome.reason,
    });
  }

  /** Reported once until the store responds again. */
  function storeAway(error: unknown): void {
    if (closing.signal.aborted || away) return;
    away = true;
    const reason = error instanceof Error ? error.message : String(error);
    log({ at: new Date().toISOString(), level: 'warn', event: 'webhooks_wait', reason });
  }
}

/** Headers of every request to a receiver. */
export const WEBHOOK_HEADERS = { 'content-type': 'application/json', 'user-agent': 'PromptForge-Webhooks/1' };

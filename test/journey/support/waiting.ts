/** Waits for what a person would wait to see. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { patience } from '../../../scripts/host/patience.ts';
import { step } from '../../../scripts/testing/heartbeat.ts';

/** Long enough that only a hang takes longer. */
const PATIENCE_MS = patience(120_000);
/** The time after which a person notices that a key had no effect, and presses it again. */
const NOTICED_MS = patience(3_000);
const POLL_MS = 50;

/** The result of looking once. */
export interface Look<T> {
  readonly found: T | undefined;
  /** The things found instead, for the error message; a function if finding them takes long. */
  readonly seen: readonly string[] | (() => Promise<readonly string[]>);
}

/** Calls `look` until it finds something. @param what names it in the error message */
export async function until<T>(what: string, look: () => Promise<Look<T>>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { found, seen } = await look();
    if (found !== undefined) {
      step(what);
      return found;
    }
    if (Date.now() > deadline) {
      const there = typeof seen === 'function' ? await seen() : seen;
      throw new Error(
        `Waited ${PATIENCE_MS / 1000} s for ${what}. There is: ${there.join(' | ') || 'nothing'}`,
      );
    }
    await delay(POLL_MS);
  }
}

/** Waits until `found` is visible. @param otherwise describes what there is instead, for the error message */
export async function untilVisible(
  found: Locator,
  what: string,
  otherwise?: () => Promise<string>,
): Promise<void> {
  try {
    await found.waitFor({ timeout: PATIENCE_MS });
  } catch (cause) {
    const instead = (await otherwise?.().catch(() => undefined)) ?? '';
    throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what}. ${instead}`, { cause });
  }
  step(what);
}

/** Returns true if `wanted` becomes visible before a person would try again. */
export async function isThere(wanted: Locator): Promise<boolean> {
  return wanted
    .first()
    .waitFor({ timeout: NOTICED_MS })
    .then(
      () => true,
      () => false,
    );
}

/** Returns true if `look` returns true before a person would try again. */
export async function isSoon(look: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + NOTICED_MS;
  while (!(await look())) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Waiting for what a person would wait for. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { patience } from '../../../scripts/host/patience.ts';
import { step } from '../../../scripts/testing/heartbeat.ts';

/** Only what hangs takes longer. */
const PATIENCE_MS = patience(120_000);
/** After which a person sees that a key went nowhere, and presses it again. */
const NOTICED_MS = patience(3_000);
const POLL_MS = 50;

/** What was looked for, and what there is instead. */
export interface Look<T> {
  readonly found: T | undefined;
  /** Where finding it out takes long, how to. */
  readonly seen: readonly string[] | (() => Promise<readonly string[]>);
}

/** Looks again and again until it is found. */
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

/** Waits until it is visible. @param otherwise says what there is instead */
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

/** Returns whether it is visible before a person would wonder. */
export async function isThere(wanted: Locator): Promise<boolean> {
  return wanted
    .first()
    .waitFor({ timeout: NOTICED_MS })
    .then(
      () => true,
      () => false,
    );
}

/** Returns whether it becomes true before a person would wonder. */
export async function isSoon(look: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + NOTICED_MS;
  while (!(await look())) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

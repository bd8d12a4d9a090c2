// Opens the workbench and drives it by keyboard only.

import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { patience } from './patience.ts';

const OPEN_TIMEOUT_MS = patience(180_000);
const SHOW_TIMEOUT_MS = patience(60_000);

/**
 * Opens the workbench at `address`, and waits until it accepts keys and its extensions have started.
 * @param say called with the progress
 */
export async function openWorkbench(
  page: Page,
  address: string,
  say: (message: string) => void = () => undefined,
): Promise<void> {
  await page.goto(address, { timeout: OPEN_TIMEOUT_MS });
  say('the page is loaded');
  await workbenchIsReady(page, say);
}

/** Waits until a loaded workbench accepts keys and its extensions have started. */
export async function workbenchIsReady(page: Page, say: (message: string) => void): Promise<void> {
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: OPEN_TIMEOUT_MS });
  say('the workbench is drawn');
  // The remote indicator shows "Opening" until the extension host answers.
  await page
    .locator('[id="status.host"]', { hasNotText: 'Opening' })
    .locator('.codicon-remote')
    .waitFor({ timeout: OPEN_TIMEOUT_MS });
  say('the extension host has answered');
  // The palette lists only the commands that were contributed before it opened.
  await page
    .getByRole('tab', { name: 'PromptForge' })
    .or(page.getByRole('button', { name: 'PromptForge' }))
    .first()
    .waitFor({ timeout: OPEN_TIMEOUT_MS });
  await page.keyboard.press('Escape');
}

/**
 * Runs a command by its title in the Command Palette (`PromptForge: Publish…`).
 * @throws {Error} if the palette has no such command
 */
export async function runFromPalette(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await input.waitFor({ timeout: SHOW_TIMEOUT_MS });
  await input.fill(`>${title}`);
  const label = page.locator('.quick-input-widget .quick-input-list .monaco-list-row .label-name');
  const exact = label
    .filter({ hasText: new RegExp(`^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) })
    .first();
  await exact.waitFor({ timeout: SHOW_TIMEOUT_MS }).catch(async () => {
    const offered = await label.allTextContents();
    throw new Error(
      `The command palette has no "${title}"; it offers: ${offered.slice(0, 8).join(' | ') || 'nothing'}`,
    );
  });
  // The first match is not always the exact one, so move down to it as a person would.
  const rows = page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  for (let step = 0; step < 20; step += 1) {
    const focused = await rows.and(page.locator('.focused')).locator('.label-name').first().textContent();
    if (focused === title) break;
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
}

/** Opens a file by its path in the folder, with Quick Open. */
export async function openFile(page: Page, path: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+KeyP');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input');
  await input.waitFor({ timeout: SHOW_TIMEOUT_MS });
  await input.fill(path);
  const name = path.split('/').at(-1) ?? path;
  await page
    .locator('.quick-input-widget .monaco-list-row.focused .label-name', { hasText: name })
    .first()
    .waitFor({ timeout: SHOW_TIMEOUT_MS });
  await page.keyboard.press('Enter');
  await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor({ timeout: SHOW_TIMEOUT_MS });
}

/** Waits until the workbench shows no progress, at most 10 s, and then `milliseconds` more. */
export async function settle(page: Page, milliseconds = 800): Promise<void> {
  const progress = page.locator('.monaco-progress-container.active.infinite');
  await progress
    .first()
    .waitFor({ state: 'detached', timeout: patience(10_000) })
    .catch(() => undefined);
  await delay(milliseconds);
}

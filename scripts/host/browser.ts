// The Chromium that shows the workbench.

import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { PAGE_SCRIPTS } from './pageScripts.ts';
import { patience } from './patience.ts';

/** Long enough that only a hang takes longer. */
const TIMEOUT_MS = patience(120_000);

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A window lives for a minute: optimizing its code takes more time than that saves.
  '--js-flags=--no-maglev --no-turbofan',
];

/** Starts a headless Chromium from the given executable. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: QUIET, timeout: TIMEOUT_MS });
}

/** Opens a window without data from earlier ones, where the workbench may use the clipboard. */
export async function openWindow(browser: Browser): Promise<BrowserContext> {
  const window = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  });
  window.setDefaultTimeout(TIMEOUT_MS);
  await window.addInitScript({ content: PAGE_SCRIPTS });
  return window;
}

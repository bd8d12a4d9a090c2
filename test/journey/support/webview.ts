/** A webview of the extension, by keyboard. */
import type { FrameLocator, Page } from 'playwright-core';
import { isSoon, until } from './waiting.ts';
import type { Workbench } from './workbench.ts';

/** The visible webview: VS Code keeps none in background tabs. */
export function webviewIn(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

/** Moves the focus into the webview of an editor group. @param group the key that focuses the group */
export async function enterPage(page: FrameLocator, workbench: Workbench, group: string): Promise<void> {
  // Until the webview has the focus, an editor has it and would take Tab as input.
  await until('the focus in the page', async () => {
    await workbench.press(group);
    return { found: (await isSoon(async () => (await focusIn(page)).hasFocus)) || undefined, seen: [] };
  });
}

/** Presses Tab until an element that matches has the focus. */
export async function walkTo(selector: string, page: FrameLocator, workbench: Workbench): Promise<void> {
  for (let step = 0; step < 20; step += 1) {
    const before = await focusIn(page);
    if (before.hasFocus && (await page.locator(`${selector}:focus`).count()) > 0) return;
    await workbench.press('Tab');
    await isSoon(async () => {
      const after = await focusIn(page);
      return after.hasFocus !== before.hasFocus || after.element !== before.element;
    });
  }
  throw new Error(`Tab never came to ${selector}.`);
}

/** Returns whether the page has the focus, and the index of its focused element among all elements. */
function focusIn(page: FrameLocator): Promise<{ readonly hasFocus: boolean; readonly element: number }> {
  return page
    .locator(':root')
    .evaluate(
      `({ hasFocus: document.hasFocus(), element: [...document.querySelectorAll('*')].indexOf(document.activeElement) })`,
    );
}

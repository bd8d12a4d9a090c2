/** A page that the extension draws in a tab, by the keyboard. */
import type { FrameLocator, Page } from 'playwright-core';
import { isSoon, until } from './waiting.ts';
import type { Workbench } from './workbench.ts';

/** The page that the window shows: of those behind other tabs VS Code keeps none. */
export function webviewIn(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}

/** Takes the focus into the page in a group of editors. @param group the key that goes there */
export async function enterPage(page: FrameLocator, workbench: Workbench, group: string): Promise<void> {
  // Tab means something else to an editor, which has the focus until the page has it.
  await until('the focus in the page', async () => {
    await workbench.press(group);
    return { found: (await isSoon(async () => (await focusIn(page)).hasFocus)) || undefined, seen: [] };
  });
}

/** Goes on with Tab until what matches has the focus. */
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

/** Returns whether keys go to the page, and which of its elements has the focus: its place among all of them. */
function focusIn(page: FrameLocator): Promise<{ readonly hasFocus: boolean; readonly element: number }> {
  return page
    .locator(':root')
    .evaluate(
      `({ hasFocus: document.hasFocus(), element: [...document.querySelectorAll('*')].indexOf(document.activeElement) })`,
    );
}

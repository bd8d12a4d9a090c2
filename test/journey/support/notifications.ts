/** What the window has told: a notification hides by itself after seconds, which a slow machine lets pass unseen. */
import type { Page } from 'playwright-core';

// The element that holds the toasts comes with the first of them, and is a child of the workbench.
const RECORD = `(() => {
  const told = (window.toldInJourney = []);
  const shown = new WeakMap();
  const read = toasts => {
    for (const message of toasts.querySelectorAll('.notification-list-item-message')) {
      const text = message.textContent.trim();
      if (text === '' || shown.get(message) === text) continue;
      shown.set(message, text);
      told.push(text);
    }
  };
  const record = toasts => {
    read(toasts);
    const options = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => read(toasts)).observe(toasts, options);
  };
  const workbench = document.querySelector('.monaco-workbench');
  const there = workbench.querySelector('.notifications-toasts');
  if (there !== null) return record(there);
  new MutationObserver((_, waiting) => {
    const toasts = workbench.querySelector('.notifications-toasts');
    if (toasts === null) return;
    waiting.disconnect();
    record(toasts);
  }).observe(workbench, { childList: true });
})()`;

/** Records notifications from now on. */
export async function recordNotifications(page: Page): Promise<void> {
  await page.evaluate(RECORD);
}

/** Those recorded since they were last forgotten, oldest first. */
export function recordedNotifications(page: Page): Promise<readonly string[]> {
  return page.evaluate('window.toldInJourney');
}

export async function forgetNotifications(page: Page): Promise<void> {
  await page.evaluate('window.toldInJourney.length = 0');
}

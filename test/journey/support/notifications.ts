/** Records the notifications of a window, because they hide after a few seconds and a slow machine could miss them. */
import type { Page } from 'playwright-core';

// VS Code adds the elements for toasts and for the center, both children of the workbench, when it first needs them.
// While the center is open, it shows new notifications only there.
const RECORD = `(() => {
  const told = (window.toldInJourney = []);
  const shown = new WeakMap();
  const read = holder => {
    for (const message of holder.querySelectorAll('.notification-list-item-message')) {
      const text = message.textContent.trim();
      if (text === '' || shown.get(message) === text) continue;
      shown.set(message, text);
      told.push(text);
    }
  };
  const recorded = new WeakSet();
  const record = holder => {
    if (recorded.has(holder)) return;
    recorded.add(holder);
    read(holder);
    const options = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => read(holder)).observe(holder, options);
  };
  const workbench = document.querySelector('.monaco-workbench');
  const look = () => workbench.querySelectorAll('.notifications-toasts, .notifications-center').forEach(record);
  look();
  new MutationObserver(look).observe(workbench, { childList: true });
})()`;

/** Records notifications from now on. */
export async function recordNotifications(page: Page): Promise<void> {
  await page.evaluate(RECORD);
}

/** The notifications since `forgetNotifications` was last called, oldest first. */
export function recordedNotifications(page: Page): Promise<readonly string[]> {
  return page.evaluate('window.toldInJourney');
}

export async function forgetNotifications(page: Page): Promise<void> {
  await page.evaluate('window.toldInJourney.length = 0');
}

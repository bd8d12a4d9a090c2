/** Records the last events in a window, to explain why a journey failed. */
import type { Page } from 'playwright-core';

// Does not record characters, because they may be part of an API key.
const RECORD = `(() => {
  const seen = (window.timelineOfJourney = []);
  const add = what => {
    if (seen.at(-1)?.what === what) return;
    seen.push({ at: new Date().toISOString(), what });
    if (seen.length > 300) seen.shift();
  };
  const name = element =>
    [element.tagName.toLowerCase(), ...element.classList].slice(0, 4).join('.') +
    (element.getAttribute('aria-label') === null ? '' : ' "' + element.getAttribute('aria-label').slice(0, 60) + '"');
  const hear = (event, words) => document.addEventListener(event, of => add(words(of)), { capture: true });
  hear('keydown', ({ key }) => 'key ' + (key.length === 1 ? '…' : key));
  hear('focusin', ({ target }) => 'focus in ' + name(target));
  for (const event of ['dragstart', 'drop', 'dragend']) hear(event, ({ target }) => event + ' ' + name(target));
  const look = () => {
    const shown = selector => [...document.querySelectorAll(selector)].find(each => each.offsetParent !== null);
    const title = shown('.quick-input-widget .quick-input-title')?.textContent.trim();
    add(shown('.quick-input-widget') === undefined ? 'nothing asked' : 'asked: ' + (title || 'a list'));
    const dialog = shown('.monaco-dialog-box .dialog-message-text')?.textContent.trim();
    if (dialog !== undefined) add('dialog: ' + dialog);
  };
  const options = { childList: true, subtree: true, attributes: true, attributeFilter: ['style'] };
  const workbench = document.querySelector('.monaco-workbench');
  const observed = new WeakSet();
  new MutationObserver(() => {
    for (const part of workbench.querySelectorAll(':scope > .quick-input-widget, :scope > .monaco-dialog-modal-block'))
      if (!observed.has(part)) {
        observed.add(part);
        new MutationObserver(look).observe(part, options);
      }
    look();
  }).observe(workbench, { childList: true });
})()`;

/** Records named keys, focus changes, questions, dialogs and drag events from now on. */
export async function recordTimeline(page: Page): Promise<void> {
  await page.evaluate(RECORD);
}

/** The last 300 events, one per line, oldest first. */
export async function recordedTimeline(page: Page): Promise<string> {
  const seen = await page.evaluate<readonly { at: string; what: string }[]>('window.timelineOfJourney ?? []');
  return seen.map(({ at, what }) => `${at} ${what}\n`).join('');
}

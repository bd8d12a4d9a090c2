/** The workbench as a person at the keyboard meets it: keys go in, and what is visible comes out. No mouse anywhere. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

const PATIENCE_MS = 30_000;
/** After which a person sees that a key went nowhere, and presses it again. */
const NOTICED_MS = 3_000;

export class Workbench {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses keys by Playwright's names, one after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  /** Types as one goes on writing: in one piece, so that no bracket closes itself. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text);
  }

  /** Pastes into what has the focus, through the clipboard. */
  async paste(text: string): Promise<void> {
    const copy = (copied: string) =>
      this.#page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(copied)})`);
    await copy(text);
    await this.press('ControlOrMeta+KeyV');
    await copy('');
  }

  /** Runs a command by the title it has in the palette. */
  async run(title: string): Promise<void> {
    await this.#pick('F1', title, title);
  }

  /** Opens a file of the folder by its path. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    await this.#pick('ControlOrMeta+KeyP', path, name);
    // A file that was in front already looks opened at once, while keys still go to the list.
    await this.#quickInput.waitFor({ state: 'hidden' });
    await this.opened(name);
  }

  /** Waits until the tab in front reads `title` and its editor has the focus: one that takes it later closes a palette opened meanwhile. */
  async opened(title: string): Promise<void> {
    await this.tab(title);
    await this.#visible(
      this.#page.locator('.editor-group-container.active .monaco-editor.focused').first(),
      `the focus in ${title}`,
    );
  }

  /** Waits for the list that a title belongs to, and takes the option that reads `label`. */
  async choose(title: string, label: string): Promise<void> {
    await this.#question(title);
    await this.#walkTo(label, row => row.locator('.label-name'));
    await this.press('Enter');
  }

  /** What a list offers: label, description and detail of each option. */
  async offered(title: string): Promise<string[]> {
    await this.#question(title);
    await this.#rows.first().waitFor();
    return (await this.#rows.allInnerTexts()).map(text => text.replaceAll(/\s+/g, ' ').trim());
  }

  /** Waits for the input box of a title, types the answer and takes it. */
  async answer(title: string, text: string): Promise<void> {
    await this.#question(title);
    await this.type(text);
    await this.press('Enter');
  }

  /** As `answer`, for what is pasted and must stay hidden. */
  async answerHidden(title: string, secret: string): Promise<void> {
    await this.#question(title);
    const kind = await this.#quickInput.getAttribute('type');
    if (kind !== 'password') throw new Error(`The input "${title}" is of type ${kind}: the key can be read.`);
    await this.paste(secret);
    await this.press('Enter');
  }

  /** The modal dialog: its message and detail. Its button that reads `button` is walked to and pressed. */
  async confirm(button: string): Promise<{ readonly message: string; readonly detail: string }> {
    const box = this.#page.locator('.monaco-dialog-box');
    // As it is shown, line breaks included.
    const within = async (part: string) => (await box.locator(part).allInnerTexts()).join('').trim();
    await this.#visible(box, `the question with the button "${button}"`);
    const message = await within('.dialog-message-text');
    const detail = await within('.dialog-message-detail');
    const focused = box.locator('.monaco-button:focus, .monaco-text-button:focus');
    const seen: string[] = [];
    for (let step = 0; step < 6; step++) {
      const name = (await focused.count()) === 0 ? '' : ((await focused.first().textContent()) ?? '').trim();
      if (name === button) {
        await this.press('Enter');
        await box.waitFor({ state: 'hidden', timeout: PATIENCE_MS });
        return { message, detail };
      }
      seen.push(name);
      await this.press('Tab');
    }
    throw new Error(`The keyboard does not reach "${button}"; it stops at: ${seen.join(' | ')}`);
  }

  /** Waits for a notification and gives its text. */
  async notification(text: string | RegExp): Promise<string> {
    const messages = this.#page.locator('.notifications-toasts .notification-list-item-message');
    const found = messages.filter({ hasText: text }).first();
    await this.#visible(found, `the notification ${text}`, () => this.#standing());
    return ((await found.textContent()) ?? '').trim();
  }

  /** Presses a button of the notification in front, which the keyboard reaches through the palette. */
  async pressInNotification(button: string): Promise<void> {
    await this.run('Notifications: Focus Notification Toast');
    const focused = this.#page.locator('.notifications-toasts .monaco-button:focus');
    for (let step = 0; step < 8; step++) {
      if ((await focused.count()) > 0 && ((await focused.first().textContent()) ?? '').trim() === button) {
        await this.press('Enter');
        return;
      }
      await this.press('Tab');
    }
    throw new Error(`The keyboard does not reach "${button}" of the notification.`);
  }

  async clearNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
    await this.#page
      .locator('.notifications-toasts .notification-list-item')
      .first()
      .waitFor({ state: 'detached' });
  }

  /** Waits until the tab in front reads `title`. */
  async tab(title: string): Promise<void> {
    // The name stands there in parts (`explain`, `.prompt`), and a description may follow.
    const active = this.#page.locator(
      '.editor-group-container.active .tab.active .monaco-icon-label-container',
    );
    await this.#visible(
      active.filter({ hasText: new RegExp(`^${escaped(title)}`) }),
      `the tab "${title}"`,
      async () =>
        `In front: ${(await active.allInnerTexts()).join(' | ') || 'none'}. ${await this.#standing()}`,
    );
  }

  /** Waits until the two sides of the comparison in front hold these texts, each where it belongs. */
  async comparison(left: string, right: string): Promise<void> {
    const sides = { original: left, modified: right };
    for (const [side, text] of Object.entries(sides)) {
      const lines = this.#page.locator(`.monaco-diff-editor .editor.${side} .view-lines`).last();
      await this.#holds(lines, text, `the ${side} side of the comparison`);
    }
  }

  /** Waits until the editor in front shows this text. */
  async editor(text: string): Promise<void> {
    const lines = this.#page.locator('.editor-group-container.active .monaco-editor .view-lines').last();
    await this.#holds(lines, text, 'the editor');
  }

  /** Waits until the status bar has an entry that holds this text. */
  async status(text: string): Promise<void> {
    const items = this.#page.locator('.part.statusbar .statusbar-item');
    await this.#visible(
      items.filter({ hasText: text }).first(),
      `"${text}" in the status bar`,
      async () =>
        `It reads: ${(await items.allInnerTexts())
          .map(each => each.trim())
          .filter(Boolean)
          .join(' | ')}.`,
    );
  }

  /** The tree of the view Prompts, with the focus in it. */
  async prompts(): Promise<Tree> {
    const tree = new Tree(
      this.#page,
      this.#page.locator('[id="workbench.view.extension.promptforge"] .pane').first(),
      () => this.run('PromptForge: Focus on Prompts View'),
    );
    await tree.takeFocus({ evenIfHeld: true });
    return tree;
  }

  /** The lines of the view Problems, as a screen reader says them. */
  async problem(text: string | RegExp): Promise<string> {
    await this.run('Problems: Focus on Problems View');
    const rows = this.#page.locator('.markers-panel .monaco-list-row');
    const spoken = () => rows.evaluateAll(found => found.map(row => row.getAttribute('aria-label') ?? ''));
    return this.#until(`the problem ${text}`, async () => {
      const all = await spoken();
      return {
        found: all.find(line => (typeof text === 'string' ? line.includes(text) : text.test(line))),
        seen: all,
      };
    });
  }

  async screenshot(path: string): Promise<void> {
    await this.#page.screenshot({ path });
  }

  /** Opens a list by its key, types into it and takes the option that reads `label`. */
  async #pick(key: string, typed: string, label: string): Promise<void> {
    // Whatever takes the focus just then closes the list again, or gets the key.
    await until(`the list of ${key}`, async () => {
      await this.press(key);
      const open = await isThere(this.#quickInput);
      return { found: open ? true : undefined, seen: [await this.#standing()] };
    });
    await this.type(typed);
    await this.#walkTo(label, row => row.locator('.label-name'));
    await this.press('Enter');
  }

  get #quickInput(): Locator {
    return this.#page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  get #rows(): Locator {
    return this.#page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** What the quick input asks, in its own words. */
  async #asked(): Promise<string> {
    const parts = this.#page.locator(
      '.quick-input-widget:visible .quick-input-title, .quick-input-widget:visible .quick-input-message',
    );
    return (await parts.allInnerTexts()).filter(Boolean).join(': ');
  }

  async #question(title: string): Promise<void> {
    const shown = this.#page
      .locator('.quick-input-widget:visible .quick-input-title')
      .filter({ hasText: new RegExp(`^${escaped(title)}$`) });
    await this.#visible(shown, `the question "${title}"`, async () => {
      const toasts = await this.#page.locator('.notification-list-item-message').allInnerTexts();
      return `Asked: ${(await this.#asked()) || 'nothing'}. Told: ${toasts.join(' | ') || 'nothing'}.`;
    });
    await this.#page.locator('.quick-input-widget:visible :focus').first().waitFor({ timeout: PATIENCE_MS });
  }

  /** Goes down a list until the row that reads `label` has the focus. */
  async #walkTo(label: string, nameOf: (row: Locator) => Locator): Promise<void> {
    const exact = nameOf(this.#rows)
      .filter({ hasText: new RegExp(`^${escaped(label)}$`) })
      .first();
    await this.#visible(exact, `"${label}" in the list`, async () => {
      const names = await nameOf(this.#rows).allInnerTexts();
      return `Offered: ${names.slice(0, 10).join(' | ') || 'nothing'}.`;
    });
    const focused = this.#page.locator(
      '.quick-input-widget:visible .quick-input-list .monaco-list-row.focused',
    );
    for (let step = 0; step < 40; step++) {
      const name = (await nameOf(focused).first().textContent({ timeout: PATIENCE_MS })) ?? '';
      if (name.trim() === label) return;
      await this.press('ArrowDown');
    }
    throw new Error(`The keyboard does not reach "${label}" in the list.`);
  }

  /** What the window says and asks, for the one who looks for why something else did not come. */
  async #standing(): Promise<string> {
    const messages = this.#page.locator('.notifications-toasts .notification-list-item-message');
    const editor = this.#page.locator('.editor-group-container.active .monaco-editor.focused .view-lines');
    const [shown, question, text] = await Promise.all([
      messages.allInnerTexts(),
      this.#asked(),
      editor.allInnerTexts(),
    ]);
    return `Shown: ${shown.join(' | ') || 'none'}. Asked: ${question || 'nothing'}. Focused: ${plain(text.join(' | ')).slice(0, 300) || 'no editor'}.`;
  }

  async #holds(lines: Locator, text: string, what: string): Promise<void> {
    await this.#until(`"${text}" in ${what}`, async () => {
      const shown = (await lines.count()) === 0 ? '' : plain((await lines.textContent()) ?? '');
      return { found: shown.includes(text) ? true : undefined, seen: [shown] };
    });
  }

  async #visible(found: Locator, what: string, otherwise?: () => Promise<string>): Promise<void> {
    try {
      await found.waitFor({ timeout: PATIENCE_MS });
    } catch (cause) {
      const instead = (await otherwise?.().catch(() => undefined)) ?? '';
      throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what}. ${instead}`, { cause });
    }
  }

  async #until<T>(
    what: string,
    look: () => Promise<{ readonly found: T | undefined; readonly seen: readonly string[] }>,
  ): Promise<T> {
    return until(what, look);
  }
}

/** A tree view by the keyboard: what it says of its rows is what a screen reader says. */
export class Tree {
  readonly #page: Page;
  readonly #pane: Locator;
  readonly #askForFocus: () => Promise<void>;

  constructor(page: Page, pane: Locator, askForFocus: () => Promise<void>) {
    this.#page = page;
    this.#pane = pane;
    this.#askForFocus = askForFocus;
  }

  /** Asks for the focus until the tree holds it: VS Code forgets it over making the view, and over its first rows. */
  async takeFocus({ evenIfHeld = false } = {}): Promise<void> {
    const holder = this.#pane.locator('.monaco-list:focus');
    if (!evenIfHeld && (await holder.count()) > 0) return;
    await until('the focus in the tree', async () => {
      await this.#askForFocus();
      const held = await isThere(holder);
      return { found: held ? true : undefined, seen: await this.rows() };
    });
  }

  /** What the rows on the screen say, from the top. */
  async rows(): Promise<string[]> {
    return this.#pane
      .locator('.monaco-list-row')
      .evaluateAll(rows => rows.map(row => row.getAttribute('aria-label') ?? ''));
  }

  /** Waits until a row says this. */
  async row(spoken: string | RegExp): Promise<string> {
    return until(`a row "${spoken}"`, async () => {
      const seen = await this.rows();
      return { found: seen.find(row => says(row, spoken)), seen };
    });
  }

  /** Walks to the row that says this; from the top again when the rows or the focus changed on the way. */
  async goTo(spoken: string | RegExp): Promise<void> {
    await this.row(spoken);
    await until(`the keyboard to reach "${spoken}"`, async () => {
      await this.takeFocus();
      await this.#page.keyboard.press('Home');
      const passed: string[] = [];
      for (let step = 0; step < 80; step++) {
        const row = await this.#focusedRow();
        if (row === undefined) break;
        if (says(row, spoken)) return { found: true, seen: passed };
        passed.push(row);
        await this.#page.keyboard.press('ArrowDown');
      }
      return { found: undefined, seen: passed };
    });
  }

  /** What the row says that keys go to; undefined where there is none. */
  async #focusedRow(): Promise<string | undefined> {
    const row = this.#pane.locator('.monaco-list:focus .monaco-list-row.focused').first();
    if (!(await isThere(row))) return undefined;
    const [spoken] = await row.evaluateAll(rows => rows.map(each => each.getAttribute('aria-label') ?? ''));
    return spoken;
  }

  /** Walks to a row and opens what is below it. */
  async expand(spoken: string | RegExp): Promise<void> {
    const focused = this.#pane.locator('.monaco-list-row.focused');
    await until(`"${spoken}" to open`, async () => {
      await this.goTo(spoken);
      const open = focused.and(this.#page.locator('[aria-expanded="true"]'));
      if ((await open.count()) > 0) return { found: true, seen: [] };
      await this.#page.keyboard.press('ArrowRight');
      return { found: (await isThere(open)) ? true : undefined, seen: await this.rows() };
    });
  }
}

/** Whether it is visible before a person would wonder. */
async function isThere(wanted: Locator): Promise<boolean> {
  return wanted
    .first()
    .waitFor({ timeout: NOTICED_MS })
    .then(
      () => true,
      () => false,
    );
}

async function until<T>(
  what: string,
  look: () => Promise<{ readonly found: T | undefined; readonly seen: readonly string[] }>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { found, seen } = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(
        `Waited ${PATIENCE_MS / 1000} s for ${what}. There is: ${seen.join(' | ') || 'nothing'}`,
      );
    await delay(50);
  }
}

function says(row: string, spoken: string | RegExp): boolean {
  return typeof spoken === 'string' ? row.startsWith(spoken) : spoken.test(row);
}

/** The editor draws spaces as no-break spaces. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The workbench as a person at the keyboard meets it: keys go in, and what is visible comes out. No mouse anywhere. */
import type { Locator, Page } from 'playwright-core';
import { forgetNotifications, recordedNotifications } from './notifications.ts';
import { Tree } from './tree.ts';
import { isSoon, isThere, until, untilVisible } from './waiting.ts';

/** The time it takes to read a question. */
const READ_MS = 300;

/** What is being pasted, in any window. */
let pasting: Promise<void> = Promise.resolve();

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

  /** Runs a command by the title it has in the palette. */
  async run(title: string): Promise<void> {
    await this.#pick({ key: 'F1', prefix: '>' }, title, title);
  }

  /** Opens a file of the folder by its path. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    await this.#pick({ key: 'ControlOrMeta+KeyP', prefix: '' }, path, name);
    // A file that was in front already looks opened at once, while keys still go to the list.
    await this.#quickInput.waitFor({ state: 'hidden' });
    // The tab in front is the new one while the editor, which has the focus, still shows the file before.
    await untilVisible(
      this.#page.locator(`.editor-group-container.active .monaco-editor.focused[data-uri$="/${path}"]`),
      `the focus in ${path}`,
      () => this.#standing(),
    );
    await this.tab(name);
  }

  /** Waits until the tab in front reads `title` and its editor has the focus: one that takes it later closes a palette opened meanwhile. */
  async opened(title: string): Promise<void> {
    await this.tab(title);
    await untilVisible(
      this.#page.locator('.editor-group-container.active .monaco-editor.focused').first(),
      `the focus in ${title}`,
    );
  }

  /** Waits for the list that a title belongs to, and takes the option that reads `label`. */
  async choose(title: string, label: string): Promise<void> {
    await this.#take(title, label, () => this.#walkTo(label));
  }

  /** As `choose`, for the option that Enter takes at once. */
  async takeFirst(title: string, label: string): Promise<void> {
    const first = this.#rows.and(this.#page.locator('.focused')).locator('.label-name');
    await this.#take(title, label, async () => {
      await until(`"${label}" where Enter takes it`, async () => {
        const names = await first.allTextContents();
        return { found: names.at(0)?.trim() === label || undefined, seen: [...names, await this.#offered()] };
      });
    });
  }

  /**
   * Waits for a list and presses Enter until it is gone: an editor that opens beside it, as for a comparison, takes the
   * focus and gives it back. @param reach has the focus go to the option
   */
  async #take(title: string, label: string, reach: () => Promise<void>): Promise<void> {
    await this.question(title);
    await reach();
    await this.press('Enter');
    const isOffered = async () =>
      (await this.#asks(title).count()) > 0 && (await this.#option(label).isVisible());
    await until(`"${label}" to be taken`, async () => {
      if (await isSoon(async () => !(await isOffered()))) return { found: true, seen: [] };
      if ((await isThere(this.#focus)) && (await isOffered())) await this.press('Enter');
      return { found: undefined, seen: [await this.#offered()] };
    });
  }

  /** Waits for the list that a title belongs to, and presses the button of the option that Enter would take. */
  async pressOptionButton(title: string): Promise<void> {
    await this.question(title);
    const focused = this.#page.locator('.quick-input-list-entry-action-bar :focus');
    const seen: string[] = [];
    for (let step = 0; step < 6; step++) {
      if (await isThere(focused)) {
        await this.press('Enter');
        return;
      }
      seen.push(
        await this.#page.locator(':focus').evaluateAll(all => all.map(each => each.className).join()),
      );
      await this.press('Tab');
    }
    throw new Error(`The keyboard does not reach the button; it stops at: ${seen.join(' | ')}`);
  }

  /** Waits for the input box of a title, types the answer and takes it. */
  async answer(title: string, text: string): Promise<void> {
    await this.#inputBox(title);
    await this.type(text);
    await this.press('Enter');
  }

  /** As `answer`, with the text that the input box offers by itself. */
  async answerAsOffered(title: string, text: string): Promise<void> {
    await this.#inputBox(title);
    await until(`"${text}" in the input`, async () => {
      const offered = await this.#quickInput.inputValue();
      return { found: offered === text || undefined, seen: [offered] };
    });
    await this.press('Enter');
  }

  /** As `answer`, for what is pasted and must stay hidden. */
  async answerHidden(title: string, secret: string): Promise<void> {
    await this.#inputBox(title);
    const kind = await this.#quickInput.getAttribute('type');
    if (kind !== 'password') throw new Error(`The input "${title}" is of type ${kind}: the key can be read.`);
    await this.#paste(secret);
    await this.press('Enter');
  }

  /** Waits for the modal dialog until keys go to it: its message and detail, as they are shown, line breaks included. */
  async dialog(): Promise<{ readonly message: string; readonly detail: string }> {
    const within = async (part: string) => (await this.#dialog.locator(part).allInnerTexts()).join('').trim();
    await untilVisible(this.#dialog.locator(':focus').first(), 'a modal dialog', () => this.#standing());
    return {
      message: await within('.dialog-message-text'),
      detail: await within('.dialog-message-detail'),
    };
  }

  /** As `dialog`; its button that reads `button` is walked to and pressed. */
  async confirm(button: string): Promise<{ readonly message: string; readonly detail: string }> {
    const shown = await this.dialog();
    await this.#tabTo(button, this.#dialog);
    await this.press('Enter');
    await this.#dialog.waitFor({ state: 'hidden' });
    return shown;
  }

  /** Waits for a notification since they were last cleared, and gives its text. */
  async notification(text: string | RegExp): Promise<string> {
    const fits = (told: string) => (typeof text === 'string' ? told.includes(text) : text.test(told));
    return until(`the notification ${text}`, async () => {
      const told = await recordedNotifications(this.#page);
      const seen = async () => [await this.#standing(), ...told, 'In the center:', ...(await this.#center())];
      return { found: told.find(fits), seen };
    });
  }

  /** All notifications, for the one who looks for why one was not shown. */
  async #center(): Promise<readonly string[]> {
    const center = this.#page.locator('.notifications-center');
    await this.run('Notifications: Show Notifications');
    if (!(await isThere(center.locator(':focus')))) return [];
    const all = await center.locator('.notification-list-item-message').allInnerTexts();
    await this.press('Escape');
    return all;
  }

  /** Presses a button of the newest notification, among all of them: one that is shown by itself hides soon. */
  async pressInNotification(button: string): Promise<void> {
    const all = this.#page.locator('.notifications-center');
    await this.run('Notifications: Show Notifications');
    await untilVisible(all.locator(':focus').first(), 'the focus in the notifications', () =>
      this.#standing(),
    );
    await this.#tabTo(button, all);
    await this.press('Enter');
  }

  /** Clears those that come meanwhile as well. */
  async clearNotifications(): Promise<void> {
    const left = this.#page.locator('.notification-list-item');
    await until('no notification', async () => {
      await this.run('Notifications: Clear All Notifications');
      const isClear = await isSoon(async () => (await left.count()) === 0);
      return { found: isClear || undefined, seen: () => left.allInnerTexts() };
    });
    await forgetNotifications(this.#page);
  }

  /** Waits until the tab in front reads `title`. */
  async tab(title: string): Promise<void> {
    // The name is there in parts (`explain`, `.prompt`), and a description may follow.
    const active = this.#page.locator(
      '.editor-group-container.active .tab.active .monaco-icon-label-container',
    );
    await untilVisible(
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

  /** Waits until the lines on both sides of the comparisons in front end in sight: those that are too long wrap. */
  async comparisonWraps(): Promise<void> {
    const sides = this.#page.locator('.editor-group-container.active .monaco-diff-editor .editor');
    await until('lines that wrap on both sides', async () => {
      const overhang = await sides.evaluateAll(editors =>
        editors.map(editor => {
          const lines = [...editor.querySelectorAll('.view-line > span')];
          const right = Math.max(...lines.map(line => line.getBoundingClientRect().right));
          const side = editor.classList.contains('original') ? 'left' : 'right';
          return { side, lines: lines.length, by: right - editor.getBoundingClientRect().right };
        }),
      );
      const filled = overhang.filter(({ lines }) => lines > 1);
      const both = new Set(filled.map(({ side }) => side)).size === 2;
      return {
        found: (both && filled.every(({ by }) => by <= 0)) || undefined,
        seen: overhang.map(each => JSON.stringify(each)),
      };
    });
  }

  /** Waits until the editor in front shows this text. */
  async editor(text: string): Promise<void> {
    const lines = this.#page.locator('.editor-group-container.active .monaco-editor .view-lines').last();
    await this.#holds(lines, text, 'the editor');
  }

  /** Waits until the icon of the view container counts what waits, in these words; without, until it counts nothing. */
  async badge(words: string | undefined): Promise<void> {
    const badges = this.#page.locator('.activitybar .badge[aria-label^="PromptForge"]:visible');
    await until(`a badge that says "${words ?? 'nothing'}"`, async () => {
      const seen = await badges.evaluateAll(all => all.map(each => each.getAttribute('aria-label') ?? ''));
      const isSo = words === undefined ? seen.length === 0 : seen.some(label => label.includes(words));
      return { found: isSo || undefined, seen };
    });
  }

  /** Waits until the status bar has an entry that holds this text. */
  async status(text: string): Promise<void> {
    const items = this.#page.locator('.part.statusbar .statusbar-item');
    await untilVisible(
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
  prompts(): Promise<Tree> {
    return this.#tree('Prompts');
  }

  /** The tree of the view Promotions, with the focus in it. */
  promotions(): Promise<Tree> {
    return this.#tree('Promotions');
  }

  async #tree(view: string): Promise<Tree> {
    const panes = this.#page.locator('[id="workbench.view.extension.promptforge"] .pane');
    const pane = panes.filter({ has: this.#page.locator(`.pane-header[aria-label^="${view} "]`) });
    const tree = new Tree(this.#page, pane, () => this.run(`PromptForge: Focus on ${view} View`));
    await tree.takeFocus({ evenIfHeld: true });
    return tree;
  }

  /** The lines of the view Problems, as a screen reader says them. */
  async problem(text: string | RegExp): Promise<string> {
    await this.run('Problems: Focus on Problems View');
    const rows = this.#page.locator('.markers-panel .monaco-list-row');
    const spoken = () => rows.evaluateAll(found => found.map(row => row.getAttribute('aria-label') ?? ''));
    return until(`the problem ${text}`, async () => {
      const all = await spoken();
      return {
        found: all.find(line => (typeof text === 'string' ? line.includes(text) : text.test(line))),
        seen: all,
      };
    });
  }

  /** Opens the palette or the list of files, types into it and takes the option that reads `label`. */
  async #pick(
    { key, prefix }: { readonly key: string; readonly prefix: string },
    typed: string,
    label: string,
  ): Promise<void> {
    // An input box that was just answered may still be there; a list has no title and begins with its prefix.
    const holds = async (value: string): Promise<boolean> => {
      const input = this.#quickInput.and(this.#page.locator(':focus'));
      const title = this.#page.locator('.quick-input-title:visible', { hasText: /\S/ });
      const values = await input.evaluateAll(found => found.map(each => (each as { value?: string }).value));
      return values.at(0) === value && (await title.count()) === 0;
    };
    // The rows from before it was typed mark nothing, and what has the focus among them is about to change.
    const matches = this.#page.locator(
      '.quick-input-widget:visible .quick-input-list .label-name .highlight',
    );
    // Whatever takes the focus just then closes the list again, whether it was typed already or not, or gets the key.
    await until(`what matches "${typed}" in the list of ${key}`, async () => {
      const seen = async () => [await this.#offered()];
      if (!(await holds(prefix + typed))) {
        await this.press(key);
        if (!(await isSoon(() => holds(prefix)))) return { found: undefined, seen };
        await this.type(typed);
      }
      return { found: (await isThere(matches)) || undefined, seen };
    });
    await this.#walkTo(label);
    await this.press('Enter');
  }

  /** Goes on with Tab until the button that reads `button` has the focus. */
  async #tabTo(button: string, within: Locator): Promise<void> {
    const focused = within.locator('.monaco-button:focus, .monaco-text-button:focus');
    const seen: string[] = [];
    for (let step = 0; step < 10; step++) {
      const name = ((await focused.allTextContents()).at(0) ?? '').trim();
      if (name === button) return;
      seen.push(name);
      await this.press('Tab');
    }
    throw new Error(`The keyboard does not reach "${button}"; it stops at: ${seen.join(' | ')}`);
  }

  /** Pastes into the quick input, through the clipboard, which all windows of the browser share. */
  async #paste(text: string): Promise<void> {
    const turn = pasting.then(() => this.#pasteNow(text));
    pasting = turn.catch(() => undefined); // whoever pastes is told
    await turn;
  }

  async #pasteNow(text: string): Promise<void> {
    const copy = (copied: string) =>
      this.#page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(copied)})`);
    await copy(text);
    await this.press('ControlOrMeta+KeyV');
    await until('what was pasted', async () => ({
      found: (await this.#quickInput.inputValue()) === text || undefined,
      seen: ['another text'],
    }));
    await copy('');
  }

  get #dialog(): Locator {
    return this.#page.locator('.monaco-dialog-box');
  }

  get #quickInput(): Locator {
    return this.#page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  /** The focused element of a question. */
  get #focus(): Locator {
    return this.#page.locator('.quick-input-widget:visible :focus').first();
  }

  get #rows(): Locator {
    return this.#page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** The option of the list that reads `label`. */
  #option(label: string): Locator {
    const names = this.#rows.locator('.label-name');
    return names.filter({ hasText: new RegExp(`^${escaped(label)}$`) }).first();
  }

  /** What the quick input or a modal dialog asks, in its own words. */
  async #asked(): Promise<string> {
    const parts = this.#page.locator(
      '.quick-input-title:visible, .quick-input-message:visible, .dialog-message-text:visible',
    );
    return (await parts.allInnerTexts())
      .map(text => text.trim())
      .filter(Boolean)
      .join(': ');
  }

  /** Where this is asked. */
  #asks(title: string): Locator {
    return this.#page
      .locator('.quick-input-widget:visible .quick-input-title')
      .filter({ hasText: new RegExp(`^${escaped(title)}$`) });
  }

  /** As `question`, of an input box: a list of the same title may still be there until the extension heard of the choice. */
  async #inputBox(title: string): Promise<void> {
    await this.#page.locator('.quick-input-widget .quick-input-list').first().waitFor({ state: 'hidden' });
    await this.question(title);
  }

  /** Waits until this is asked, and keys go to the answer. */
  async question(title: string): Promise<void> {
    const shown = this.#asks(title);
    await untilVisible(shown, `the question "${title}"`, async () => {
      const toasts = await this.#page.locator('.notification-list-item-message').allInnerTexts();
      return `Asked: ${(await this.#asked()) || 'nothing'}. Told: ${toasts.join(' | ') || 'nothing'}.`;
    });
    await untilVisible(this.#focus, `the focus in "${title}"`);
    // Nobody answers at once, and what was asked before, of the same title maybe, may still be closing.
    await this.#page.waitForTimeout(READ_MS);
    await untilVisible(shown, `the question "${title}", once it was read`, () => this.#standing());
  }

  /** Goes down a list until the row that reads `label` has the focus. */
  async #walkTo(label: string): Promise<void> {
    await untilVisible(this.#option(label), `"${label}" in the list`, () => this.#offered());
    const focused = this.#rows.and(this.#page.locator('.focused')).locator('.label-name');
    for (let step = 0; step < 40; step++) {
      const name = (await focused.first().textContent()) ?? '';
      if (name.trim() === label) return;
      await this.press('ArrowDown');
    }
    throw new Error(`The keyboard does not reach "${label}" in the list.`);
  }

  async #offered(): Promise<string> {
    const names = await this.#rows.locator('.label-name').allInnerTexts();
    return `Offered: ${names.slice(0, 10).join(' | ') || 'nothing'}. ${await this.#standing()}`;
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
    await until(`"${text}" in ${what}`, async () => {
      const shown = plain((await lines.allTextContents()).join(''));
      return { found: shown.includes(text) ? true : undefined, seen: [shown] };
    });
  }
}

/** The editor draws spaces as no-break spaces. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

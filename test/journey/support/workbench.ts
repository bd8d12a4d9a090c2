/** Drives the workbench as a person at the keyboard does: by keys, never by mouse, and by what is visible. */
import type { Locator, Page } from 'playwright-core';
import { forgetNotifications, recordedNotifications } from './notifications.ts';
import { Tree } from './tree.ts';
import { isSoon, isThere, until, untilVisible } from './waiting.ts';

/** The time to read a question. */
const READ_MS = 300;

/** The current paste, in any window. */
let pasting: Promise<void> = Promise.resolve();

export class Workbench {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses keys, by Playwright's names, one after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  /** Inserts text in one piece, so that VS Code does not close brackets. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text);
  }

  /** Runs a command by its title in the Command Palette. */
  async run(title: string): Promise<void> {
    await this.#pick({ key: 'F1', prefix: '>' }, title, title);
  }

  /** Opens a file by its path in the folder. */
  async openFile(path: string): Promise<void> {
    const name = path.split('/').at(-1) ?? path;
    await this.#pick({ key: 'ControlOrMeta+KeyP', prefix: '' }, path, name);
    // A file that was already active looks open at once, while keys still go to the list.
    await this.#quickInput.waitFor({ state: 'hidden' });
    // The active tab may already be the new one while the focused editor still shows the previous file.
    await untilVisible(
      this.#page.locator(`.editor-group-container.active .monaco-editor.focused[data-uri$="/${path}"]`),
      `the focus in ${path}`,
      () => this.#standing(),
    );
    await this.tab(name);
  }

  /**
   * Waits until the active tab is `title` and its editor has the focus: an editor that takes the focus later would
   * close a palette opened in the meantime.
   */
  async opened(title: string): Promise<void> {
    await this.tab(title);
    await untilVisible(
      this.#page.locator('.editor-group-container.active .monaco-editor.focused').first(),
      `the focus in ${title}`,
    );
  }

  /** Waits for the list with this title, and chooses the option `label`. */
  async choose(title: string, label: string): Promise<void> {
    await this.#take(title, label, () => this.#walkTo(label));
  }

  /** Like `choose`, for the option that has the focus when the list opens. */
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
   * Waits for a list and presses Enter until it closes: an editor that opens at the same time, such as a diff editor,
   * may take the focus for a moment.
   * @param reach moves the focus to the option
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

  /** Waits for the list with this title, and presses the button of the focused option. */
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

  /** Waits for the input box with this title, types the answer and presses Enter. */
  async answer(title: string, text: string): Promise<void> {
    await this.#inputBox(title);
    await this.type(text);
    await this.press('Enter');
  }

  /** Like `answer`, with the text that is already in the input box. */
  async answerAsOffered(title: string, text: string): Promise<void> {
    await this.#inputBox(title);
    await until(`"${text}" in the input`, async () => {
      const offered = await this.#quickInput.inputValue();
      return { found: offered === text || undefined, seen: [offered] };
    });
    await this.press('Enter');
  }

  /** Like `answer`, for a secret that is pasted into a password box. */
  async answerHidden(title: string, secret: string): Promise<void> {
    await this.#inputBox(title);
    const kind = await this.#quickInput.getAttribute('type');
    if (kind !== 'password') throw new Error(`The input "${title}" is of type ${kind}: the key can be read.`);
    await this.#paste(secret);
    await this.press('Enter');
  }

  /** Waits until a modal dialog has the focus, and returns its message and detail as shown, including line breaks. */
  async dialog(): Promise<{ readonly message: string; readonly detail: string }> {
    const within = async (part: string) => (await this.#dialog.locator(part).allInnerTexts()).join('').trim();
    await untilVisible(this.#dialog.locator(':focus').first(), 'a modal dialog', () => this.#standing());
    return {
      message: await within('.dialog-message-text'),
      detail: await within('.dialog-message-detail'),
    };
  }

  /** Like `dialog`, and also presses the button `button`. */
  async confirm(button: string): Promise<{ readonly message: string; readonly detail: string }> {
    const shown = await this.dialog();
    await this.#tabTo(button, this.#dialog);
    await this.press('Enter');
    await this.#dialog.waitFor({ state: 'hidden' });
    return shown;
  }

  /** Waits for a notification that appeared since they were last cleared, and returns its text. */
  async notification(text: string | RegExp): Promise<string> {
    const fits = (told: string) => (typeof text === 'string' ? told.includes(text) : text.test(told));
    return until(`the notification ${text}`, async () => {
      const told = await recordedNotifications(this.#page);
      const seen = async () => [await this.#standing(), ...told, 'In the center:', ...(await this.#center())];
      return { found: told.find(fits), seen };
    });
  }

  /** The texts of all notifications in the notification center, for error messages. */
  async #center(): Promise<readonly string[]> {
    const center = this.#page.locator('.notifications-center');
    await this.run('Notifications: Show Notifications');
    if (!(await isThere(center.locator(':focus')))) return [];
    const all = await center.locator('.notification-list-item-message').allInnerTexts();
    await this.press('Escape');
    return all;
  }

  /** Presses a button of the newest notification in the notification center, because a toast hides soon. */
  async pressInNotification(button: string): Promise<void> {
    const all = this.#page.locator('.notifications-center');
    await this.run('Notifications: Show Notifications');
    await untilVisible(all.locator(':focus').first(), 'the focus in the notifications', () =>
      this.#standing(),
    );
    await this.#tabTo(button, all);
    await this.press('Enter');
  }

  /** Clears all notifications, including those that appear in the meantime. */
  async clearNotifications(): Promise<void> {
    const left = this.#page.locator('.notification-list-item');
    await until('no notification', async () => {
      await this.run('Notifications: Clear All Notifications');
      const isClear = await isSoon(async () => (await left.count()) === 0);
      return { found: isClear || undefined, seen: () => left.allInnerTexts() };
    });
    await forgetNotifications(this.#page);
  }

  /** Waits until the label of the active tab starts with `title`. */
  async tab(title: string): Promise<void> {
    // The label consists of parts (`explain`, `.prompt`), and a description may follow.
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

  /** Waits until each side of the diff editor contains its text. */
  async comparison(left: string, right: string): Promise<void> {
    const sides = { original: left, modified: right };
    for (const [side, text] of Object.entries(sides)) {
      const lines = this.#page.locator(`.monaco-diff-editor .editor.${side} .view-lines`).last();
      await this.#holds(lines, text, `the ${side} side of the comparison`);
    }
  }

  /** Waits until both sides of the active diff editor wrap their long lines, so that each line ends in sight. */
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

  /** Waits until the active editor shows this text. */
  async editor(text: string): Promise<void> {
    const lines = this.#page.locator('.editor-group-container.active .monaco-editor .view-lines').last();
    await this.#holds(lines, text, 'the editor');
  }

  /** Waits until the badge of PromptForge's view container has this label; if undefined, until there is no badge. */
  async badge(words: string | undefined): Promise<void> {
    const badges = this.#page.locator('.activitybar .badge[aria-label^="PromptForge"]:visible');
    await until(`a badge that says "${words ?? 'nothing'}"`, async () => {
      const seen = await badges.evaluateAll(all => all.map(each => each.getAttribute('aria-label') ?? ''));
      const isSo = words === undefined ? seen.length === 0 : seen.some(label => label.includes(words));
      return { found: isSo || undefined, seen };
    });
  }

  /** Waits until an entry of the status bar contains this text. */
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

  /** Focuses the Prompts view, and returns its tree. */
  prompts(): Promise<Tree> {
    return this.#tree('Prompts');
  }

  /** Focuses the Promotions view, and returns its tree. */
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

  /** Waits for a problem in the Problems view, and returns its label for screen readers. */
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

  /** Opens the Command Palette or Quick Open, types into it and chooses the option `label`. */
  async #pick(
    { key, prefix }: { readonly key: string; readonly prefix: string },
    typed: string,
    label: string,
  ): Promise<void> {
    // An input box that was just answered may still be visible. These lists have no title and begin with their prefix.
    const holds = async (value: string): Promise<boolean> => {
      const input = this.#quickInput.and(this.#page.locator(':focus'));
      const title = this.#page.locator('.quick-input-title:visible', { hasText: /\S/ });
      const values = await input.evaluateAll(found => found.map(each => (each as { value?: string }).value));
      return values.at(0) === value && (await title.count()) === 0;
    };
    // Rows from before the text was typed have no highlights, and the focus among them is about to change.
    const matches = this.#page.locator(
      '.quick-input-widget:visible .quick-input-list .label-name .highlight',
    );
    // If something else takes the focus meanwhile, it closes the list or gets the key, so try again.
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

  /** Presses Tab until the button `button` has the focus. */
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

  /** Pastes into the quick input, one window at a time, because all windows share the clipboard. */
  async #paste(text: string): Promise<void> {
    const turn = pasting.then(() => this.#pasteNow(text));
    pasting = turn.catch(() => undefined); // The caller gets the error.
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

  /** The option `label` of the list. */
  #option(label: string): Locator {
    const names = this.#rows.locator('.label-name');
    return names.filter({ hasText: new RegExp(`^${escaped(label)}$`) }).first();
  }

  /** The question of the quick input or of a modal dialog. */
  async #asked(): Promise<string> {
    const parts = this.#page.locator(
      '.quick-input-title:visible, .quick-input-message:visible, .dialog-message-text:visible',
    );
    return (await parts.allInnerTexts())
      .map(text => text.trim())
      .filter(Boolean)
      .join(': ');
  }

  /** The quick input with this title. */
  #asks(title: string): Locator {
    return this.#page
      .locator('.quick-input-widget:visible .quick-input-title')
      .filter({ hasText: new RegExp(`^${escaped(title)}$`) });
  }

  /** Like `question`, for an input box: a list with the same title may stay open until the extension has its choice. */
  async #inputBox(title: string): Promise<void> {
    await this.#page.locator('.quick-input-widget .quick-input-list').first().waitFor({ state: 'hidden' });
    await this.question(title);
  }

  /** Waits until the quick input with this title has the focus. */
  async question(title: string): Promise<void> {
    const shown = this.#asks(title);
    await untilVisible(shown, `the question "${title}"`, async () => {
      const toasts = await this.#page.locator('.notification-list-item-message').allInnerTexts();
      return `Asked: ${(await this.#asked()) || 'nothing'}. Told: ${toasts.join(' | ') || 'nothing'}.`;
    });
    await untilVisible(this.#focus, `the focus in "${title}"`);
    // Nobody answers at once, and a previous question, perhaps with the same title, may still be closing.
    await this.#page.waitForTimeout(READ_MS);
    await untilVisible(shown, `the question "${title}", once it was read`, () => this.#standing());
  }

  /** Presses the down arrow until the option `label` has the focus. */
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

  /** Describes the notifications, question and focused editor, for error messages. */
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

/** Replaces no-break spaces, as which the editor draws spaces. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** A tree view, by keyboard. */
import type { Locator, Page } from 'playwright-core';
import { isThere, until } from './waiting.ts';

/** Identifies rows by their `aria-label`, which a screen reader reads. */
export class Tree {
  readonly #page: Page;
  readonly #pane: Locator;
  readonly #askForFocus: () => Promise<void>;

  constructor(page: Page, pane: Locator, askForFocus: () => Promise<void>) {
    this.#page = page;
    this.#pane = pane;
    this.#askForFocus = askForFocus;
  }

  /** Requests the focus until the tree has it: VS Code loses it while it creates the view and its first rows. */
  async takeFocus({ evenIfHeld = false } = {}): Promise<void> {
    const holder = this.#pane.locator('.monaco-list:focus');
    if (!evenIfHeld && (await holder.count()) > 0) return;
    await until('the focus in the tree', async () => {
      await this.#askForFocus();
      const held = await isThere(holder);
      return { found: held ? true : undefined, seen: await this.rows() };
    });
  }

  /** The labels of the visible rows, from the top. */
  async rows(): Promise<string[]> {
    return this.#pane
      .locator('.monaco-list-row')
      .evaluateAll(rows => rows.map(row => row.getAttribute('aria-label') ?? ''));
  }

  /** Waits for a row whose label starts with or matches `spoken`, and returns its label. */
  async row(spoken: string | RegExp): Promise<string> {
    return until(`a row "${spoken}"`, async () => {
      const seen = await this.rows();
      return { found: seen.find(row => says(row, spoken)), seen };
    });
  }

  /** Waits until the view shows this message above its rows, or with `isGone` until it no longer does. */
  async message(text: string, { isGone = false } = {}): Promise<void> {
    const message = this.#pane.locator('.message').filter({ hasText: text });
    await until(`"${text}" ${isGone ? 'to be gone from' : 'in'} the view`, async () => ({
      found: (await isThere(message)) !== isGone ? true : undefined,
      seen: await this.#pane.locator('.message').allInnerTexts(),
    }));
  }

  /** Waits until the row with this label is selected. */
  async selected(spoken: string | RegExp): Promise<void> {
    const rows = this.#pane.locator('.monaco-list-row.selected');
    await until(`"${spoken}" to be selected`, async () => {
      const seen = await rows.evaluateAll(all => all.map(row => row.getAttribute('aria-label') ?? ''));
      return { found: seen.some(row => says(row, spoken)) || undefined, seen };
    });
  }

  /**
   * Moves the focus to the row with this label, which may be off the screen. Starts again from the top if it does not
   * reach the row, because rows or the focus may have changed on the way.
   */
  async goTo(spoken: string | RegExp): Promise<void> {
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

  /** The label of the focused row; undefined if there is none. */
  async #focusedRow(): Promise<string | undefined> {
    const row = this.#pane.locator('.monaco-list:focus .monaco-list-row.focused').first();
    if (!(await isThere(row))) return undefined;
    const [spoken] = await row.evaluateAll(rows => rows.map(each => each.getAttribute('aria-label') ?? ''));
    return spoken;
  }

  /** Moves the focus to a row and expands it. */
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

function says(row: string, spoken: string | RegExp): boolean {
  return typeof spoken === 'string' ? row.startsWith(spoken) : spoken.test(row);
}

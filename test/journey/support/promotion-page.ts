/** The page of a promotion, by keyboard. */
import type { FrameLocator, Page } from 'playwright-core';
import { untilVisible } from './waiting.ts';
import { enterPage, walkTo, webviewIn } from './webview.ts';
import type { Workbench } from './workbench.ts';

export class PromotionPage {
  readonly #page: FrameLocator;
  readonly #workbench: Workbench;

  constructor(page: Page, workbench: Workbench) {
    this.#page = webviewIn(page);
    this.#workbench = workbench;
  }

  /** Waits until the visible page shows this text. */
  async shows(text: string): Promise<void> {
    await untilVisible(this.#page.getByText(text).first(), `"${text}" on the page`);
  }

  /** Moves the focus to a button by its label, and presses it. */
  async press(button: string): Promise<void> {
    const wanted = `button:text-is("${button}")`;
    await untilVisible(this.#page.locator(wanted).first(), `the button "${button}" on the page`);
    await enterPage(this.#page, this.#workbench, 'ControlOrMeta+Digit1');
    await walkTo(wanted, this.#page, this.#workbench);
    await this.#workbench.press('Enter');
  }
}

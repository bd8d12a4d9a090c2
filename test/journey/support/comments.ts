/** Line comments in the active diff editor, by keyboard. */
import type { Locator, Page } from 'playwright-core';
import { isThere, until, untilVisible } from './waiting.ts';
import type { Workbench } from './workbench.ts';

export class Comments {
  readonly #page: Page;
  readonly #workbench: Workbench;

  constructor(page: Page, workbench: Workbench) {
    this.#page = page;
    this.#workbench = workbench;
  }

  /** Waits until a thread shows this text. */
  async shows(text: string): Promise<void> {
    await untilVisible(this.#threads.getByText(text).first(), `"${text}" in the comments`);
  }

  /** Waits until VS Code's view of all comments, which opens by itself, lists these threads and no others. */
  async listed(states: readonly ('resolved' | 'unresolved')[]): Promise<void> {
    const icons = this.#page.locator('.comments-panel .comment-metadata .icon');
    await until(`threads that are ${states.join(', ')} in the view Comments`, async () => {
      const seen = await icons.evaluateAll(all =>
        all.map(each => (each.classList.contains('codicon-comment-unresolved') ? 'unresolved' : 'resolved')),
      );
      return { found: seen.join() === states.join() || undefined, seen };
    });
  }

  /** Comments on a line of the focused side. @param line from 1 */
  async write(line: number, text: string): Promise<void> {
    // VS Code enables the command only if the cursor has moved since it got the lines that take comments, which it gets
    // for each side separately.
    await untilVisible(
      this.#page.locator('.monaco-editor.focused .comment-range-glyph').first(),
      'lines that take comments',
    );
    await this.#workbench.press('ControlOrMeta+Home', ...Array.from({ length: line - 1 }, () => 'ArrowDown'));
    await this.#workbench.press('End', 'Home');
    await this.#workbench.run('Comments: Add Comment on Current Selection');
    await untilVisible(this.#field, 'the field for the comment');
    await this.#send(text);
  }

  /** Goes to the next thread of the focused editor, and replies to it. */
  async reply(text: string): Promise<void> {
    await until('the field for the reply', async () => {
      await this.#workbench.press('Alt+F9');
      for (let step = 0; step < 8 && !(await this.#field.isVisible()); step += 1)
        await this.#workbench.press('Tab');
      return { found: (await isThere(this.#field)) || undefined, seen: [] };
    });
    await this.#send(text);
  }

  async #send(text: string): Promise<void> {
    await this.#workbench.type(text);
    // The key does nothing until VS Code has noticed the text.
    await untilVisible(
      this.#threads.locator('.form-actions .monaco-button:not(.disabled)').first(),
      'what sends it',
    );
    await this.#workbench.press('ControlOrMeta+Enter');
  }

  get #threads(): Locator {
    return this.#page.locator('.review-widget');
  }

  get #field(): Locator {
    return this.#threads.locator('.comment-form .monaco-editor.focused');
  }
}

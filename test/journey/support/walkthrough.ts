/** The walkthrough "Get Started with PromptForge", by keyboard. */
import type { Page } from 'playwright-core';
import { until, untilVisible } from './waiting.ts';
import type { Workbench } from './workbench.ts';

const TITLE = 'Get Started with PromptForge';

/** Opens the walkthrough and waits until exactly these steps are checked. @param expected ids from package.json */
export async function stepsAreChecked(
  { workbench, page }: { readonly workbench: Workbench; readonly page: Page },
  expected: readonly string[],
): Promise<void> {
  await workbench.run('Welcome: Open Walkthrough...');
  await untilVisible(
    page.getByPlaceholder('Select a walkthrough to open').and(page.locator(':focus')),
    'the list of walkthroughs',
  );
  await workbench.type(TITLE);
  const listed = page.locator('.quick-input-list .monaco-list-row.focused .label-name', { hasText: TITLE });
  await untilVisible(listed, `"${TITLE}" in the list`);
  await workbench.press('Enter');
  const steps = page.locator('.getting-started-step[data-step-id^="promptforge.promptforge#start#"]');
  await until(`${expected.join(', ')} checked, and nothing else`, async () => {
    const checked = await steps.evaluateAll(found =>
      found
        .filter(step => step.getAttribute('aria-checked') === 'true')
        .map(step => step.getAttribute('data-step-id')?.split('#').at(-1) ?? ''),
    );
    return { found: checked.join() === expected.join() || undefined, seen: checked };
  });
}

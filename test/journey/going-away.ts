/** A registry that goes away and comes back, seen from a window that does nothing. */
import assert from 'node:assert/strict';
import type { JourneyWindow } from './support/journey-window.ts';
import type { ServedRegistry } from './support/served-registry.ts';

type Step = (title: string, run: () => Promise<void>) => Promise<void>;

const LAST_KNOWN = 'Offline. Showing last known state.';

// Records the elements outside of questions that receive the focus.
const RECORD = `(() => {
  const focused = (window.focusedInJourney = []);
  addEventListener('focusin', ({ target }) => {
    if (target.closest('.quick-input-widget') === null) focused.push(target.className);
  });
})()`;

/** @param key an author's, of development */
export async function seesItGoAndComeBack(
  { workbench, page }: JourneyWindow,
  step: Step,
  registry: ServedRegistry,
  key: string,
): Promise<void> {
  const host = registry.url.replace('http://', '');

  await step('connects to a team’s registry', async () => {
    await workbench.run('PromptForge: Connect to Registry…');
    await workbench.question('Connect to Registry');
    await page.evaluate(RECORD);
    await workbench.choose('Connect to Registry', 'Connect to your team’s registry');
    await workbench.answer('Connect to Registry', registry.url);
    await workbench.question('Set Key');
    // Another element would receive text that is typed between two questions.
    assert.deepEqual(await page.evaluate('window.focusedInJourney'), []);
    await workbench.answerHidden('Set Key', key);
    await workbench.status(`${host} · development`);
  });

  for (const [what, go, comeBack] of [
    ['ends', () => registry.kill(), () => registry.start()],
    ['hangs', async () => registry.hang(), async () => registry.goOn()],
  ] as const)
    await step(`notices automatically that it ${what}, and that it is back`, async () => {
      const prompts = await workbench.prompts();
      const left = performance.now();
      await go();
      await workbench.status(`${host} · offline`);
      const noticed = performance.now();
      await prompts.message(LAST_KNOWN);
      await comeBack();
      const back = performance.now();
      await workbench.status(`${host} · development`);
      const connected = performance.now();
      await prompts.message(LAST_KNOWN, { isGone: true });
      // For docs/benchmarks.md: speed is looked at, not asserted.
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
      console.log(
        `      A registry that ${what}: noticed after ${seconds(left, noticed)} s, back after ${seconds(back, connected)} s.`,
      );
    });
}

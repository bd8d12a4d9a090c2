// Runs each test of a suite alone, only with the hooks of its own `describe`s, to show that no test depends on another.

import type Mocha from 'mocha';
import type { Suite } from 'mocha';

/**
 * Runs the tests of a loaded suite one by one, and prints those that fail.
 * @param mocha with all test files loaded; its `grep` is taken into account
 * @returns the full titles of the tests that failed or whose hooks failed
 */
export async function runEachAlone(mocha: Mocha): Promise<string[]> {
  mocha.cleanReferencesAfterRun(false);
  const { grep } = mocha.options as { readonly grep?: string | RegExp };
  const wanted = new RegExp(grep ?? '');
  // Tests with the same full title run together, because `grep` cannot distinguish them.
  const titles = new Set(titlesIn(mocha.suite).filter(title => wanted.test(title)));
  const failed: string[] = [];
  for (const title of titles) {
    mocha.grep(new RegExp(`^${escapeRegExp(title)}$`));
    const failures = await new Promise<number>(resolve => {
      mocha.run(resolve);
    });
    if (failures > 0) failed.push(title);
  }
  console.log(`${titles.size} tests were run alone; ${failed.length} failed.`);
  for (const title of failed) console.log(`  failed alone: ${title}`);
  return failed;
}

function titlesIn(suite: Suite): string[] {
  return [...suite.tests.map(test => test.fullTitle()), ...suite.suites.flatMap(titlesIn)];
}

/** `RegExp.escape`, which the Node of the oldest VS Code does not have. */
function escapeRegExp(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

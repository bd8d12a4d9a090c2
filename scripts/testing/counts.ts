// How many tests passed and failed, handed from the process that ran them to the one that adds them up: a JSON file,
// because standard output belongs to the tests.

import { readFile } from 'node:fs/promises';

export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Reads what the counting reporter wrote; undefined when the run ended before it could. */
export async function readTestCounts(file: string): Promise<TestCounts | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as TestCounts);
}

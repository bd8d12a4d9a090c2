/** A folder for one suite, empty before and gone after. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Registers mocha's hooks; the function gives a path in the folder, which exists while tests run. */
export function temporaryFolder(): (...path: string[]) => string {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promptforge-cli-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  return (...path) => join(folder, ...path);
}

// Runs each test of some files alone, in plain Node: what `npm run test:alone` runs in place of mocha's own command.
//
//   node scripts/testing/runAlone.ts GLOB

import { glob } from 'node:fs/promises';
import Mocha from 'mocha';
import { runEachAlone } from './aloneRun.ts';
import { mochaHooks } from './mochaHooks.ts';
import { ProgressReporter } from './progressReporter.ts';

const mocha = new Mocha({ reporter: ProgressReporter, rootHooks: mochaHooks });
for (const pattern of process.argv.slice(2)) for await (const file of glob(pattern)) mocha.addFile(file);
await mocha.loadFilesAsync();
const failed = await runEachAlone(mocha);
// As with mocha's --exit: what a failed test left open does not keep the process.
process.exit(failed.length > 0 ? 1 : 0);

// Runs each test of some files alone, in Node. `npm run test:alone` uses it instead of Mocha's command.
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
// Like Mocha's --exit, because a failed test may leave something open.
process.exit(failed.length > 0 ? 1 : 0);

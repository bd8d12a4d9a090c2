#!/usr/bin/env node
/** The `promptforge` command as a process. What it does stands in program.ts, loaded only where it can run. */
import { whyNotThisNode } from './node-version.ts';
import {
  explainUncaughtFaults,
  leaveFailedWritesToTheWriter,
  silenceExperimentalWarnings,
} from './process-edge.ts';

const why = whyNotThisNode(process.versions.node);
if (why !== undefined) {
  process.stderr.write(`promptforge: ${why}\n`);
  process.exitCode = 4;
} else {
  leaveFailedWritesToTheWriter();
  explainUncaughtFaults();
  silenceExperimentalWarnings();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
}

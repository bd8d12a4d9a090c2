#!/usr/bin/env node
/** The `promptforge` command as a process. All it does is loaded only where it can run. */
import { whyNotThisNode } from './node-version.ts';

const why = whyNotThisNode(process.versions.node);
if (why !== undefined) {
  process.stderr.write(`promptforge: ${why}\n`);
  process.exitCode = 4;
} else {
  const { endAtOnce, explainUncaughtFaults, silenceExperimentalWarnings } = await import('./process-edge.ts');
  const { leaveFailedWritesToTheWriter } = await import('./output.ts');
  leaveFailedWritesToTheWriter();
  explainUncaughtFaults();
  silenceExperimentalWarnings();
  const { run } = await import('./program.ts');
  process.exitCode = await run(process.argv.slice(2));
  const { isAnythingAbandoned } = await import('./abandoned.ts');
  if (isAnythingAbandoned()) endAtOnce(process.exitCode);
}

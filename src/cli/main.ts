#!/usr/bin/env node
/** The `promptforge` command as a process. The rest is loaded only if it can run. */
import packageJson from '../../package.json' with { type: 'json' };
import { checkNodeVersion } from './node-version.ts';

const why = checkNodeVersion(process.versions.node);
const [first, ...others] = process.argv.slice(2);
if (why !== undefined) {
  process.stderr.write(`promptforge: ${why}\n`);
  process.exitCode = 4;
} else if (others.length === 0 && (first === '--version' || first === '-V')) sayVersion();
else {
  if (first === 'serve') (await import('./process-settings.ts')).applySettings();
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

/** Scripts and shells call this often, so it loads nothing slow. */
function sayVersion(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return; // the reader is gone
    process.stderr.write('promptforge: The output cannot be written.\n');
    process.exitCode = 4;
  });
  process.stdout.write(`${packageJson.version}\n`);
}

/** How the process behaves toward the terminal and the pipes around it. */

/** `promptforge keys list | head -1` closes the pipe early: that ends the output, not the work, and is no failure. */
export function endQuietlyOnBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Node's own warnings go to stderr, but not those about experimental features it runs on (SQLite in Node 22). */
export function silenceExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', warning => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}

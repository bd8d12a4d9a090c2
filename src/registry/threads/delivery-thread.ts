/** The module of a delivery thread. Loads everything else after suppressing Node's warnings. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadMessage, ThreadOrder } from './messages.ts';

const port = parentPort;
if (port === null) throw new TypeError('This is the module of a thread.');
// Warnings about experimental features of Node, such as SQLite in Node 22, do not help users.
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => {
  if (name === 'ExperimentalWarning') return;
  const entry = {
    at: new Date().toISOString(),
    level: 'warn',
    event: 'warning',
    warning: `${name}: ${message}`,
  };
  port.postMessage({ kind: 'log', entry } satisfies ThreadMessage);
});
const { deliver } = await import('./deliver.ts');
await deliver(port, workerData as ThreadOrder);

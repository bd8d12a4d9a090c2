/** The module of a thread that delivers. All it does is loaded once Node's warnings are seen to. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadMessage, ThreadOrder } from './messages.ts';

const port = parentPort;
if (port === null) throw new TypeError('This is the module of a thread.');
// Warnings about experimental features that the registry uses help nobody (SQLite in Node 22).
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

/** The other end of the pool: a process or thread that runs one task after the other. */
import { parentPort } from 'node:worker_threads';

/** The result of a task. */
export type Reply = { readonly value: unknown } | { readonly error: string };

/** Called once, by the module that a pool starts. */
export function serveTasks(run: (task: unknown) => Promise<unknown>): void {
  const reply = async (task: unknown): Promise<Reply> => {
    try {
      return { value: await run(task) };
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  if (parentPort !== null) {
    const port = parentPort;
    port.on('message', async task => port.postMessage(await reply(task)));
    return;
  }
  process.on('message', async task => process.send?.(await reply(task)));
  // The parent process is gone, and so are all callers.
  process.on('disconnect', () => process.exit());
}

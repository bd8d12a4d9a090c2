/** Connections to a server that has no time to accept them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { socketAgent } from '../../src/registry/serving/socket-agent.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Listens, says so, and then does something else for a while. */
const BUSY = `
  const { parentPort, workerData: path } = require('node:worker_threads');
  const server = require('node:http').createServer((_, outgoing) => outgoing.end());
  server.listen({ path, backlog: 1 }, () => {
    parentPort.postMessage('listening');
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500));
  });
`;

describe('connections to a local socket', () => {
  it("wait when the server's queue is full", async () => {
    await using folder = await temporaryFolder();
    const socketPath =
      process.platform === 'win32' ? '\\\\.\\pipe\\promptforge-busy' : join(folder.path, 's');
    const worker = new Worker(BUSY, { eval: true, workerData: socketPath });
    await using closing = new AsyncDisposableStack();
    closing.defer(async () => void (await worker.terminate()));
    await once(worker, 'message');
    const agent = socketAgent(socketPath, 30_000, { keepAlive: true });
    closing.defer(() => agent.destroy());
    const asked = Array.from({ length: 50 }, async () => {
      const [response] = await once(request({ agent, socketPath }).end(), 'response');
      (response as IncomingMessage).resume();
      return (response as IncomingMessage).statusCode;
    });
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([200]));
  });

  it('are refused when nobody listens', async () => {
    const agent = socketAgent('/nowhere/s', 30_000, {});
    await assert.rejects(once(request({ agent, socketPath: '/nowhere/s' }).end(), 'response'), {
      code: 'ENOENT',
    });
  });
});

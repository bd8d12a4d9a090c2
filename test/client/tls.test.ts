import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aClient } from './a-client.ts';

describe('a client of a server with an untrusted certificate', () => {
  it('sends nothing, does not retry, and reports the error', async function () {
    await using folder = await temporaryFolder();
    const [keyFile, certFile] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost';
    const made = spawnSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', certFile]);
    if (made.status !== 0) this.skip(); // no openssl on this machine to make a certificate with
    let requests = 0;
    let connections = 0;
    const server = createServer({ key: await readFile(keyFile), cert: await readFile(certFile) }, () => {
      requests++;
    });
    server.on('connection', () => {
      connections++;
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      await assert.rejects(aClient(`https://localhost:${port}`).currentKey(), error => {
        assert.ok(RegistryUnreachable.is(error, 'tls'), String(error));
        assert.match(error.message, /: its certificate is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\)\./);
        return true;
      });
      assert.deepEqual([requests, connections], [0, 1]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

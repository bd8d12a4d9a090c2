import assert from 'node:assert/strict';
import { checkHasNetwork } from '../../src/client/network.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';

describe('a machine without a network', () => {
  const address = {
    address: '127.0.0.1',
    netmask: '255.0.0.0',
    mac: '',
    cidr: null,
    family: 'IPv4',
  } as const;
  const loopback = { lo: [{ ...address, internal: true }] };

  it('reaches only its own registry, without sending requests to others', () => {
    for (const url of ['http://localhost:7878', 'http://127.0.0.1', 'http://[::1]:7878'])
      checkHasNetwork(url, loopback);
    for (const interfaces of [loopback, {}])
      assert.throws(
        () => checkHasNetwork('https://prompts.example.com', interfaces),
        error => RegistryUnreachable.is(error, 'offline') && error.neverArrived,
      );
    checkHasNetwork('https://prompts.example.com', { ...loopback, eth0: [{ ...address, internal: false }] });
  });
});

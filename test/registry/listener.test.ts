/** A request that meets a fault nobody foresaw: it is answered, and nobody else notices. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { type ListenerParts, requestListener } from '../../src/registry/serving/listener.ts';
import { requestCounts } from '../../src/registry/serving/request-counts.ts';
import { requestNotes } from '../../src/registry/serving/request-notes.ts';
import { sender } from '../../src/registry/serving/send.ts';
import { ask, assertProblem } from './a-registry.ts';

describe('a fault while answering a request', () => {
  const fault = new Error('Nobody foresaw this.');
  const throwing = () => {
    throw fault;
  };
  const rejecting = () => Promise.reject(fault);
  const fetch = rejecting;
  const app = { answer: rejecting, deliver: throwing, fetch };
  const handsOn = (forward: () => Promise<number>, recognize: () => Promise<undefined>) => ({
    forwarding: { forwarder: { forward, close() {} }, recognize },
  });
  const nobody = async () => undefined;
  const cases: Readonly<Record<string, [Partial<ListenerParts>, string]>> = {
    'of a delivery from memory': [{}, '/v1/prompts/a'],
    'of a delivery from the database': [{ app: { ...app, deliver: rejecting } }, '/v1/prompts/a'],
    'of a delivery to a client of Langfuse': [{}, '/api/public/v2/prompts/a'],
    'of another call': [{}, '/v1/keys'],
    'of one that is handed on': [handsOn(rejecting, nobody), '/v1/keys'],
    'before one is handed on': [handsOn(async () => 200, rejecting), '/v1/keys'],
  };
  for (const [what, [parts, path]] of Object.entries(cases))
    it(`ends only that request: ${what}`, async () => {
      const faults: unknown[] = [];
      const listener = requestListener({
        app,
        notes: requestNotes(),
        counts: requestCounts(new Registry(), new Registry()),
        log() {},
        onFault: error => faults.push(error),
        stopping: () => false,
        timeout: 60_000,
        send: sender({}),
        clients: { begun() {}, answered() {} },
        ...parts,
      });
      await using server = createServer(listener);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (let i = 0; i < 2; i++) {
        const answered = await ask(url, 'GET', path);
        assertProblem(answered, 500, 'internal_error');
        // Langfuse's clients show this one field.
        assert.equal(answered.json.message, path.startsWith('/api/') ? answered.json.detail : undefined);
      }
      assert.deepEqual(faults, [fault, fault]);
    });
});

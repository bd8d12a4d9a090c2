/** What an application reads where the registry is away. */
import assert from 'node:assert/strict';
import { freePort } from '../../scripts/host/freePort.ts';
import { createClient, PromptForgeError } from '../../src/sdk/client.ts';

describe('a registry that cannot be reached', () => {
  it('is reported in our own words, with the platform’s error code and its error as the cause', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const prompts = createClient({
      url,
      environment: 'production',
      key: `pf_production_0123456789ab_${'a'.repeat(43)}`,
      retries: 0,
    });
    await assert.rejects(prompts.get('support/triage'), error => {
      assert.ok(PromptForgeError.is(error, 'unreachable'), String(error));
      assert.equal(
        error.message,
        `${url} cannot be reached (ECONNREFUSED). Check the URL, the network, and that the registry runs.`,
      );
      assert.match(String(error.cause), /fetch failed/);
      return true;
    });
  });
});

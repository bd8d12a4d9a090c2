/** Servers that are killed while they sign: whatever signature left them, they remember when they start again. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/core/checkpoint.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { headFileOf, openHeadFile } from '../../src/registry/proof/head-file.ts';
import { call, newKey, serve } from '../cli/serving.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const KILLS = 3;

describe('a server that is killed while it signs', () => {
  it('has signed nothing that it does not remember', async () => {
    await using folder = await temporaryFolder();
    const { key } = await newKey(folder.path, 'development', 'author');
    for (let kill = 0; kill < KILLS; kill++) {
      const server = await serve('--data', folder.path);
      const signed: Checkpoint[] = [];
      let published = 0;
      const writing = (async () => {
        for (;;) {
          const content = { source: `${kill} ${published}`, message: '', base: null };
          await call(`${server.url}/v1/prompts/p${kill}-${published++}/-/versions`, key, content);
        }
      })().catch(() => {});
      const signing = (async () => {
        for (;;) {
          const { status, text } = await call(`${server.url}/v1/checkpoint`, key);
          if (status === 200) signed.push(JSON.parse(text));
          if (signed.length > 5 && signed.at(-1)!.seq > signed[0]!.seq) server.signal('SIGKILL');
        }
      })().catch(() => {});
      await Promise.all([writing, signing, server.ended()]);
      const heads = await openHeadFile(headFileOf(join(folder.path, IDENTITY_FILE)));
      const { checkpoint } = heads.read();
      heads.close();
      const last = signed.at(-1);
      assert.ok(last !== undefined && checkpoint !== null && checkpoint.seq >= last.seq);
      if (checkpoint.seq === last.seq) assert.equal(checkpoint.hash, last.hash);
    }
    const server = await serve('--data', folder.path);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
    await server.stop();
  });
});

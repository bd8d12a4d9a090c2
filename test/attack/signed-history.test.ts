/**
 * Whatever happens to the database between them, all that a key ever signed is one history: any two heads that were
 * given out lie on one chain. Signers come and go, two at a time, and share the file beside their key.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openIdentity } from '../../src/registry/identity.ts';
import { type HeadFile, openHeadFile } from '../../src/registry/proof/head-file.ts';
import { intactStore } from '../../src/registry/proof/intact-store.ts';
import { integrity } from '../../src/registry/proof/integrity.ts';
import { type Signer, signer } from '../../src/registry/proof/signer.ts';
import { recordSigningKey } from '../../src/registry/proof/signing-key.ts';
import { appendEvent, eventsAfter } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { sqlOfFolder, TAMPERING } from './tampering.ts';

interface Process {
  readonly heads: HeadFile;
  readonly store: Store;
  readonly signer: Signer;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('append' as const), who: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('sign' as const), who: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('restart' as const), who: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('tamper' as const),
      who: fc.nat(1),
      how: fc.constantFrom(...Object.values(TAMPERING)),
    }),
  },
);

describe('everything that a key ever signed', () => {
  it('is a single history, whatever is done to the database', async () => {
    await using folder = await temporaryFolder();
    const identity = await openIdentity(join(folder.path, 'key.pem'));
    let count = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
        const data = join(folder.path, String(count++));
        const store = await openDataFolder(data);
        await recordSigningKey(store, COMMAND_LINE, identity);
        const start = async (): Promise<Process> => {
          const heads = await openHeadFile(join(data, 'key.head.db'));
          const intact = integrity({
            heads,
            onBroken: () => {},
            onFault: fault => assert.fail(String(fault)),
          });
          const guarded = intactStore(store, intact);
          const parts = { store: guarded, integrity: intact, identity, heads, onFault: assert.fail as never };
          return { heads, store: guarded, signer: signer(parts) };
        };
        const processes = [await start(), await start()];
        const signed = new Map<number, string>();
        try {
          for (const each of steps) {
            const { who } = each;
            const { heads, signer, store: guarded } = processes[who]!;
            if (each.does === 'tamper') await each.how(sqlOfFolder(data));
            else if (each.does === 'restart') {
              heads.close();
              processes[who] = await start();
            } else
              try {
                if (each.does === 'append')
                  await guarded.write(transaction =>
                    appendEvent(transaction, store.now, () => ({
                      ...COMMAND_LINE,
                      kind: 'head.accepted',
                      data: { reason: String(who), lost: null },
                    })),
                  );
                else {
                  const { seq, hash } = await signer.checkpoint();
                  signed.set(seq, hash);
                  const events = await store.read(snapshot => eventsAfter(snapshot, 0, 1000));
                  for (const [of, was] of signed) assert.equal(events[of - 1]?.hash, was, `event ${of}`);
                }
              } catch (error) {
                // Unavailable: the event that names the key is gone, and nothing was signed before.
                if (!Problem.is(error, 'log_broken', 'unavailable')) throw error;
                refused++;
              }
          }
        } finally {
          for (const { heads } of processes) heads.close();
          await store.close();
        }
      }),
      { numRuns: runs(150, 15) },
    );
    assert.ok(refused > 0, 'something was refused');
  });
});

/** Whether a key still stands at the moment in which it is used to change what is live. */
import { Problem } from '../../core/problem.ts';
import type { WriteTransaction } from '../store/store.ts';
import type { Author } from './caller.ts';

/**
 * Authentication came before the transaction, from what this process knew then: between them the key may have been
 * revoked, here or by another process.
 * @throws Problem `key_revoked`
 */
export async function checkNotRevoked(transaction: WriteTransaction, { key }: Author): Promise<void> {
  const row = await transaction
    .selectFrom('keys')
    .select('revoked_at')
    .where('id', '=', key)
    .executeTakeFirst();
  if (row === undefined || row.revoked_at === null) return;
  throw new Problem('key_revoked', `This key was revoked at ${row.revoked_at}. Ask an admin for a new one.`);
}

/** The proof that a promotion reached applications: delivery's own answer. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Promotion } from '../../contract/promotions.ts';
import { messageOf } from '../problems/explain.ts';

/** ms; delivery responds from memory, so waiting longer is pointless. */
const TIME_LIMIT = 2000;

/**
 * Requests the prompt as an application does. Never rejects: the promotion is applied anyway.
 * @returns a sentence that begins with a space; empty for a promotion that was not applied
 */
export async function proofOf(
  client: Pick<RegistryClient, 'deliver'>,
  { state, prompt, channel, version }: Promotion,
): Promise<string> {
  if (state !== 'applied') return '';
  try {
    const delivered = await client.deliver(prompt, { channel }, AbortSignal.timeout(TIME_LIMIT));
    return delivered.version === version
      ? ` Applications get @${version}.`
      : ` Delivery returns @${delivered.version}: refresh to see what is live.`;
  } catch (error) {
    return ` Delivery did not answer, so applications may not get it yet: ${messageOf(error)}`;
  }
}

/** The secret and signatures of a webhook: Standard Webhooks (standardwebhooks.com), symmetric, version 1. */
import { createHmac } from 'node:crypto';
import type { RegistryIdentity } from '../identity.ts';

/** The 32 bytes that sign this webhook's requests: derived from the registry's own key, stored nowhere. */
export function webhookSecret(identity: RegistryIdentity, webhook: string): Buffer {
  return identity.secretFor(`webhook ${webhook}`);
}

/** The secret in the format that receivers expect. */
export function shownSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/** The headers of one attempt. `id` is the same for every attempt; `at` is the time of this one. */
export function signedHeaders(
  secret: Buffer,
  id: string,
  at: Date,
  body: string,
): Readonly<Record<`webhook-${'id' | 'timestamp' | 'signature'}`, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

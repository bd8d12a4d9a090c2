/** The secret of a webhook and what it signs: Standard Webhooks (standardwebhooks.com), symmetric, version 1. */
import { createHmac } from 'node:crypto';
import type { RegistryIdentity } from '../identity.ts';

/** The 32 bytes that sign what this webhook sends: made from the registry's own key, kept nowhere. */
export function webhookSecret(identity: RegistryIdentity, webhook: string): Buffer {
  return identity.secretFor(`webhook ${webhook}`);
}

/** As receivers take it. */
export function shownSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/** The headers of one attempt. `id` is the same for every attempt; `at` is when this one is made. */
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

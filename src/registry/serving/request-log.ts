/** What is logged of a request and of a fault: never a key, a query or a body. */
import { redactKeys } from '../../core/key.ts';
import type { Caller } from '../access/caller.ts';

export function requestEntry(
  method: string,
  target: string,
  status: number,
  ms: number,
  caller?: Caller,
): object {
  const path = target.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/s, '');
  return {
    at: new Date().toISOString(),
    level: status >= 500 ? 'error' : 'info',
    event: 'request',
    method,
    path: redactKeys(path.slice(0, 300)),
    status,
    ms: Math.round(ms * 10) / 10,
    ...(caller && { key: caller.key, actor: caller.actor, environment: caller.environment }),
  };
}

export function faultEntry(error: unknown): object {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { at: new Date().toISOString(), level: 'error', event: 'fault', error: redactKeys(text) };
}

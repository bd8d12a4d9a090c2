/** Logs requests and errors: never a key, a query or a body. */
import { redactKeys } from '../../core/key.ts';
import type { Caller } from '../access/caller.ts';
import type { Trace } from './trace.ts';

export interface LoggedRequest {
  readonly method: string;
  /** As in the request line; only the path is logged. */
  readonly target: string;
  readonly status: number;
  readonly ms: number;
  readonly trace: Trace;
  readonly caller?: Caller | undefined;
}

export function requestEntry({ method, target, status, ms, trace, caller }: LoggedRequest): object {
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
    ...trace,
  };
}

/** An entry for something that a person must look at. */
export function alarmEntry(event: string, error: unknown): object {
  const told = redactKeys(error instanceof Error ? error.message : String(error));
  return { at: new Date().toISOString(), level: 'error', event, error: told };
}

/** @param trace of the request that failed, if there was one */
export function faultEntry(error: unknown, trace?: Trace): object {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    at: new Date().toISOString(),
    level: 'error',
    event: 'fault',
    error: redactKeys(text),
    ...trace,
  };
}

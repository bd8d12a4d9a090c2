/** Adapts a `node:http` request for the registry. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRequest } from '../http/http-request.ts';
import { bytesOf, freeBody } from './incoming-body.ts';

/** The path and query of a request's target, which may be a whole URL, as sent to a proxy. */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

/** @param incoming its target must be in origin form */
export function askedByNode(incoming: IncomingMessage, outgoing: ServerResponse): HttpRequest {
  const { method = 'GET', url = '/', headers } = incoming;
  let gone: AbortController | undefined;
  return {
    method,
    target: url,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    bytes: reading => bytesOf(incoming, reading),
    release: freeBody,
    gone() {
      if (gone !== undefined) return gone.signal;
      const controller = new AbortController();
      gone = controller;
      if (outgoing.destroyed) controller.abort();
      outgoing.once('close', () => controller.abort());
      return controller.signal;
    },
  };
}

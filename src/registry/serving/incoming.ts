/** A request of `node:http` as the registry reads it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRequest } from '../http/http-request.ts';
import { bytesOf, freeBody } from './incoming-body.ts';

/** Path and query of a request's target. A proxy may be sent the whole URL. */
export function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

/** @param incoming whose target is in origin form */
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

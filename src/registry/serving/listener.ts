/** From a request of `node:http` to its answer: delivery on a short way of its own, everything else through the app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Problem } from '../../core/problem.ts';
import type { Caller } from '../access/caller.ts';
import { isDeliveryPath } from '../delivery/deliver.ts';
import { type Answer, problemAnswer } from '../http/answer.ts';
import type { App } from '../http/app.ts';
import { requestEntry } from './request-log.ts';
import { send } from './send.ts';

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

export function requestListener(
  app: App,
  callers: WeakMap<Request, Caller>,
  log: (entry: object) => void,
): Listener {
  const viaHono = getRequestListener(
    async request => {
      const started = performance.now();
      const response = await app.fetch(request);
      const { method, url } = request;
      log(requestEntry(method, url, response.status, performance.now() - started, callers.get(request)));
      return response;
    },
    { overrideGlobalObjects: false },
  );
  return (incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming;
    if (climbs(url)) send(incoming, outgoing, refusedPath());
    else if ((method === 'GET' || method === 'HEAD') && isDeliveryPath(url)) deliver(incoming, outgoing);
    else void viaHono(incoming, outgoing);
  };

  /** Delivery without a Request and a Response in between. What succeeds is not logged: applications log the version they got. */
  function deliver(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { rawHeaders, url: target = '/' } = incoming;
    const authorization = headerOf(rawHeaders, 'authorization');
    const accept = headerOf(rawHeaders, 'accept');
    const ifNoneMatch = headerOf(rawHeaders, 'if-none-match');
    const answer = app.deliver({ target, authorization, accept, ifNoneMatch });
    if (!(answer instanceof Promise) && answer.status < 400) send(incoming, outgoing, answer);
    else void finish(incoming, outgoing, answer);
  }

  async function finish(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    answer: Answer | Promise<Answer>,
  ): Promise<void> {
    const started = performance.now();
    const given = await answer;
    send(incoming, outgoing, given);
    const { method = 'GET', url = '/' } = incoming;
    if (given.status >= 400) log(requestEntry(method, url, given.status, performance.now() - started));
  }
}

/** A header without making an object of them all: names and values alternate. A list of values is joined, as HTTP joins it. */
function headerOf(raw: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const each = raw[i] ?? '';
    if (each.length !== name.length || each.toLowerCase() !== name) continue;
    // Of two credentials the first counts, as in Node's own reading.
    if (found !== undefined && name === 'authorization') continue;
    found = found === undefined ? raw[i + 1] : `${found}, ${raw[i + 1]}`;
  }
  return found;
}

/** Dot segments in a prompt's path, encoded or not: URLs drop them silently, and with them part of the name. */
function climbs(target: string): boolean {
  if (!target.includes('/.') && !target.includes('%')) return false;
  const [path = ''] = target.split('?', 1);
  return path.startsWith('/v1/prompts/') && /\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i.test(path);
}

function refusedPath(): Answer {
  return problemAnswer(
    new Problem('invalid_name', '"." and ".." cannot be segments of a prompt name, encoded or not.'),
  );
}

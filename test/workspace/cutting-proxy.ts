/** A proxy in front of a registry that ends the connection of one request, and from there on of every other where told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Before the registry has the request, once it has acted on it, or with half of its answer passed on. */
const MOMENTS = ['before', 'after', 'halfway'] as const;

export interface Cut {
  /** Of which request, from 0. */
  readonly at: number;
  readonly moment: (typeof MOMENTS)[number];
  /** Nothing gets through after it either. */
  readonly isLasting: boolean;
}

export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** Counts requests anew, and lets all of them through unless told. */
  begin(cut?: Cut): void;
  /** Those that came since, such as `GET /v1/prompts`. */
  readonly requests: readonly string[];
  readonly isCut: boolean;
}

/** Every way to cut so many requests. */
export function everyCut(requests: number): Cut[] {
  return Array.from({ length: requests }, (_, at) =>
    MOMENTS.flatMap(moment => [true, false].map(isLasting => ({ at, moment, isLasting }))),
  ).flat();
}

export async function aCuttingProxy(registry: string): Promise<CuttingProxy> {
  let requests: string[] = [];
  let cut: Cut | undefined;
  let isCut = false;
  const server = createServer(async (request, response) => {
    const at = requests.length;
    requests.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`);
    const moment = at === cut?.at ? cut.moment : isCut && cut?.isLasting ? 'before' : undefined;
    if (moment !== undefined) isCut = true;
    if (moment === 'before') return request.socket.destroy();
    const { answer, bytes } = await forwarded(registry, request);
    if (moment === 'after') return request.socket.destroy();
    return passOn(response, answer, bytes, moment === 'halfway');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin(next) {
      requests = [];
      cut = next;
      isCut = false;
    },
    get requests() {
      return requests;
    },
    get isCut() {
      return isCut;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function forwarded(registry: string, request: IncomingMessage) {
  const { method, headers, url = '/' } = request;
  const sent = send(new URL(url, registry), { method, headers });
  sent.end(await buffer(request));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { answer, bytes: await buffer(answer) };
}

function passOn(response: ServerResponse, answer: IncomingMessage, bytes: Buffer, isHalf: boolean): void {
  const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
  response.writeHead(answer.statusCode ?? 500, { ...headers, 'content-length': bytes.length });
  if (!isHalf) response.end(bytes);
  else response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.socket?.destroy());
}

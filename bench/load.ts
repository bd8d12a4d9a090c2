/** Load on an HTTP server, like wrk: several connections, each sending the next request once the last was answered. */
import { connect, type Socket } from 'node:net';

export interface Load {
  /** Connections are distributed among the URLs, which differ only in host and port. */
  readonly urls: readonly string[];
  /** Requested in turn instead of the URLs' own paths. All answers must have the same length. */
  readonly paths?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  /** In ms. */
  readonly duration: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** In ms. */
  readonly p99: number;
  /** The longest latency of all requests, in ms. */
  readonly longest: number;
}

/** @throws Error if an answer is not a 200, or has another length than the first */
export async function runLoad({ urls, paths, headers, connections, duration }: Load): Promise<LoadResult> {
  const servers = urls.map(url => ({ at: new URL(url), next: requestsFor(new URL(url), paths, headers) }));
  const latencies: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      const { at, next } = servers[index % servers.length]!;
      return askUntil(connect(Number(at.port), at.hostname), next, started + duration, latencies);
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    requestsPerSecond: sorted.length / seconds,
    p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN,
    longest: sorted.at(-1) ?? Number.NaN,
  };
}

/** Returns a function that returns the next request. */
function requestsFor(url: URL, paths: Load['paths'], headers: Load['headers']): () => Buffer {
  if (paths === undefined) {
    const request = requestFor(url, headers);
    return () => request;
  }
  const requests = paths.map(path => requestFor(new URL(path, url), headers));
  let at = 0;
  return () => requests[at++ % requests.length]!;
}

function requestFor(
  { hostname, port, pathname, search }: URL,
  headers: Readonly<Record<string, string>>,
): Buffer {
  const lines = Object.entries({ Host: `${hostname}:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
}

function askUntil(socket: Socket, next: () => Buffer, end: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let missing = 0;
    let length = 0;
    const ask = (): void => {
      sent = performance.now();
      missing = length;
      socket.write(next());
    };
    socket.setNoDelay(true);
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('data', chunk => {
      if (missing === length && !chunk.subarray(0, 13).equals(OK)) {
        reject(new Error(`Not a 200: ${chunk.subarray(0, 200)}`));
        socket.destroy();
        return;
      }
      if (length === 0) missing = length = lengthOf(chunk);
      missing -= chunk.byteLength;
      if (missing > 0) return;
      const now = performance.now();
      latencies.push(now - sent);
      if (now < end) ask();
      else socket.end(resolve);
    });
  });
}

const OK = Buffer.from('HTTP/1.1 200 ');

/** The length of a whole answer, from its head, which fits into one packet. */
function lengthOf(first: Buffer): number {
  const head = first.subarray(0, first.indexOf('\r\n\r\n') + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head.toString('latin1'))?.[1];
  if (length === undefined) throw new Error('The answer does not say how long it is.');
  return head.byteLength + Number(length);
}

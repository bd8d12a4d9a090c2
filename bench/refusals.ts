/**
 * Requests without a valid key: the cost of each kind for the server, compared with a good delivery with headers of the
 * same length; and how much a flood of them, and thousands of idle connections, slow down good deliveries.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { makeKey } from '../src/core/key.ts';
import { createKey, revokeKey } from '../src/registry/administration.ts';
import { runLoad } from './load.ts';
import { asMarkdown, atLeast, atMost, median, type Report } from './report.ts';
import { cpuOf, openPlace, startProcess } from './server-process.ts';

const ROUNDS = 7;
/** The number of requests of each kind per round. */
const REQUESTS = 3000;
const FLOODING = 200;
const IDLE = 10_000;
const TURNS = 8;
/** In ms. */
const TURN = 700;
const CONNECTIONS = 4;
/** Longer headers, in characters, are compared with a delivery that has headers of the same length. */
const LONG = 500;
const PATH = '/v1/prompts/triage?channel=latest';

interface Keys {
  readonly reader: string;
  readonly admin: string;
  readonly revoked: string;
  /** A key with an existing id, but another secret. */
  readonly wrong: string;
  readonly unknown: string;
}

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  let server: ChildProcess | undefined;
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const keys = await makeKeys(place);
    const [started, url] = await startProcess(place);
    server = started;
    await publish(url, keys.admin);
    const title = 'Requests without a valid key, against good deliveries of 2 KB';
    return { title, figures: [...(await costs(server, url, keys)), ...(await felt(url, keys))] };
  } finally {
    server?.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function makeKeys(place: Parameters<typeof openPlace>[0]): Promise<Keys> {
  const store = await openPlace(place, { environments: defaultEnvironments(0) });
  const [development] = defaultEnvironments(0);
  const made = { environment: development!.name, actor: 'bench', expiresAt: null };
  const revoked = await createKey(store, { ...made, role: 'reader' });
  await revokeKey(store, revoked.id);
  const reader = await createKey(store, { ...made, role: 'reader' });
  const admin = await createKey(store, { ...made, role: 'admin' });
  await store.close();
  const { key: unknown } = makeKey(development!.name, randomBytes);
  const wrong = `pf_development_${reader.id}_${unknown.split('_')[3]}`;
  return { reader: reader.key, admin: admin.key, revoked: revoked.key, wrong, unknown };
}

async function publish(url: string, key: string): Promise<void> {
  const source = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);
  const response = await fetch(`${url}/v1/prompts/triage/-/versions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ source, message: '', base: null }),
  });
  if (response.status !== 201) throw new Error(`Publishing answers ${response.status}.`);
}

async function costs(server: ChildProcess, url: string, keys: Keys): Promise<Report['figures']> {
  const forms: Record<string, string> = {
    'no key': '',
    'a short word': 'Authorization: Bearer x\r\n',
    'another scheme': 'Authorization: Basic cGY6cGY=\r\n',
    'an unknown key': `Authorization: Bearer ${keys.unknown}\r\n`,
    'a known id, another secret': `Authorization: Bearer ${keys.wrong}\r\n`,
    'a revoked key': `Authorization: Bearer ${keys.revoked}\r\n`,
    '1 KB': `Authorization: Bearer ${'x'.repeat(1024)}\r\n`,
    '15 KB': `Authorization: Bearer ${'x'.repeat(15 * 1024)}\r\n`,
  };
  const good = `Authorization: Bearer ${keys.reader}\r\n`;
  // Connections that have sent a valid key are not delayed, so that only the cost of the request is measured.
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => ready(url, good)));
  const cost = async (headers: string, status: RegExp): Promise<number> => {
    const before = await cpuOf(server);
    await Promise.all(sockets.map(socket => socket.ask(headers, REQUESTS / CONNECTIONS, status)));
    return ((await cpuOf(server)) - before) / REQUESTS;
  };
  const ratios: Record<string, number[]> = {};
  const goods: number[] = [];
  // From here on, refused requests are over the limit.
  for (const headers of Object.values(forms)) await cost(headers, /^HTTP\/1\.1 4(?:01|29) /);
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, headers] of Object.entries(forms)) {
      const one = await cost(good, /^HTTP\/1\.1 200 /);
      goods.push(one);
      // Long headers take time to read in any request.
      const padding = headers.length > LONG ? `X-Padding: ${'x'.repeat(headers.length)}\r\n` : '';
      const alike = padding === '' ? one : await cost(`${good}${padding}`, /^HTTP\/1\.1 200 /);
      const own = ratios[name] ?? [];
      ratios[name] = own;
      own.push((await cost(headers, /^HTTP\/1\.1 4(?:01|29) /)) / alike);
    }
  for (const { socket } of sockets) socket.destroy();
  return [
    { name: 'processor for a good delivery', value: median(goods) * 1000, unit: 'µs' },
    ...Object.entries(ratios).map(([name, values]) => {
      const value = median(values);
      const other = (forms[name] ?? '').length > LONG ? 'one as long' : 'it';
      return { name: `${name}, against ${other}`, value, unit: '×', limit: atMost(value, 1, '×') };
    }),
  ];
}

/** Good deliveries alone and under each load, in turn. */
async function felt(url: string, keys: Keys): Promise<Report['figures']> {
  const load = () =>
    runLoad({
      urls: [url + PATH],
      headers: { Authorization: `Bearer ${keys.reader}` },
      connections: CONNECTIONS,
      duration: TURN,
    });
  const beside: Record<string, (end: AbortSignal) => Promise<void>> = {
    [`${FLOODING} connections with unknown keys`]: end =>
      flood(url, `Authorization: Bearer ${keys.unknown}\r\n`, end),
    [`${FLOODING} that connect anew for each`]: end =>
      flood(url, `Connection: close\r\nAuthorization: Bearer ${keys.unknown}\r\n`, end),
    [`${IDLE} connections that send nothing`]: end => idle(url, end),
  };
  await load();
  const figures: Report['figures'][number][] = [];
  for (const [name, begin] of Object.entries(beside)) {
    const speeds: number[] = [];
    const p99s: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const alone = await load();
      const end = new AbortController();
      await begin(end.signal);
      const with_ = await load();
      end.abort();
      speeds.push(with_.requestsPerSecond / alone.requestsPerSecond);
      p99s.push(with_.p99 / alone.p99);
    }
    const [speed, p99] = [median(speeds), median(p99s)];
    // The cost of a new connection is the system's, so these figures have no limit.
    const isLimited = !name.includes('anew');
    figures.push(
      {
        name: `good deliveries beside ${name}`,
        value: speed,
        unit: '×',
        ...(isLimited && { limit: atLeast(speed, 0.8, '×') }),
      },
      {
        name: `their p99 beside ${name}`,
        value: p99,
        unit: '×',
        ...(isLimited && { limit: atMost(p99, 2, '×') }),
      },
    );
  }
  const rss = await fetch(`${url}/metrics`).then(response => response.text());
  const bytes = Number(/^process_resident_memory_bytes (\S+)/m.exec(rss)?.[1]);
  return [...figures, { name: 'memory of the server afterwards', value: bytes / 2 ** 20, unit: 'MiB' }];
}

interface Asking {
  readonly socket: Socket;
  /** Sends requests one after the other. @throws Error if an answer has another status */
  ask(headers: string, count: number, status: RegExp): Promise<void>;
}

async function ready(url: string, good: string): Promise<Asking> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let onAnswer: (head: string) => void = () => {};
  let text = '';
  socket.on('data', chunk => {
    text += chunk.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
    if (text.length < head + 4 + length) return;
    const whole = text;
    text = '';
    onAnswer(whole);
  });
  const asking: Asking = {
    socket,
    ask: (headers, count, status) =>
      new Promise((resolve, reject) => {
        const request = `GET ${PATH} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
        let left = count;
        socket.once('error', reject);
        onAnswer = answer => {
          if (!status.test(answer)) reject(new Error(answer.slice(0, 300)));
          left -= 1;
          if (left > 0) socket.write(request);
          else {
            socket.off('error', reject);
            resolve();
          }
        };
        socket.write(request);
      }),
  };
  await asking.ask(good, 1, /^HTTP\/1\.1 200 /);
  return asking;
}

/** Floods the server from a separate process, until the signal aborts, because this process measures. */
async function flood(url: string, headers: string, end: AbortSignal): Promise<void> {
  const flooding = fork(import.meta.filename, ['flood', url, headers]);
  end.addEventListener('abort', () => flooding.kill(), { once: true });
  await once(flooding, 'message');
}

/** Each connection sends its next request once the last was answered, and reconnects when it is closed. */
function floodFromHere(url: string, headers: string): void {
  const { hostname, port } = new URL(url);
  const request = `GET ${PATH} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
  let answers = 0;
  const open = () => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', () => {
      answers++;
      // The measurement begins after an average of two answers per connection.
      if (answers === 2 * FLOODING) process.send?.('flooding');
      socket.write(request);
    });
    socket.on('error', () => {});
    socket.once('close', open);
  };
  for (let n = 0; n < FLOODING; n++) open();
}

/** Opens idle connections, and resolves when all are open. */
async function idle(url: string, end: AbortSignal): Promise<void> {
  const { hostname, port } = new URL(url);
  for (let n = 0; n < IDLE; n += 500)
    await Promise.all(
      Array.from(
        { length: 500 },
        () =>
          new Promise<void>(resolve => {
            const socket = connect(Number(port), hostname, resolve);
            socket.on('error', () => resolve());
            end.addEventListener('abort', () => socket.destroy(), { once: true });
          }),
      ),
    );
}

if (process.argv[2] === 'flood') floodFromHere(process.argv[3] ?? '', process.argv[4] ?? '');
else if (import.meta.main) console.log(asMarkdown(await measure()));

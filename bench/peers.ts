/**
 * Delivery of a 2 KB prompt, with key check and ETag, compared with other servers that send the same bytes: nginx sends
 * a static file without any check, and Fastify sends it from memory after checking a key's hash. All in turn, one
 * process each.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PATH, prepare } from './delivery.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atLeast, median, type Report } from './report.ts';
import { startProcess } from './server-process.ts';

const CONNECTIONS = 32;
const TURNS = 40;
/** In ms. */
const TURN = 250;
const WARM_UP = 1500;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const processes: ChildProcess[] = [];
  try {
    const place = { kind: 'folder', path: join(scratch, 'data') } as const;
    const { key, headers, body } = await prepare(place);
    const keyHash = createHash('sha256').update(key).digest('hex');
    const start = async (order: Parameters<typeof startProcess>[0]): Promise<string> => {
      const [child, url] = await startProcess(order);
      processes.push(child);
      return url;
    };
    const servers: Record<string, string> = {
      registry: await start(place),
      Fastify: await start({ kind: 'fastify', headers, body, keyHash }),
    };
    const nginx = await startNginx(scratch, body);
    if (nginx !== undefined) {
      processes.push(nginx.child);
      servers['nginx'] = nginx.url;
    }
    const load = (url: string, duration: number): Promise<LoadResult> =>
      runLoad({
        urls: [url + PATH],
        headers: { Authorization: `Bearer ${key}` },
        connections: CONNECTIONS,
        duration,
      });
    const names = Object.keys(servers);
    for (const name of names) await load(servers[name]!, WARM_UP);
    const turns: Record<string, LoadResult>[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const results: Record<string, LoadResult> = {};
      // Rotates which one is first.
      for (let at = 0; at < names.length; at++) {
        const name = names[(turn + at) % names.length]!;
        results[name] = await load(servers[name]!, TURN);
      }
      turns.push(results);
    }
    const middle = (of: (turn: Record<string, LoadResult>) => number) => median(turns.map(of));
    const rate = (name: string) => ({
      name: `requests per second, ${name}`,
      value: middle(turn => turn[name]!.requestsPerSecond),
      unit: '/s',
    });
    const against = (name: string, least: number) => {
      const value = middle(turn => turn['registry']!.requestsPerSecond / turn[name]!.requestsPerSecond);
      return { name: `against ${name}`, value, unit: '×', limit: atLeast(value, least, '×') };
    };
    return {
      title: `Delivery of a 2 KB prompt at ${CONNECTIONS} connections, against ${names.slice(1).join(' and ')}`,
      figures: [
        ...names.map(rate),
        against('Fastify', 1),
        ...(nginx === undefined ? [] : [against('nginx', 0.6)]),
      ],
    };
  } finally {
    for (const child of processes) child.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Starts nginx with one worker that serves the text as a file; undefined if nginx is not installed. */
async function startNginx(
  scratch: string,
  body: string,
): Promise<{ child: ChildProcess; url: string } | undefined> {
  if (spawnSync('nginx', ['-v']).error !== undefined) return undefined;
  const root = join(scratch, 'nginx');
  const file = join(root, PATH);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, body);
  // Nginx may run its worker as another user.
  for (const folder of [scratch, root]) await chmod(folder, 0o755);
  const port = await freePort();
  const config = join(root, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `${name}_temp_path ${join(root, name)};`,
  );
  await writeFile(
    config,
    `
    daemon off;
    worker_processes 1;
    pid ${join(root, 'nginx.pid')};
    error_log stderr crit;
    events { worker_connections 1024; }
    http {
      access_log off;
      sendfile on;
      tcp_nopush on;
      keepalive_requests 1000000000;
      open_file_cache max=100;
      default_type "text/plain; charset=utf-8";
      ${temporary.join('\n      ')}
      server { listen 127.0.0.1:${port}; root ${root}; }
    }`,
  );
  const child = spawn('nginx', ['-c', config, '-p', root], { stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answered = await fetch(url + PATH).catch(() => undefined);
    if (answered?.status === 200 && (await answered.text()) === body) return { child, url };
    if (tries > 100) throw new Error(`nginx does not serve the file: ${answered?.status}.`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function freePort(): Promise<number> {
  const taker = createServer();
  await new Promise<void>(resolve => taker.listen(0, '127.0.0.1', resolve));
  const { port } = taker.address() as { port: number };
  await new Promise(resolve => taker.close(resolve));
  return port;
}

if (import.meta.main) console.log(asMarkdown(await measure()));

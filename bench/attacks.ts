/**
 * Attacks a registry as hostile authors and readers would: all attacks at once, repeatedly, in a separate process that
 * `under-attack.ts` starts.
 */
import { Agent, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { comeFromElsewhere } from './elsewhere.ts';

export interface AttackOrder {
  readonly url: string;
  /** Keys of authors and readers; no admin's key. */
  readonly authors: readonly string[];
  readonly readers: readonly string[];
  /** The names of the attacks to run; all by default. */
  readonly only?: readonly string[] | undefined;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Versions to publish before the attacks, by prompt, each based on the previous one. */
export const PREPARED: Readonly<Record<string, readonly string[]>> = {
  'attack/loops': ['{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x'],
  'attack/apart': [lines('a', 12_000), lines('b', 12_000)],
  'attack/far-apart': [lines('a', 60_000), lines('b', 60_000)],
  'attack/_p': ['x {{name}} {{#if flag}}y{{/if}}\n'.repeat(320)],
  'attack/large': Array.from({ length: 9 }, (_, at) => `${at} ${'\u0001'.repeat(MIB - 8)}`),
  'attack/aliased': [`---\nx:\n${aliases(9, 2)}\n---\nHello`],
  'attack/open': ['{{json .}}'],
};

type Attack = (attacker: Attacker) => Promise<unknown>;

interface Attacker {
  readonly turn: number;
  readonly author: string;
  readonly reader: string;
  send(method: string, path: string, key: string, body?: string): Promise<number>;
  /** Opens a connection, sends `parts`, and reads nothing until it closes. */
  hold(parts: readonly (string | Buffer)[], milliseconds: number): Promise<void>;
}

const version = (source: string, base: number | null) => JSON.stringify({ source, message: '', base });

/** The attacks, each with the number that run at once. */
const ATTACKS: Readonly<Record<string, readonly [count: number, attack: Attack]>> = {
  'loops without end': [16, a => a.send('POST', prompt('attack/loops', 'render'), a.reader, LOOPS)],
  'diffs of 12,000 lines': [4, a => a.send('GET', diff('attack/apart'), a.author)],
  'diffs of 60,000 lines': [4, a => a.send('GET', diff('attack/far-apart'), a.author)],
  'a partial used 400 times': [
    2,
    a =>
      a.send('POST', versions(`attack/uses${a.turn}`), a.author, version('{{> p}} and\n'.repeat(400), null)),
  ],
  'a source of 1 MiB of {{a}}': [
    2,
    a => a.send('POST', versions('attack/dense'), a.author, version('{{a}}'.repeat(MIB / 5), null)),
  ],
  'bodies of 6 MB with 600,000 keys': [
    2,
    a => a.send('POST', prompt('attack/open', 'render'), a.reader, KEYS_6_MB),
  ],
  'bodies of 1 MiB with 100,000 keys': [
    2,
    a => a.send('POST', prompt('attack/open', 'render'), a.reader, KEYS_1_MIB),
  ],
  'aliases of aliases': [2, a => a.send('POST', versions('attack/laughs'), a.author, version(LAUGHS, null))],
  'deep nesting': [
    2,
    async a => {
      await a.send('POST', prompt('attack/open', 'render'), a.reader, `{"input":{"a":${'['.repeat(400_000)}`);
      await a.send('POST', versions('attack/deep'), a.author, version('{{#if a}}'.repeat(100_000), null));
    },
  ],
  'batches of the largest': [16, a => a.send('POST', '/v1/versions/batch', a.author, LARGEST)],
  'batches that nobody reads': [
    8,
    a => a.hold([head('POST', '/v1/versions/batch', a.author, LARGEST.length), LARGEST], 5000),
  ],
  'large answers that nobody reads': [
    20,
    a => a.hold([head('GET', '/v1/prompts/attack/large/-/versions/3', a.author)], 5000),
  ],
  'bodies without end': [
    150,
    a => a.hold([head('POST', versions('attack/held'), a.author, 8 * MIB), MOST], 8000),
  ],
  'versions written with zeros': [
    2,
    a => a.send('HEAD', `/v1/prompts/attack/large?version=${'0'.repeat(a.turn % 14)}1`, a.reader),
  ],
  'every version of aliases': [
    2,
    a => a.send('HEAD', `/v1/prompts/attack/aliased?version=1&x=${a.turn}`, a.reader),
  ],
  'publishing authors': [
    4,
    a =>
      a.send('POST', versions(`attack/own-${a.author.slice(-12)}-${a.turn}`), a.author, version(TEXT, null)),
  ],
  'keys that are none': [4, a => a.send('GET', '/v1/prompts/support/triage', 'pf_production_x_y')],
  'idle connections': [200, a => a.hold([], 10_000)],
};

const LOOPS = JSON.stringify({ input: { xs: numbers(300) }, version: 1 });
const KEYS_6_MB = `{"version":1,"input":{${numbers(600_000)
  .map(at => `"${at}":1`)
  .join(',')}}}`;
const KEYS_1_MIB = `{"version":1,"input":{${numbers(95_000)
  .map(at => `"${at}":1`)
  .join(',')}}}`;
const LAUGHS = `---\nx:\n${aliases(12, 30)}\n---\n{{x}}`;
const LARGEST = JSON.stringify({ refs: numbers(9).map(at => `attack/large@${at + 1}`) });
const MOST = Buffer.alloc(7 * MIB, ' ');
const TEXT = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);

function prompt(name: string, what: string): string {
  return `/v1/prompts/${name}/-/${what}`;
}

function versions(name: string): string {
  return prompt(name, 'versions');
}

function diff(name: string): string {
  return `${prompt(name, 'diff')}?from=1&to=2`;
}

function lines(word: string, count: number): string {
  return numbers(count)
    .map(at => `${word}${at}`)
    .join('\n');
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** YAML aliases: a list, a list that repeats that list, and so on. */
function aliases(width: number, depth: number): string {
  const levels = numbers(depth).map(at => {
    const items = at === 0 ? Array(width).fill('lol') : Array(width).fill(`*a${at - 1}`);
    return `  a${at}: &a${at} [${items.join(', ')}]`;
  });
  return levels.join('\n');
}

function head(method: string, path: string, key: string, length?: number): string {
  const body = length === undefined ? '' : `content-type: application/json\r\ncontent-length: ${length}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nhost: attacked\r\nauthorization: Bearer ${key}\r\n${body}\r\n`;
}

async function attack({ url, authors, readers, only }: AttackOrder): Promise<void> {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const answers = new Map<string, Map<number, number>>();
  const send = (method: string, path: string, key: string, body?: string): Promise<number> =>
    new Promise(resolve => {
      const headers = {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        }),
      };
      const request = httpRequest({ hostname, port, method, path, headers, agent }, response => {
        response
          .on('end', () => resolve(response.statusCode ?? 0))
          .on('error', () => resolve(0))
          .resume();
      });
      request.on('error', () => resolve(0)).end(body);
    });
  const hold = async (parts: readonly (string | Buffer)[], milliseconds: number): Promise<void> => {
    const socket: Socket = connect(Number(port), hostname);
    socket.on('error', () => {}).pause();
    for (const part of parts) socket.write(part);
    await sleep(milliseconds);
    socket.destroy();
  };
  const run = async (name: string, index: number, one: Attack): Promise<void> => {
    const counts = answers.get(name) ?? new Map<number, number>();
    answers.set(name, counts);
    for (let turn = index; ; turn += 1000) {
      const author = authors[turn % authors.length] ?? '';
      const reader = readers[turn % readers.length] ?? '';
      const status = await one({ turn, author, reader, send, hold });
      counts.set(Number(status ?? 0), (counts.get(Number(status ?? 0)) ?? 0) + 1);
      // Like a client that continues although it was refused.
      if (status !== 200) await sleep(20);
    }
  };
  for (const [name, [count, one]] of Object.entries(ATTACKS)) {
    if (only !== undefined && !only.includes(name)) continue;
    for (let index = 0; index < count; index++) void run(name, index, one);
    await sleep(1);
  }
  process.on('message', () => {
    process.send?.(
      Object.fromEntries([...answers].map(([name, counts]) => [name, Object.fromEntries(counts)])),
    );
  });
}

if (import.meta.main) {
  comeFromElsewhere();
  process.once('message', order => void attack(order as AttackOrder));
  process.on('disconnect', () => process.exit());
}

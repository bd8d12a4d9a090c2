/** Requests of hostile or careless callers: prompts, inputs and diffs that cost as much as the limits allow. */

/** Versions to publish, each based on the previous one, and requests to send. */
export interface HostileCase {
  readonly name: string;
  /** The sources of versions, by prompt. The requests are for the last prompt. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  readonly requests: readonly HostileRequest[];
}

export interface HostileRequest {
  readonly method: 'GET' | 'POST';
  /** The part of the path after the prompt's name. */
  readonly path: string;
  readonly body?: unknown;
  readonly accept?: string;
}

const MIB = 1024 * 1024;
const JSON_TYPE = 'application/json';

/** Three nested loops over the same list, which reach the limit of steps. */
export const LOOPS = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

export function hostileCases(): HostileCase[] {
  return [
    { name: 'loops', sources: { loops: [LOOPS] }, requests: [render({ xs: numbers(300) })] },
    {
      name: 'a list of 100,000',
      sources: { 'long-list': ['{{#each xs}}{{../big}}{{/each}}'] },
      requests: [render({ xs: numbers(100_000), big: 'x'.repeat(1024) })],
    },
    {
      name: 'JSON of 1 MiB, and of 8 MiB',
      sources: { 'large-json': ['{{json items}}'] },
      requests: [
        render({ items: objects(0.9 * MIB) }),
        render({ items: nested(0.9 * MIB) }),
        render({ items: nested(7.5 * MIB) }),
      ],
    },
    {
      name: 'a text of 4 MiB',
      sources: { 'long-text': ['{{#each xs}}{{../big}}{{/each}}'] },
      requests: [render({ xs: numbers(4000), big: 'é"\n漢'.repeat(256) }, JSON_TYPE)],
    },
    {
      name: 'a dense source of 1 MiB',
      sources: { dense: [dense(MIB)] },
      requests: [render({ name: 'Ada', flag: true }), ...reads(1)],
    },
    {
      name: 'a source of 1 MiB in control characters',
      sources: { controls: ['\u0001'.repeat(MIB - 1)] },
      requests: [render({}, JSON_TYPE), ...reads(1)],
    },
    {
      name: 'a dense source of 15 KB',
      sources: { small: [dense(15_000)] },
      requests: [render({ name: 'Ada', flag: true }), ...reads(1)],
    },
    {
      name: 'a tag of 15,000 arguments',
      sources: { arguments: [`{{json "}}" ${'a '.repeat(7_000)}"{{"}}`] },
      requests: [],
    },
    {
      name: 'front matter of 64 KiB',
      sources: { 'front-matter': [`---\nx: [${'{},'.repeat(20_000)}]\n---\n{{x}}`] },
      requests: [render({}), ...reads(1)],
    },
    {
      name: 'partials of partials',
      sources: {
        ...Object.fromEntries(
          numbers(8).map(at => [`tree/_p${at}`, [dense(20_000, at === 0 ? '' : `{{> p${at - 1}}}`)]]),
        ),
        'tree/top': [`{{> p7}} ${dense(20_000)}`],
      },
      requests: [render({ name: 'Ada', flag: true }), ...reads(1)],
    },
    {
      name: 'a partial of 10 KB that is used 400 times',
      sources: {
        'uses/_p': [dense(10_000)],
        'uses/top': ['{{> p}} and\n'.repeat(400)],
      },
      requests: [],
    },
    {
      name: 'sources of 1 MiB that share no line',
      sources: { apart: [lines('a', MIB), lines('b', MIB)] },
      requests: [diff('text/x-diff'), diff(JSON_TYPE)],
    },
    {
      name: 'sources of 16 KB that share every second line',
      sources: { near: [lines('a', 16_000, 2), lines('b', 16_000, 2)] },
      requests: [diff('text/x-diff'), diff(JSON_TYPE)],
    },
  ];
}

function render(input: object, accept = 'text/plain'): HostileRequest {
  return { method: 'POST', path: '/-/render', body: { input, version: 1 }, accept };
}

function reads(version: number): HostileRequest[] {
  return [
    { method: 'GET', path: `?version=${version}` },
    { method: 'GET', path: `?version=${version}`, accept: JSON_TYPE },
    { method: 'GET', path: `/-/versions/${version}` },
    { method: 'GET', path: '/-/live?environment=development&channel=latest' },
  ];
}

function diff(accept: string): HostileRequest {
  return { method: 'GET', path: '/-/diff?from=1&to=2', accept };
}

function dense(length: number, beginning = ''): string {
  const line = 'x {{name}} {{#if flag}}y{{/if}}\n';
  return beginning + line.repeat(Math.floor((length - beginning.length) / line.length));
}

function lines(word: string, length: number, every = 1): string {
  const line = (at: number) => `${at % every === 0 ? word : 'same'} ${at}\n`;
  return Array.from({ length: Math.floor(length / 16) }, (_, at) => line(at)).join('');
}

function objects(bytes: number): object[] {
  return Array.from({ length: Math.floor(bytes / 32) }, (_, a) => ({ a, b: [], c: 'x' }));
}

function nested(bytes: number): unknown[] {
  return Array.from({ length: Math.floor(bytes / 9) }, () => [[], {}]);
}

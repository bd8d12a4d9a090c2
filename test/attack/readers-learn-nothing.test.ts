/**
 * A reader's key learns no more than it may read: two registries that differ only in what their production does not
 * serve give it the same answers, to the byte. What differs here are drafts and how many there are, partials and their
 * versions, what is archived, live elsewhere, planned, commented, and other environments.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ROUTES } from '../../src/contract/routes.ts';
import { type Channel, STABLE } from '../../src/core/channel.ts';
import { digestOf } from '../../src/core/digest.ts';
import {
  defaultEnvironments,
  type Environment,
  type Policy,
  parseEnvironmentName,
} from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { type Answered, aRegistry, ask, type RegistryForTest } from '../registry/a-registry.ts';
import { anOlderKey } from '../registry/an-older-key.ts';
import { runs } from '../runs.ts';

const NOW = Date.parse('2026-09-12T12:00:00.000Z');
const READER = 'production reader';
const CANARY = 'canary' as Channel;

/** Production serves all these: what of them is published alone, and what goes live, is drawn. */
const NAMES = ['shop/order', 'shop/Refund', 'mail/_footer', 'greeting'] as const;
/** Asked for, too: none of these is ever published, or only as a draft. */
const OTHERS = ['shop/Order', 'shop/refund', 'draft/one', 'shop/_style', '_style', 'nowhere', 'mail/footer'];

/** What a reader of production may know, in the order in which it came to be. */
interface Served {
  readonly prompt: string;
  readonly text: string;
  readonly channel: 'stable' | 'canary';
  /** The number of drafts between the previous version and this one: the numbers of versions are no secret. */
  readonly after: number;
}

/** What it may not know. */
interface Hidden {
  readonly drafts: string;
  /** The number of versions after the last served one, of each prompt. */
  readonly more: number;
  /** The number of versions of the partial before the one in use. */
  readonly partials: number;
  readonly style: 'shop/_style' | '_style';
  readonly prompts: readonly string[];
  readonly archived: readonly string[];
  readonly elsewhere: boolean;
  readonly planned: boolean;
}

const closed = fc.record({
  serves: fc.constantFrom<Channel[]>([STABLE], [STABLE, CANARY]),
  pins: fc.constant('released' as const),
});
const served: fc.Arbitrary<readonly Served[]> = fc.array(
  fc.record({
    prompt: fc.constantFrom(...NAMES),
    text: fc.constantFrom(
      'Hello {{name}}.',
      '{{> style}} Hello {{name}}.',
      '---\ninput:\n  schema:\n    name: string\n---\nDear {{name}}{{> style}}',
    ),
    channel: fc.constantFrom('stable' as const, 'canary' as const),
    after: fc.nat(2),
  }),
  { maxLength: 5 },
);
const hidden: fc.Arbitrary<Hidden> = fc.record({
  drafts: fc.constantFrom('A draft.', 'Another {{draft}}, of which nobody may know.'),
  more: fc.nat(2),
  partials: fc.nat(3),
  style: fc.constantFrom('shop/_style' as const, '_style' as const),
  prompts: fc.subarray(['draft/one', 'nowhere', 'mail/footer', 'shop/Order', 'shop/refund']),
  archived: fc.subarray([...NAMES]),
  elsewhere: fc.boolean(),
  planned: fc.boolean(),
});

const request: fc.Arbitrary<Asked> = fc.record({
  name: fc.constantFrom(...NAMES, ...NAMES, ...OTHERS),
  query: fc.constantFrom(
    '',
    '',
    '?channel=stable',
    '?channel=latest',
    '?channel=canary',
    '?channel=beta',
    ...[1, 2, 3, 4, 5, 6, 7, 99].map(version => `?version=${version}`),
    '?version=1&channel=stable',
    '?nothing=1',
  ),
  how: fc.constantFrom('GET', 'HEAD', 'render', 'render json', 'render badly', 'matched', 'langfuse'),
  accept: fc.constantFrom('text/plain', 'application/json', 'image/png'),
});
interface Asked {
  /** A prompt, or a path of the API. */
  readonly name: string;
  readonly query: string;
  readonly how: string;
  readonly accept: string;
}

describe('a reader key', () => {
  it('gets the same answers from two registries that differ only in what it may not read', async () => {
    await fc.assert(
      fc.asyncProperty(
        closed,
        served,
        hidden,
        hidden,
        fc.array(request, { minLength: 40, maxLength: 40 }),
        async (policy, common, one, other, requests) => {
          await using first = await world(policy, common, one);
          await using second = await world(policy, common, other);
          const credential = await sharedKey(first, second);
          for (const each of [...requests, ...everyRoute()]) {
            const send = ({ url }: RegistryForTest) => sent(url, each, credential);
            assert.deepEqual(told(await send(first)), told(await send(second)), JSON.stringify(each));
          }
        },
      ),
      // A world takes long to make: a counterexample is told as it was found.
      { numRuns: runs(100, 6), endOnFailure: true },
    );
  });

  it('sees metrics of the process, but not how much is published and decided', async () => {
    await using registry = await aRegistry({ serving: { host: '0.0.0.0', behindProxy: true } });
    await registry.publish('shop/order', 'Text', null);
    const metrics = async (as: string) => (await registry.call('GET', '/metrics', undefined, { as })).text;
    const [reader, author] = [await metrics('production reader'), await metrics('production author')];
    const names = (text: string) =>
      new Set([...text.matchAll(/^# TYPE (promptforge_\w+)/gm)].map(([, name]) => name));
    const ofReaders = names(reader);
    const onlyAuthors = [...names(author)].filter(name => !ofReaders.has(name)).sort();
    assert.deepEqual(onlyAuthors, LOG_FIGURES);
    assert.match(author, /route="\/v1\/prompts\/\{name\}\/-\/versions"/);
    assert.doesNotMatch(reader, /versions"|promotions/);
    assert.match(reader, /^promptforge_log_broken 0$/m, 'but whether it may be trusted');
  });
});

async function world(
  { serves, pins }: Pick<Policy, 'serves' | 'pins'>,
  common: readonly Served[],
  secret: Hidden,
): Promise<RegistryForTest> {
  const environments: Environment[] = defaultEnvironments(0).map(({ name, policy }) =>
    name === 'production'
      ? { name, policy: { ...policy, serves, pins, promoteFrom: null } }
      : { name, policy },
  );
  const registry = await aRegistry({ environments, now: () => new Date(NOW) });
  const newest = new Map<string, number>();
  const publish = async (prompt: string, source: string): Promise<number> => {
    const { version } = await registry.publish(prompt, source, newest.get(prompt) ?? null);
    newest.set(prompt, version);
    return version;
  };
  let count = 0;
  const draft = (prompt: string) => publish(prompt, `${secret.drafts} ${count++}`);
  for (let earlier = 0; earlier < secret.partials; earlier++) await draft(secret.style);
  // What it says is no secret, as what uses it is served; where it is and which version it is are.
  await publish(secret.style, 'In our style.{{role who}}');
  for (const [index, { prompt, text, channel, after }] of common.entries()) {
    for (let before = 0; before < after; before++) await draft(prompt);
    // Only there is it found wherever it is.
    const used = `${prompt.startsWith('shop/') ? text : text.replace('{{> style}}', '')} ${index}`;
    await registry.promote(prompt, await publish(prompt, used), 'production', channel);
  }
  for (const prompt of [...newest.keys()].filter(name => name !== secret.style))
    for (let more = 0; more < secret.more; more++) await draft(prompt);
  for (const prompt of secret.prompts) {
    const isTaken = [...newest.keys()].some(name => name.toLowerCase() === prompt.toLowerCase());
    if (!isTaken) await draft(prompt);
  }
  for (const [prompt, version] of newest) {
    if (secret.elsewhere) await registry.promote(prompt, version, 'staging');
    if (secret.planned) await plan(registry, prompt, version);
  }
  for (const prompt of secret.archived.filter(name => newest.has(name)))
    assert.equal((await registry.call('POST', `/v1/prompts/${prompt}/-/archive`, {})).status, 200);
  return registry;
}

async function plan(registry: RegistryForTest, prompt: string, version: number): Promise<void> {
  const { json } = await registry.call('GET', `/v1/prompts/${prompt}/-/summary`);
  const pointer = json.pointers.find(
    (each: { environment: string; channel: string }) =>
      each.environment === 'production' && each.channel === STABLE,
  );
  if (pointer?.version === version) return;
  const body = {
    environment: 'production',
    channel: STABLE,
    version,
    reason: 'Soon',
    expected: pointer?.version ?? null,
    effectiveAt: new Date(NOW + 3_600_000).toISOString(),
  };
  const options = { as: 'production admin' };
  const { status, text } = await registry.call('POST', `/v1/prompts/${prompt}/-/promotions`, body, options);
  assert.equal(status, 202, text);
}

const LOG_FIGURES = [
  'promptforge_delivery_cache_bytes',
  'promptforge_delivery_cache_entries',
  'promptforge_events_total',
  'promptforge_log_events',
  'promptforge_log_signed_events',
  'promptforge_log_verified_events',
  'promptforge_promotions_waiting',
];

/** @returns one key of both */
async function sharedKey(first: RegistryForTest, second: RegistryForTest): Promise<string> {
  const [environment, role] = READER.split(' ') as [string, 'reader'];
  const made = makeKey(parseEnvironmentName(environment), randomBytes);
  for (const { store } of [first, second]) await anOlderKey(store, environment, role, 'a.reader', { made });
  return made.key;
}

/** Every call of the API once, whatever the key may do. */
function everyRoute(): Asked[] {
  return (
    Object.values(ROUTES)
      // They tell of the process, whether its log is verified by now and its memory, and of when the key was last used.
      .filter(({ path }) => !['/readyz', '/metrics', '/v1/keys/current', '/v1/prompts/{name}'].includes(path))
      .map(({ method, path }) => ({
        name: path
          .replace('{name}', 'shop/order')
          .replace(/\{(n|id)\}/, '1')
          .replace('{environment}', 'staging'),
        query: '',
        how: method,
        accept: 'application/json',
      }))
  );
}

function sent(url: string, { name, query, how, accept }: Asked, credential: string): Promise<Answered> {
  const headers = { authorization: `Bearer ${credential}`, accept };
  if (name.startsWith('/')) return ask(url, how, name, how === 'GET' ? undefined : {}, headers);
  const path = `/v1/prompts/${name}`;
  const wanted = Object.fromEntries(
    [...new URLSearchParams(query)].map(([key, value]) => [key, key === 'version' ? Number(value) : value]),
  );
  switch (how) {
    case 'GET':
    case 'HEAD':
      return ask(url, how, `${path}${query}`, undefined, headers);
    case 'langfuse':
      return ask(
        url,
        'GET',
        `/api/public/v2/prompts/${name}${query.replace('channel', 'label')}`,
        undefined,
        {
          authorization: `Basic ${Buffer.from(`pk:${credential}`).toString('base64')}`,
        },
      );
    case 'matched':
      return ask(url, 'GET', `${path}${query}`, undefined, { ...headers, 'if-none-match': MATCHED });
    default: {
      const input = how === 'render badly' ? { who: 'nobody' } : { name: 'Ada', who: 'user' };
      const strict = how === 'render json';
      return ask(url, 'POST', `${path}/-/render`, { ...wanted, input, strict }, headers);
    }
  }
}

/** Of a text that may be served, and of one that may not. */
const MATCHED = ['Hello {{name}}. 0', 'A draft. 0'].map(text => `"${digestOf(text)}"`).join(', ');

/** What an answer tells: all but when it was given, and which of many it was. */
function told({ status, headers, text }: Answered): object {
  const own = new Set(['date', 'request-id', 'connection', 'keep-alive']);
  return {
    status,
    headers: [...headers].filter(([name]) => !own.has(name)),
    text,
  };
}

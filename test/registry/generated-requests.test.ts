/**
 * Requests made from the OpenAPI document, right ones and wrong ones: every answer is one that the document names for
 * that call, of the shape it gives, and none is the registry's own fault.
 */
import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { recordSigningKey } from '../../src/registry/proof/signing-key.ts';
import { runs } from '../runs.ts';
import { aRegistry, identityForTest, type Json, type RegistryForTest } from './a-registry.ts';
import { arbitraryOf, type SchemaWorld } from './arbitrary-of-schema.ts';

const REQUESTS = runs(12_000, 3500);
/** Always the same requests: whether each route succeeds at least once must not be left to chance. */
const SEED = 20261129;
/** Of a call that none of these did. */
const ALONE = 500;
const AS = ['reader', 'author', 'approver', 'admin'].flatMap(role =>
  ['development', 'production'].map(environment => `${environment} ${role}`),
);
const SOURCES = [
  'Hello {{name}}',
  '{{> part}} and {{name}}',
  '---\ninput:\n  schema:\n    name: string\n---\n{{role "system"}}{{name}}',
  '{{#if name}}',
  '---\nmodel: [\n---\n',
  '{{> missing}}',
];

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly about: Json;
}

interface Made {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly as: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** One change of owners waits at a time, from what holds: what could be guessed is used up at once (owners.test.ts). */
const ELSEWHERE: readonly string[] = ['requestOwners', 'approveOwners', 'rejectOwners', 'cancelOwners'];

describe('requests generated from the OpenAPI document', () => {
  let registry: RegistryForTest;
  let document: Json;
  let operations: readonly Operation[];
  let policies: readonly Json[];
  /** By the beginning of the paths that take them. */
  let ids: Readonly<Record<string, readonly string[]>>;

  before(async () => {
    registry = await aRegistry({ serving: { publicUrl: 'https://prompts.example.com' } });
    await recordSigningKey(registry.store, COMMAND_LINE, await identityForTest());
    ({ json: document } = await registry.call('GET', '/openapi.json'));
    operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, about]) => ({
        id: about.operationId,
        method: method.toUpperCase(),
        path,
        about,
      })),
    );
    // By none of those who ask: who wrote it may not approve it.
    const as = { as: 'development author writer' };
    await registry.publish('team/_part', 'A part', null, as);
    await registry.publish('team/p', 'Hello {{name}}', null, as);
    await registry.publish('team/p', 'Good day {{name}}', 1, as);
    const { id } = await registry.promote('team/p', 1, 'development');
    policies = (await registry.call('GET', '/v1/environments')).json.data;
    ids = {
      '/v1/promotions/': [id, ...(await waitingPromotions())],
      '/v1/releases/': await waitingReleases(),
      '/v1/prompts/': await spareComments(),
      '/v1/keys/': await spareKeys(),
      '/v1/webhooks/': await spareWebhooks(),
    };
  });
  after(() => registry[Symbol.asyncDispose]());

  it(`get only documented answers, for ${REQUESTS} of them`, async () => {
    const checks = new Checks(document);
    const answered = new Map<string, number>();
    const answer = async (made: Made): Promise<void> => {
      const status = await checks.answer(registry, made);
      // A policy that serves nothing of what there is would leave the other calls nothing to answer.
      if (made.operation.id === 'putEnvironment' && status < 300) await restorePolicies();
      const kind = `${made.operation.id} ${Math.floor(status / 100)}xx`;
      answered.set(kind, (answered.get(kind) ?? 0) + 1);
    };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(...operations.map(operation => madeFrom(operation, worldOf(operation)))),
        answer,
      ),
      { seed: SEED, numRuns: REQUESTS, endOnFailure: true },
    );
    // What the others happened to leave no room for, as where they archived the prompt, is tried by itself.
    for (const operation of operations) {
      if (answered.has(`${operation.id} 2xx`)) continue;
      await registry.call('POST', '/v1/prompts/team/p/-/restore', {});
      for (const made of fc.sample(madeFrom(operation, worldOf(operation)), { seed: SEED, numRuns: ALONE })) {
        await answer(made);
        if (answered.has(`${operation.id} 2xx`)) break;
      }
    }
    // Generated requests that nobody could ever fulfil would show nothing.
    for (const { id } of operations)
      assert.ok(ELSEWHERE.includes(id) || answered.has(`${id} 2xx`), `${id} never succeeded`);
    assert.deepEqual(
      registry.logged.filter((entry: Json) => entry.event === 'fault'),
      [],
    );
  });

  /** At the only line of each version. */
  async function spareComments(): Promise<string[]> {
    const written: string[] = [];
    for (let count = 0; count < 20; count++)
      for (const version of [1, 2]) {
        const body = { version, line: 1, text: `Comment ${count}` };
        const as = 'development author';
        const { json } = await registry.call('POST', '/v1/prompts/team/p/-/comments', body, { as });
        written.push(json.id);
      }
    return written;
  }

  async function restorePolicies(): Promise<void> {
    for (const { name, policy } of policies) {
      const as = `${name} admin`;
      assert.equal((await registry.call('PUT', `/v1/environments/${name}`, policy, { as })).status, 200);
    }
  }

  /** Many, as one that was revoked once is of no use to other calls. */
  async function spareKeys(): Promise<string[]> {
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        registry.call('POST', '/v1/keys', { environment: 'development', role: 'reader', actor: 'spare' }),
      ),
    );
    return made.map(({ json }) => json.id);
  }

  async function spareWebhooks(): Promise<string[]> {
    const made = await Promise.all(
      Array.from({ length: 10 }, () =>
        registry.call('POST', '/v1/webhooks', { url: 'https://receiver.example/hook' }),
      ),
    );
    return made.map(({ json }) => json.id);
  }

  /** Many as well: one that was approved, rejected or canceled is closed. */
  async function waitingPromotions(): Promise<string[]> {
    const place = '/v1/environments/development';
    const { json } = await registry.call('GET', '/v1/environments');
    const { policy } = json.data[0];
    await registry.call('PUT', place, { ...policy, approvals: 1 });
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const about = { environment: 'development', channel: `waiting-${n}`, version: 1 };
        const request = { ...about, reason: 'It waits', expected: null };
        return registry.call('POST', '/v1/prompts/team/p/-/promotions', request, {
          as: 'development author',
        });
      }),
    );
    await registry.call('PUT', place, policy);
    return made.map(({ json }) => json.id);
  }

  /** Of the part, as a prompt has so many channels at most. */
  async function waitingReleases(): Promise<string[]> {
    const place = '/v1/environments/development';
    const { json } = await registry.call('GET', '/v1/environments');
    const { policy } = json.data[0];
    await registry.call('PUT', place, { ...policy, approvals: 1 });
    const items = [{ prompt: 'team/_part', version: 1, from: null }];
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const request = { environment: 'development', channel: `waiting-${n}`, reason: 'It waits', items };
        return registry.call('POST', '/v1/releases', request, { as: 'development author' });
      }),
    );
    await registry.call('PUT', place, policy);
    return made.map(({ json }) => json.release.id);
  }

  function worldOf({ path }: Operation): SchemaWorld {
    const [, own = []] = Object.entries(ids).find(([start]) => path.startsWith(start)) ?? [];
    return {
      document,
      known: field => (field === 'id' ? [...own, ...own, '1', 'nothing'] : known(field)),
    };
  }

  function known(field: string): readonly unknown[] {
    switch (field) {
      case 'name':
      case 'prompt':
        return [
          ...Array(10).fill('team/p'),
          'team/_part',
          'none/such',
          'new/a',
          'new/b',
          'new/c',
          'new/d',
          'new/e',
        ];
      case 'environment':
        return ['development', 'development', 'development', 'production', 'staging', 'nowhere'];
      case 'channel':
        // Most of them unset: a pointer can be moved once from there.
        return ['stable', 'stable', 'latest', ...Array.from({ length: 30 }, (_, n) => `canary-${n}`)];
      case 'label':
        return ['production', 'production', 'latest', 'canary-1'];
      case 'source':
        return SOURCES;
      case 'n':
      case 'version':
        return [1, 2, 3];
      case 'line':
        return [1, 2];
      case 'base':
      case 'expected':
        return [null, null, 1, 2, 3];
      case 'from':
      case 'to':
        return ['1', '2', 'stable@development', 'latest@staging'];
      case 'ref':
        return ['team/p@1'];
      case 'refs':
        return [['team/p@1', 'team/p@9']];
      case 'cursor':
      case 'after':
        return [
          Buffer.from('["changes",2]').toString('base64url'),
          Buffer.from('["prompts","a"]').toString('base64url'),
        ];
      case 'url':
        return ['https://receiver.example/hook?token=1', 'http://127.0.0.1/'];
      case 'items':
        return ['team/p', 'team/_part'].map(prompt => [{ prompt, version: 1, from: null }]);
      case 'at':
        return [...Array(5).fill(new Date().toISOString()), '2020-01-01T00:00:00Z'];
      case 'effectiveAt':
        return [null, new Date(Date.now() + 3_600_000).toISOString(), '2020-01-01T00:00:00Z'];
      case 'wait':
        return [0];
      default:
        return [];
    }
  }
});

/** A channel or a version: a delivery of both is refused, and half of those that are made would be. */
function notBoth(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || !('version' in given) || 'reason' in given) return given;
  const { channel: _, ...rest } = given as { readonly version: unknown; readonly channel?: unknown };
  return rest;
}

/** Mostly a request as the document wants it; sometimes with one thing wrong. */
function madeFrom(operation: Operation, world: SchemaWorld): fc.Arbitrary<Made> {
  const { parameters = [], requestBody } = operation.about;
  const of = (place: string) => {
    const there: Json[] = parameters.filter((one: Json) => one.in === place);
    const values = there.map(({ name, schema }) => [
      name,
      // Holding a call open is tested where it is meant.
      name === 'wait' ? fc.constant(0) : arbitraryOf(schema, world, name),
    ]);
    const requiredKeys = there.filter(one => one.required).map(one => one.name);
    return fc.record(Object.fromEntries(values), { requiredKeys }) as fc.Arbitrary<Record<string, unknown>>;
  };
  const schema = requestBody?.content['application/json'].schema;
  const right = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, world).map(notBoth);

  const wrong = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('', '{', '[1,', '\u0000', '"\ud800"', '{"a":1}'),
    right.map(body => ({ ...(body as object), unknown: 1 })),
  );
  return fc.record({
    operation: fc.constant(operation),
    // Who asks takes "." and ".." out of the path itself, and comes to another one.
    parameters: of('path').filter(
      values => !Object.values(values).some(value => /(?:^|\/)\.{1,2}(?:\/|$)/.test(String(value))),
    ),
    query: fc.oneof(
      { weight: 5, arbitrary: of('query').map(query => notBoth(query) as typeof query) },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 })),
      },
    ),
    body: fc.oneof(
      { weight: 5, arbitrary: right },
      { weight: schema === undefined ? 0 : 1, arbitrary: wrong },
    ),
    as: fc.oneof(
      { weight: 12, arbitrary: fc.constant('development admin') },
      { weight: 8, arbitrary: fc.constantFrom(...AS) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    headers: fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Record<string, string>>(
          { accept: 'application/json' },
          { accept: 'image/png' },
          { 'content-type': 'text/plain' },
          { 'idempotency-key': 'again' },
          { 'if-none-match': '*' },
          { authorization: 'Bearer pf_development_abcdefghijkl_nothing' },
        ),
      },
    ),
  });
}

class Checks {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    addFormats.default(this.#ajv);
    this.#ajv.addFormat('base64', /^[A-Za-z0-9+/]*={0,2}$/);
    this.#ajv.addSchema({ $id: 'api', components: document.components });
  }

  /** @returns the status */
  async answer(
    registry: RegistryForTest,
    { operation, parameters, query, body, as, headers }: Made,
  ): Promise<number> {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      name === 'name'
        ? String(parameters[name]).split('/').map(encodeURIComponent).join('/')
        : encodeURIComponent(String(parameters[name])),
    );
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    const [environment = '', role] = (as ?? '').split(' ');
    const key = as === null ? undefined : await registry.key(environment, role as never);
    const response = await fetch(`${registry.url}${path}?${search}`, {
      method: operation.method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    this.#check(operation, response, text);
    return response.status;
  }

  #check({ id, method, path, about }: Operation, response: Response, text: string): void {
    const { status } = response;
    const said = `${method} ${path} answered ${status}: ${text.slice(0, 300)}`;
    assert.ok(status < 500, said);
    const declared = about.responses[String(status)];
    assert.ok(declared !== undefined, `${said}\nThe document does not name this status.`);
    if (declared.content === undefined) {
      assert.equal(text, '', said);
      return;
    }
    const type = response.headers.get('content-type')?.split(';', 1)[0] ?? '';
    const media = declared.content[type];
    assert.ok(media !== undefined, `${said}\nThe document does not name ${type}.`);
    if (!type.endsWith('json')) return;
    const place = `${id} ${status} ${type}`;
    const validator = this.#validators.get(place) ?? this.#ajv.compile(inApi(media.schema));
    this.#validators.set(place, validator);
    assert.ok(validator(JSON.parse(text)), `${said}\n${JSON.stringify(validator.errors)}`);
  }
}

/** A schema of the document with its references leading into it. */
function inApi(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'));
}

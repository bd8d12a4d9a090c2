import assert from 'node:assert/strict';
import { openApiDocument } from '../../src/contract/openapi.ts';
import { PROBLEM_STATUS } from '../../src/contract/problems.ts';
import { ROUTES, type Route } from '../../src/contract/routes.ts';
import { PROBLEM_CODES } from '../../src/core/problem.ts';
import { aRegistry, ask, type Json } from '../registry/a-registry.ts';

const METHODS = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];

describe('the OpenAPI document', () => {
  const document: Json = JSON.parse(JSON.stringify(openApiDocument()));
  const operations: [path: string, method: string, operation: Json][] = Object.entries<Json>(
    document.paths,
  ).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, string, Json] => [path, method, operation]),
  );
  /** Every object of the document with where it is. */
  function* objects(value: Json, at = '#'): Generator<[at: string, value: Json]> {
    if (typeof value !== 'object' || value === null) return;
    yield [at, value];
    for (const [key, item] of Object.entries(value)) yield* objects(item, `${at}/${key}`);
  }

  it('has the shape that OpenAPI 3.1 asks for', () => {
    assert.match(document.openapi, /^3\.1\.\d$/);
    assert.ok(document.info.title && document.info.version);
    const ids = operations.map(([, , operation]) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length, 'operation ids are unique');
    for (const [path, method, operation] of operations) {
      const place = `${method} ${path}`;
      assert.ok(path.startsWith('/') && METHODS.includes(method), place);
      const statuses = Object.keys(operation.responses);
      assert.ok(statuses.length > 0 && statuses.every(status => /^[1-5]\d\d$/.test(status)), place);
      for (const response of Object.values<Json>(operation.responses)) assert.ok(response.description, place);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((one: Json) => one.in === 'path');
      assert.deepEqual(declared.map((one: Json) => one.name).sort(), inPath.sort(), place);
      for (const parameter of operation.parameters ?? []) {
        assert.ok(['path', 'query', 'header'].includes(parameter.in) && parameter.schema, place);
        if (parameter.in === 'path') assert.equal(parameter.required, true, place);
      }
      for (const media of Object.values<Json>(operation.requestBody?.content ?? {}))
        assert.ok(media.schema, place);
      for (const requirement of operation.security ?? document.security)
        for (const name of Object.keys(requirement))
          assert.ok(document.components.securitySchemes[name], place);
    }
  });
  it('resolves every reference, and its patterns are regular expressions', () => {
    let references = 0;
    for (const [at, value] of objects(document)) {
      if (typeof value.$ref === 'string') {
        references++;
        const target = value.$ref
          .slice(2)
          .split('/')
          .reduce((inner: Json, key: string) => inner?.[key], document);
        assert.ok(value.$ref.startsWith('#/') && target !== undefined, `${at}: ${value.$ref}`);
      }
      if (typeof value.pattern === 'string') assert.doesNotThrow(() => new RegExp(value.pattern, 'u'), at);
      if (Array.isArray(value.required) && value.properties)
        for (const name of value.required) assert.ok(name in value.properties, `${at} requires ${name}`);
    }
    assert.ok(references > 50);
  });
  it('has every route, and no other', () => {
    const routes = Object.entries(ROUTES).map(
      ([id, { method, path }]: [string, Route]) => `${id}: ${method} ${path}`,
    );
    const documented = operations.map(
      ([path, method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`,
    );
    assert.deepEqual(documented.sort(), routes.sort());
  });
  it('says of each call which problems it may answer, under their status', () => {
    for (const [, , operation] of operations) {
      const route: Route = ROUTES[operation.operationId as keyof typeof ROUTES];
      for (const code of route.problems)
        assert.ok(operation.responses[PROBLEM_STATUS[code]].description.includes(`\`${code}\``), code);
      const asksForKey = route.role !== null || route.keyBeyondItsMachine === true;
      assert.equal('401' in operation.responses, asksForKey, operation.operationId);
    }
  });
  it('gives every code of the domain a status, of which every one is an error', () => {
    for (const code of PROBLEM_CODES)
      assert.ok(PROBLEM_STATUS[code] >= 400 && PROBLEM_STATUS[code] < 600, code);
  });
  it('is what the server serves, and the server answers every one of its calls', async () => {
    await using registry = await aRegistry({ serving: { publicUrl: 'https://prompts.example.com' } });
    const { json } = await ask(registry.url, 'GET', '/openapi.json');
    assert.deepEqual(json, document);
    for (const [path, method, { operationId, security }] of operations) {
      const target = path
        .replace('{name}', 'a/b')
        .replace(/\{(?:n|id)\}/, '1')
        .replace(/\{\w+\}/g, 'x');
      const query =
        { openVersion: '?ref=a/b@1', openOwners: '?environment=production' }[operationId as string] ?? '';
      const { status, json: problem } = await ask(registry.url, method.toUpperCase(), target + query);
      // No list of keys that will do, or one in which no key is among them.
      const keyless =
        security?.length === 0 || security?.some((one: object) => Object.keys(one).length === 0);
      if (keyless) assert.equal(status, 200, operationId);
      else assert.deepEqual([status, problem?.code], [401, 'key_missing'], operationId);
    }
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { API_REFERENCE, apiReference } from '../../scripts/apiReference.ts';
import { EXAMPLE_DIGEST, EXAMPLE_SOURCE, EXAMPLES } from '../../src/contract/examples.ts';
import { openApiDocument } from '../../src/contract/openapi.ts';
import { problemExample } from '../../src/contract/problem-examples.ts';
import { problemDocument } from '../../src/contract/problems.ts';
import { PATH_PARAMETERS, ROUTES, type Route, type RouteName } from '../../src/contract/routes.ts';
import { digestOf } from '../../src/core/digest.ts';
import { PROBLEM_CODES } from '../../src/core/problem.ts';
import { aRegistry, type Json } from '../registry/a-registry.ts';

const routes = Object.entries(ROUTES) as [RouteName, Route][];

/** Every path at which an object of `given` has a field that `kept` lacks. */
function unknownFields(given: unknown, kept: unknown, at = ''): string[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([name, value]) =>
    typeof kept === 'object' && kept !== null && name in kept
      ? unknownFields(value, (kept as Record<string, unknown>)[name], `${at}/${name}`)
      : [`${at}/${name}`],
  );
}

function assertFits(schema: z.ZodType, value: unknown, which: string): void {
  const { success, data, error } = schema.safeParse(value);
  assert.ok(success, `${which}: ${error === undefined ? '' : z.prettifyError(error)}`);
  assert.deepEqual(unknownFields(value, data), [], `${which} has fields that the schema does not know`);
}

describe('the examples of the API', () => {
  it('have a request and every response with a body, for every call, and all fit their schemas', () => {
    for (const [id, route] of routes) {
      const example = EXAMPLES[id];
      if (route.body === undefined) assert.equal(example.request, undefined, id);
      else assertFits(route.body, example.request, `${id}, request`);
      const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => name as keyof typeof PATH_PARAMETERS,
      );
      assert.deepEqual(Object.keys(example.path ?? {}).sort(), [...named].sort(), `${id}, path`);
      for (const name of named) assertFits(PATH_PARAMETERS[name], example.path?.[name], `${id}, ${name}`);
      if (example.query !== undefined)
        assertFits(route.query ?? z.strictObject({}), example.query, `${id}, query`);
      for (const [status, { json, text }] of Object.entries(route.responses)) {
        const shown = example.responses[Number(status)];
        if (json !== undefined) assertFits(json, shown?.json, `${id}, ${status}`);
        assert.equal(typeof shown?.text === 'string', text !== undefined, `${id}, ${status}, text`);
      }
    }
  });
  it('have every problem, and fit the problem document', () => {
    for (const code of PROBLEM_CODES) assertFits(problemDocument, problemExample(code), code);
  });
  it('are in the OpenAPI document, beside each body and each parameter that they give', () => {
    const document: Json = JSON.parse(JSON.stringify(openApiDocument()));
    for (const item of Object.values<Json>(document.paths))
      for (const operation of Object.values<Json>(item)) {
        const media = Object.values<Json>({ request: operation.requestBody, ...operation.responses }).flatMap(
          (one: Json) => Object.values<Json>(one?.content ?? {}),
        );
        for (const each of media)
          assert.ok('example' in each || Object.keys(each.examples).length > 0, operation.operationId);
        for (const parameter of operation.parameters ?? [])
          if (parameter.in === 'path') assert.ok('example' in parameter, operation.operationId);
      }
  });
  it('are what a registry answers to them', async () => {
    await using registry = await aRegistry({ serving: { publicUrl: 'https://prompts.example.com' } });
    assert.equal(EXAMPLE_DIGEST, digestOf(EXAMPLE_SOURCE));
    const path = `/v1/prompts/${EXAMPLES.publish.path?.['name']}`;
    const as = { as: 'development author' };
    const body = { ...(EXAMPLES.publish.request as object), base: null };
    const published = await registry.call('POST', `${path}/-/versions`, body, as);
    assert.equal(published.status, 201, published.text);
    const shown: Json = EXAMPLES.publish.responses[201]?.json;
    assert.equal(published.json.bytes, shown.bytes);
    const delivered = await registry.call('GET', `${path}?channel=latest`, undefined, as);
    assert.equal(delivered.text, EXAMPLES.deliver.responses[200]?.text);
    const input = { ...(EXAMPLES.render.request as object), channel: 'latest' };
    const rendered = await registry.call('POST', `${path}/-/render`, input, as);
    assert.equal(rendered.text, EXAMPLES.render.responses[200]?.text);
  });
  it('make up docs/api.md, which is current', async () => {
    assert.equal(await readFile(API_REFERENCE, 'utf8'), apiReference(), 'Run: npm run api-reference');
  });
});

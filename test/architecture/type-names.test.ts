/** Names of exported types: each means one thing in all of `src`, wherever it is imported. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(import.meta.dirname, '../../src');
const EXPORTED = /^export (?:abstract )?(?:interface|type|class|enum) (?<name>\w+)/gm;

it('no two exported types share a name', () => {
  const files = new Map<string, string[]>();
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    for (const { groups } of readFileSync(join(SOURCES, file), 'utf8').matchAll(EXPORTED)) {
      const name = groups?.['name'] ?? '';
      files.set(name, [...(files.get(name) ?? []), file]);
    }
  }
  assert.ok(files.size > 1000, `${files.size} exported types were found`);
  const shared = [...files].filter(([, places]) => places.length > 1);
  assert.deepEqual(Object.fromEntries(shared), {});
});

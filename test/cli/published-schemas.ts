/** Published JSON schemas: test/cli/schemas/README.md says whose they are. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

export type PublishedSchema = 'sarif-2.1.0' | 'github-action' | 'github-workflow';

export async function assertFits(value: unknown, name: PublishedSchema): Promise<void> {
  const text = await readFile(join(import.meta.dirname, 'schemas', `${name}.json`), 'utf8');
  // Of draft 4 the schema of SARIF has nothing that draft 7 reads otherwise, but for the name of the identifier.
  const { $schema: _draft, $id: _id, id: _id4, ...schema } = JSON.parse(text);
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const fits = ajv.compile(schema);
  assert.ok(fits(value), JSON.stringify(fits.errors, null, 1));
}

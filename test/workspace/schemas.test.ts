/** The JSON Schemas that ship for promptforge.json and promptforge.lock.json: they say what the parsers say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import packageJson from '../../package.json' with { type: 'json' };
import { validateRegistryUrl } from '../../src/client/address.ts';
import { parseLock } from '../../src/workspace/lock-file.ts';
import { parseProject } from '../../src/workspace/project-file.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { runs } from '../runs.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The schema that VS Code uses for files of this name. */
function schemaFor(file: string): Readonly<Record<string, unknown>> {
  const found = packageJson.contributes.jsonValidation.find(({ fileMatch }) => fileMatch === file);
  assert.ok(found, `package.json contributes no schema for ${file}`);
  return JSON.parse(readFileSync(join(ROOT, found.url), 'utf8'));
}

function validator(file: string): ValidateFunction {
  // With the keywords that VS Code adds.
  return new Ajv({ strict: false }).compile(schemaFor(file));
}

function accepts(parse: (bytes: Uint8Array) => unknown, value: unknown): boolean {
  try {
    parse(Buffer.from(JSON.stringify(value)));
    return true;
  } catch (error) {
    assert.ok(WorkspaceError.is(error), String(error));
    return false;
  }
}

const scraps = (...texts: readonly string[]) =>
  fc.array(fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 3 })), { maxLength: 6 });
const registries = fc.oneof(
  fc.constant('embedded'),
  fc.constantFrom(
    'embedded',
    'Embedded',
    'https://x.example.com/a/',
    'http://[::1]:7878',
    'http://127.1',
    ' https://x.example.com',
    'https://@x.example.com',
    'HTTPS://X',
    'https:x.example.com',
    'https:///x.example.com',
    'https:\\\\x.example.com',
    'https://x.example.com\\a',
    'https://x.example.com/a b',
  ),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  scraps(
    'https://',
    'http://',
    'x.example.com',
    'localhost',
    ':',
    '8080',
    '/',
    '@',
    '?',
    '#',
    '\\',
    ' ',
    '\n',
  ).map(parts => parts.join('')),
  fc.string(),
);
const folders = fc.oneof(
  scraps('.', '..', '/', '\\', 'C:', 'a', 'prompts', '\n', '\u2028', '...').map(parts => parts.join('')),
  fc.string(),
);
/** Mostly of the right kind. */
const orAnything = <Value>(values: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 9, arbitrary: values as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
const projects = orAnything(
  fc.record(
    {
      registry: orAnything(registries),
      prompts: orAnything(folders),
      $schema: fc.jsonValue(),
      other: fc.jsonValue(),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
);

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const names = fc.oneof(
  scraps('a', 'Support', '/', '.', '-', '_', 'con', 'coM1.x', 'A', 'NUL', 'Lpt').map(parts => parts.join('')),
  fc.constantFrom(
    'a/con',
    'a/Con',
    'CON',
    'lineItem/_Card',
    'con',
    'console',
    'a.con',
    'a'.repeat(201),
    'a/a/a/a/a/a/a/a',
    'a/a/a/a/a/a/a/a/a',
    '__proto__',
  ),
);
const lockEntries = fc.record(
  {
    version: orAnything(
      fc.oneof(fc.integer({ min: -1, max: 9 }), fc.constantFrom(1.5, 2 ** 53, 2 ** 53 - 1)),
    ),
    digest: orAnything(fc.constantFrom(DIGEST, DIGEST.toUpperCase(), `${DIGEST}0`, '')),
    text: orAnything(fc.constantFrom(DIGEST, '')),
    more: fc.constant(1),
  },
  { requiredKeys: ['version', 'digest'], noNullPrototype: true },
);
const soundEntries = fc.constant({ version: 1, digest: DIGEST });
const locks = orAnything(
  fc.record(
    {
      lockVersion: fc.oneof(
        { weight: 9, arbitrary: fc.constant<unknown>(1) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
      prompts: orAnything(
        fc
          .array(fc.tuple(names, fc.oneof({ weight: 3, arbitrary: soundEntries }, lockEntries)), {
            maxLength: 3,
          })
          .map(entries => Object.fromEntries(entries)),
      ),
      other: fc.jsonValue(),
    },
    { requiredKeys: ['lockVersion', 'prompts'], noNullPrototype: true },
  ),
);

describe('the schema of promptforge.json', () => {
  const isValid = validator('promptforge.json');
  const parse = (bytes: Uint8Array) => parseProject(bytes, '/work');

  it('accepts exactly what the parser accepts, except for hosts that patterns cannot check', () => {
    let admitted = 0;
    let refused = 0;
    fc.assert(
      fc.property(projects, project => {
        const isParsed = accepts(parse, project);
        if (isParsed) admitted += 1;
        else refused += 1;
        if (isValid(project) === isParsed) return;
        const { registry } = project as { registry: string };
        const why = validateRegistryUrl(registry) ?? '';
        assert.match(why, /not a URL|unencrypted/, `${JSON.stringify(project)}: ${isParsed}`);
        assert.ok(!isParsed, `${JSON.stringify(project)} is parsed and not in the schema`);
      }),
      { numRuns: runs(20_000, 1500) },
    );
    assert.ok(admitted > 30 && refused > 30, `${admitted} admitted, ${refused} refused`);
  });

  it('has valid examples, defaults and snippets', () => {
    const { properties } = schemaFor('promptforge.json') as {
      properties: Record<string, { examples?: readonly string[]; default?: string }>;
    };
    const { registry, prompts } = properties;
    for (const each of registry?.examples ?? []) assert.ok(accepts(parse, { registry: each }), each);
    for (const each of [...(prompts?.examples ?? []), prompts?.default])
      assert.ok(accepts(parse, { registry: 'embedded', prompts: each }), each);
    assert.equal(prompts?.default, parse(Buffer.from('{"registry": "embedded"}')).prompts);
  });

  it('accepts the demo’s file', () => {
    const text = readFileSync(join(ROOT, 'demo/promptforge.json'), 'utf8');
    assert.ok(isValid(JSON.parse(text)));
  });
});

describe('the schema of promptforge.lock.json', () => {
  const isValid = validator('promptforge.lock.json');
  const parse = (bytes: Uint8Array) => parseLock(bytes, '/project/promptforge.lock.json');

  it('accepts exactly what the parser accepts', () => {
    let admitted = 0;
    fc.assert(
      fc.property(locks, lock => {
        const isParsed = accepts(parse, lock);
        if (isParsed) admitted += 1;
        assert.equal(isValid(lock), isParsed, JSON.stringify(isValid.errors));
      }),
      { numRuns: runs(20_000, 1000) },
    );
    assert.ok(admitted > 30, `${admitted} admitted`);
  });

  it('says not to edit the file', () => {
    assert.match(String(schemaFor('promptforge.lock.json')['markdownDescription']), /do not edit it by hand/);
  });
});

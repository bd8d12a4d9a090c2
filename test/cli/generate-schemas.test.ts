/** Validators that `promptforge generate --schemas` writes: their code compiles, and they take what our own validation takes. */
import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { is } from 'valibot';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { CommandFailure } from '../../src/cli/exit-code.ts';
import { promptTypes } from '../../src/cli/generate/prompt-types.ts';
import { referenceFaults } from '../../src/core/schema/check-references.ts';
import { loadPatterns } from '../../src/core/schema/patterns.ts';
import { ValidationStopped, validate } from '../../src/core/schema/validate.ts';
import { value, whole } from '../core/arbitrary-schema.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';

const TRIAGE = `---
description: Sorts mail
input:
  schema:
    mail: string, the text of the mail
    tone?(enum): [warm, formal]
    urgency?: integer
    customer(object):
      name: string
      tags?(array): string
output:
  schema:
    queue(enum): [billing, cards]
    reasons(array): string
---
Sort {{mail}}`;

const USE = `
import * as v from 'valibot';
import * as z from 'zod';
import { type Prompts, schemas as ofZod } from './zod.gen.ts';
import { schemas as ofValibot } from './valibot.gen.ts';
type Input = Prompts['support/triage']['input'];
type Output = Prompts['support/triage']['output'];
const given: unknown = JSON.parse('{}');
export const inputs = (): Input[] => [
  ofZod['support/triage'].input.parse(given),
  v.parse(ofValibot['support/triage'].input, given),
];
export const outputs = (): Output[] => [
  ofZod['support/triage'].output.parse(given),
  v.parse(ofValibot['support/triage'].output, given),
];
export const text = (): string => ofZod['free'].output.parse(given) + v.parse(ofValibot['free'].output, given);
// @ts-expect-error not one of the values
export const queue: z.infer<(typeof ofZod)['support/triage']['output']>['queue'] = 'other';
// @ts-expect-error not one of the values
export const tone: v.InferInput<(typeof ofValibot)['support/triage']['input']>['tone'] = 'cold';
// @ts-expect-error no such prompt
ofZod['suport/triage'];
`;

const LIBRARIES = ['zod', 'valibot'] as const;

interface Validators {
  readonly [name: string]: { readonly input: unknown; readonly output: unknown };
}

const TAKES: Readonly<Record<(typeof LIBRARIES)[number], (schema: never, value: unknown) => boolean>> = {
  zod: (schema: { safeParse(value: unknown): { readonly success: boolean } }, value) =>
    schema.safeParse(value).success,
  valibot: (schema, value) => is(schema, value),
};

const declared = (schema: unknown) => ({
  input: { schema: schema as Readonly<Record<string, unknown>> | null },
});

describe('promptforge generate --schemas', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let count = 0;
  before(async () => {
    folder = await temporaryFolder();
    await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'), 'junction');
  });
  after(() => folder[Symbol.asyncDispose]());

  /** Compiles files, and gives what those of validators export. @throws with what the compiler says */
  async function compiled(files: Readonly<Record<string, string>>): Promise<Record<string, Validators>> {
    count += 1;
    const project = join(folder.path, `project-${count}`);
    await mkdir(project);
    for (const [file, text] of Object.entries(files)) await writeFile(join(project, file), text);
    const tsconfig = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { types: [], lib: ['es2024', 'dom'], skipLibCheck: true },
      include: Object.keys(files),
    };
    await writeFile(join(project, 'package.json'), '{"type": "module"}');
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
    await runCommand(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project]);
    const made: Record<string, Validators> = {};
    for (const file of Object.keys(files))
      made[file] = (await import(pathToFileURL(join(project, file)).href)).schemas;
    return made;
  }

  it('writes validators that agree with --strict, for any schema and value', async () => {
    const pattern = await loadPatterns();
    const schemas = fc
      .sample(whole, { numRuns: runs(1200, 150), seed: Number(process.env['PROMPTFORGE_TEST_SEED'] ?? 7) })
      .filter(schema => !leadsToItself(schema));
    const prompts = schemas.map((schema, index) => ({ name: `p${index}`, metadata: declared(schema) }));
    const made = await compiled(
      Object.fromEntries(
        await Promise.all(
          LIBRARIES.map(
            async library => [`${library}.ts`, await promptTypes(prompts, 'x', library)] as const,
          ),
        ),
      ),
    );
    const seen = { taken: 0, refused: 0 };
    for (const [index, schema] of schemas.entries())
      for (const each of fc.sample(value, { numRuns: 40, seed: index })) {
        let takes: boolean;
        try {
          takes = validate(each, schema, { steps: 100_000, pattern }).length === 0;
        } catch (error) {
          assert.ok(error instanceof ValidationStopped);
          continue;
        }
        seen[takes ? 'taken' : 'refused'] += 1;
        for (const library of LIBRARIES) {
          const validator = made[`${library}.ts`]?.[`p${index}`]?.input as never;
          assert.equal(
            TAKES[library](validator, each),
            takes,
            `${library}: ${JSON.stringify(each)} against ${JSON.stringify(schema)}`,
          );
        }
      }
    // Both must come up; how often depends on the seed.
    assert.ok(seen.taken > 150 && seen.refused > 150, JSON.stringify(seen));
  });

  it('writes validators next to matching types, and checks them in CI', async () => {
    const project = join(folder.path, 'working-copy');
    await mkdir(join(project, 'prompts', 'support'), { recursive: true });
    await writeFile(
      join(project, 'promptforge.json'),
      JSON.stringify({ registry: 'https://prompts.example.com', prompts: 'prompts' }),
    );
    await writeFile(join(project, 'prompts', 'support', 'triage.prompt'), TRIAGE);
    await writeFile(join(project, 'prompts', 'free.prompt'), 'Any {{thing}}');
    const was = process.cwd();
    process.chdir(project);
    try {
      const texts: Record<string, string> = {};
      for (const library of LIBRARIES) {
        const args = ['generate', '--schemas', library, '-o', `${library}.gen.ts`];
        const written = await inProcess(args);
        assert.equal(written.code, 0, written.stderr);
        assert.equal((await inProcess([...args, '--check'])).code, 0);
        const without = await inProcess(['generate', '-o', `${library}.gen.ts`, '--check']);
        assert.equal(without.code, 1);
        texts[`${library}.gen.ts`] = await readFile(`${library}.gen.ts`, 'utf8');
        assert.match(
          texts[`${library}.gen.ts`] ?? '',
          new RegExp(`Made by "promptforge generate --schemas ${library}"`),
        );
      }
      assert.doesNotMatch((await inProcess(['generate'])).stdout, /import|schemas/);
      const other = await inProcess(['generate', '--schemas', 'joi']);
      assert.equal(other.code, 2);
      assert.match(other.stderr, /zod, valibot/);
      const made = await compiled({ ...texts, 'use.ts': USE });
      for (const library of LIBRARIES) {
        const { input, output } = made[`${library}.gen.ts`]?.['support/triage'] ?? {};
        const takes = (schema: unknown, each: unknown) => TAKES[library](schema as never, each);
        const customer = { name: 'Ada' };
        assert.ok(takes(input, { mail: 'x', customer }));
        assert.ok(takes(input, { mail: 'x', customer, urgency: null, tone: 'warm' }));
        assert.ok(!takes(input, { mail: 'x' }), 'no customer');
        assert.ok(!takes(input, { mail: 'x', customer, urgency: 1.5 }), 'not whole');
        assert.ok(!takes(input, { mail: 'x', customer, urgncy: 1 }), 'misspelled');
        assert.ok(takes(output, { queue: 'cards', reasons: ['stolen'] }));
        assert.ok(!takes(output, { queue: 'other', reasons: [] }));
        const free = made[`${library}.gen.ts`]?.['free'];
        assert.ok(takes(free?.input, { thing: 1 }) && !takes(free?.input, 'x') && takes(free?.output, 'x'));
      }
    } finally {
      process.chdir(was);
    }
  });

  it('escapes hostile names', async () => {
    const words = ['__proto__', "it's", '"', '\\', '*/', '`', '\u2028', '\n', 'a-b', '2', 'toString'];
    const properties: Record<string, unknown> = Object.create(null);
    for (const word of words) properties[word] = { enum: [word, 1], description: word };
    const schema = {
      type: 'object',
      properties,
      patternProperties: { '^/`"\'': { pattern: '/[/]\u2028' } },
      required: words,
    };
    const prompts = words.map(word => ({ name: word, metadata: { ...declared(schema), description: word } }));
    const files: Record<string, string> = {};
    for (const library of LIBRARIES) files[`${library}.ts`] = await promptTypes(prompts, 'x', library);
    const made = await compiled(files);
    const fitting = JSON.parse(`{${words.map(each => `${JSON.stringify(each)}:${JSON.stringify(each)}`)}}`);
    for (const library of LIBRARIES) {
      const input = Object.values(made[`${library}.ts`] ?? {})[0]?.input as never;
      assert.ok(TAKES[library](input, fitting), library);
      assert.ok(!TAKES[library](input, { ...fitting, '"': 'other' }), library);
    }
  });

  it('reports schemas for which no validator can be written, and their prompts', async () => {
    let deep: unknown = { type: 'string' };
    for (let depth = 0; depth < 100; depth += 1) deep = { type: 'array', items: deep };
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => {
          const next = { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { type: 'null' }] };
          return [`d${index}`, { properties: { a: next, b: next } }];
        }),
      );
    const $defs = chain(40);
    const cases: readonly (readonly [schema: unknown, words: RegExp])[] = [
      [deep, /too large for validators.*leave out --schemas/],
      [
        { properties: Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`p${n}`, {}])) },
        /too large/,
      ],
      [{ $defs: chain(1900), $ref: '#/$defs/d0' }, /too large/],
      [{ type: 'string', pattern: '(?i)a' }, /pattern "\(\?i\)a", which JavaScript cannot run/],
      [{ $ref: '#order', $defs: { x: { $anchor: 'order' } } }, /"#order", an anchor/],
    ];
    for (const library of LIBRARIES) {
      for (const [schema, words] of cases)
        await assert.rejects(
          promptTypes([{ name: 'support/triage', metadata: declared(schema) }], 'x', library),
          (error: unknown) =>
            error instanceof CommandFailure &&
            /^support\/triage has/.test(error.message) &&
            words.test(error.message),
        );
      // References are followed once each.
      const text = await promptTypes(
        [{ name: 'a', metadata: { ...declared(null), output: { schema: { $defs, $ref: '#/$defs/d0' } } } }],
        'x',
        library,
      );
      assert.ok(text.length < 3_000_000);
    }
  });
});

/** A reference that leads back without going into the value: such a prompt is not published. */
function leadsToItself(schema: object): boolean {
  return referenceFaults(schema as never).length > 0;
}

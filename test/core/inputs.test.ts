import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate } from '../../src/core/evaluate/evaluate.ts';
import { flatten, type LinkedPartial, type LinkedTemplate } from '../../src/core/flatten.ts';
import { type CallerInputs, callerInputs } from '../../src/core/inputs/caller-inputs.ts';
import { compareInputs } from '../../src/core/inputs/compare-inputs.ts';
import { readInputs } from '../../src/core/inputs/read-inputs.ts';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata, render } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { runs } from '../runs.ts';

const NONE: ReadonlyMap<string, LinkedPartial> = new Map();

async function inputsOf(source: string, partials: Record<string, LinkedPartial> = {}): Promise<CallerInputs> {
  const { template } = parseSource(source);
  return callerInputs(await readMetadata(source, 'p'), {
    template,
    partials: new Map(Object.entries(partials)),
  });
}

function partial(id: string, template: string, inner: Record<string, LinkedPartial> = {}): LinkedPartial {
  return { id, template, partials: new Map(Object.entries(inner)) };
}

function declaring(...lines: string[]): string {
  return `---\ninput:\n  schema:\n${lines.map(line => `    ${line}`).join('\n')}\n---\nx`;
}

const read = (template: string, partials: Record<string, LinkedPartial> = {}) =>
  Object.fromEntries(readInputs({ template, partials: new Map(Object.entries(partials)) }));

describe('the inputs that a template reads', () => {
  it('are its variables, anywhere, and only the name of the input itself', () => {
    assert.deepEqual(
      read('{{a}} {{b.c}} {{json d}} {{#each e}}{{f}}{{../g}}{{@root.h.i}}{{/each}} {{this.j}}'),
      {
        a: true,
        b: true,
        d: true,
        e: true,
        g: true,
        h: true,
        j: true,
      },
    );
  });

  it("exclude helpers, block parameters and properties of a block's context", () => {
    assert.deepEqual(
      read('{{role "user"}}{{#each a as |b c|}}{{b}}{{c}}{{b.d}}{{this}}{{@index}}{{/each}}'),
      {
        a: true,
      },
    );
    assert.deepEqual(read('{{#with a}}{{b}}{{#with ..}}{{c}}{{/with}}{{/with}}'), { a: true, c: true });
  });

  it('are optional if they are only tested, or read where they are known to be given', () => {
    assert.deepEqual(read('{{#if a}}{{a}}{{b}}{{else}}{{c}}{{/if}}{{#ifEquals d "x"}}y{{/ifEquals}}'), {
      a: false,
      b: true,
      c: true,
      d: false,
    });
    assert.deepEqual(read('{{#if a}}{{a}}{{/if}}{{a}}'), { a: true });
    assert.deepEqual(read('{{#unless a}}{{a}}{{/unless}}'), { a: true });
  });

  it('include those of partials, except what a call provides', () => {
    const header = partial('_header@1', '{{today}} {{name}} {{> inner}}', {
      inner: partial('_inner@1', '{{deep}}'),
    });
    assert.deepEqual(read('{{> header}}', { header }), { today: true, name: true, deep: true });
    assert.deepEqual(read('{{> header name=who}}', { header }), { who: true, today: true, deep: true });
    assert.deepEqual(read('{{> header customer}}', { header }), { customer: true });
    assert.deepEqual(read('{{#if today}}{{> header}}{{/if}}', { header }), {
      today: false,
      name: true,
      deep: true,
    });
  });

  it('include those of inline partials, also of a recursive one', () => {
    assert.deepEqual(read('{{#*inline "x"}}{{a}}{{#if b}}{{> x}}{{/if}}{{/inline}}{{> x}}'), {
      a: true,
      b: false,
    });
  });

  it('are found in a template whose partials multiply, without reading each use again', () => {
    let last = partial('_0@1', '{{leaf}}');
    for (let level = 1; level < 30; level++)
      last = partial(`_${level}@1`, '{{> a}}{{> b}}', { a: last, b: last });
    assert.deepEqual(read('{{> a}}', { a: last }), { leaf: true });
  });

  /** Names that may be inputs, block parameters, properties and arguments alike. */
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const path = fc.oneof(
    { weight: 4, arbitrary: name },
    fc.tuple(name, name).map(([first, second]) => `${first}.${second}`),
    // No `../`: how far it leads depends on whether two values happen to be the same.
    name.map(each => `@root.${each}`),
    name.map(each => `this.${each}`),
    fc.constant('this'),
  );
  const { template } = fc.letrec<{ template: string; node: string }>(tie => ({
    template: fc.array(tie('node'), { maxLength: 4 }).map(nodes => nodes.join('-')),
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      path.map(each => `{{lookup ${each} "none"}}`),
      fc
        .tuple(fc.constantFrom('if', 'unless', 'with', 'each'), path, tie('template'), tie('template'))
        .map(([helper, on, main, other]) => `{{#${helper} ${on}}}${main}{{else}}${other}{{/${helper}}}`),
      fc
        .tuple(fc.constantFrom('with', 'each'), path, name, tie('template'))
        .map(([helper, on, as, main]) => `{{#${helper} ${on} as |${as}|}}${main}{{/${helper}}}`),
      fc.constantFrom('p', 'q').map(each => `{{> ${each}}}`),
      // An argument that is the input itself is not followed.
      fc.tuple(name, name).map(([argument, value]) => `{{> p ${argument}=${value}.c}}`),
      path.map(each => `{{> p ${each}}}`),
    ),
  }));
  const linked = fc.tuple(template, template, template).map(([main, p, q]): LinkedTemplate => {
    const flat = (text: string) => text.replaceAll(/\{\{> [^}]*\}\}/g, '');
    const inner = partial('_q@1', flat(q));
    const outer = partial('_p@1', p.replaceAll(/\{\{> p[^}]*\}\}/g, '{{> q}}'), { q: inner });
    return {
      template: main,
      partials: new Map([
        ['p', outer],
        ['q', inner],
      ]),
    };
  });
  const value = fc.oneof(
    fc.constant('text'),
    fc.constant({ a: 'x', b: { c: 1 } }),
    fc.constant(['x', { d: 2 }]),
  );
  const input = fc.dictionary(name, value, { maxKeys: 3 });

  it('include every input that a rendering reports as missing', () => {
    fc.assert(
      fc.property(linked, input, (linked, input) => {
        const inputs = readInputs(linked);
        const segments = evaluate({
          linked,
          label: 'p',
          source: linked.template,
          templateOffset: 0,
          input,
          data: {},
          history: [],
          countsAsMissing: () => true,
        });
        for (const segment of segments)
          if (segment.kind === 'value')
            for (const missing of segment.missing) assert.ok(inputs.has(missing), missing);
      }),
      { numRuns: runs(5_000, 300) },
    );
  });
});

describe('the inputs that callers provide', () => {
  it('are those the schema declares, and others that are read', async () => {
    const source = `---
input:
  schema:
    amount: number
    note?: string
    speed(enum): [standard, urgent]
  default:
    speed: standard
    today: now
---
{{amount}} {{today}} {{branch}}{{#if vip}}!{{/if}}`;
    const inputs = await inputsOf(source);
    assert.deepEqual(
      [...inputs].map(([name, { declared, required }]) => `${name} ${declared} ${required}`),
      [
        'amount true true',
        'note true false',
        'speed true false',
        'today false false',
        'branch false true',
        'vip false false',
      ],
    );
  });

  it('in a block on a declared flag are those of the text around it', async () => {
    const inputs = await inputsOf(
      declaring('flag: boolean', 'object(object):', '  a: string').replace(
        /x$/,
        '{{#flag}}{{b}}{{/flag}}{{#object}}{{a}}{{/object}}',
      ),
    );
    assert.deepEqual([...inputs.keys()], ['flag', 'object', 'b']);
  });
});

describe('comparing the inputs of two versions', () => {
  const words = async (from: string, to: string) =>
    compareInputs(await inputsOf(from), await inputsOf(to)).map(
      ({ name, change, breaking, from, to }) =>
        `${name} ${change} ${breaking ? 'breaks' : 'is fine'} ${from} → ${to}`,
    );

  it('names added, removed and newly required inputs', async () => {
    assert.deepEqual(
      await words(declaring('a: string', 'b?: number'), declaring('b: number', 'c?: string', 'd: any')),
      [
        'a removed breaks string → null',
        'b required breaks number → number',
        'c added is fine null → string',
        'd added breaks null → any',
      ],
    );
    assert.deepEqual(await words('{{a}}', '{{a}}{{b}}{{#if c}}x{{/if}}'), [
      'b added breaks null → null',
      'c added is fine null → null',
    ]);
  });

  it('distinguishes a type that accepts all old values from one that does not', async () => {
    const change = (from: string, to: string) => words(declaring(from), declaring(to));
    assert.deepEqual(await change('a: string', 'a: number'), ['a type breaks string → number']);
    assert.deepEqual(await change('a: integer', 'a: number'), ['a type is fine integer → number']);
    assert.deepEqual(await change('a: number', 'a: integer'), ['a type breaks number → integer']);
    assert.deepEqual(await change('a: string', 'a: any'), ['a type is fine string → any']);
    assert.deepEqual(await change('a(enum): [x, y]', 'a(enum): [y, x, z]'), [
      'a type is fine "x" | "y" → "y" | "x" | "z"',
    ]);
    assert.deepEqual(await change('a(enum): [x, y]', 'a(enum): [x]'), ['a type breaks "x" | "y" → "x"']);
    assert.deepEqual(await change('a(enum): [x, y]', 'a: string'), ['a type is fine "x" | "y" → string']);
    assert.deepEqual(await change('a(array): integer', 'a(array): string'), [
      'a type breaks integer[] → string[]',
    ]);
    assert.deepEqual(await change('a: string, one', 'a: string, other words'), []);
  });

  it('compares objects: new properties may be missing, and removed ones are ignored', async () => {
    const object = (...properties: string[]) =>
      declaring('o(object):', ...properties.map(each => `  ${each}`));
    const change = 'object → object';
    assert.deepEqual(await words(object('a: string'), object('a: string', 'b?: string')), [
      `o type is fine ${change}`,
    ]);
    assert.deepEqual(await words(object('a: string'), object('a: string', 'b: string')), [
      `o type breaks ${change}`,
    ]);
    assert.deepEqual(await words(object('a: string', 'b?: string'), object('a: string')), [
      `o type breaks ${change}`,
    ]);
    assert.deepEqual(await words(object('b: string', 'a: string'), object('a: string', 'b: string')), []);
  });

  it('reports that a partial reads something new', async () => {
    const inputs = (header: string) => inputsOf('{{> header}}', { header: partial('_header@1', header) });
    assert.deepEqual(
      compareInputs(await inputs('{{today}}'), await inputs('{{today}} {{branch}}')).map(({ name }) => name),
      ['branch'],
    );
  });

  it('ignores a schema that is too large to compare', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => `"v${n}"`).join(', ');
    const aliases = Array.from({ length: 10 }, (_, n) => `a${n}(object):\n      b(enum): *many`);
    const source = `---\nmany: &many [${many}]\ninput:\n  schema:\n    o(object):\n${aliases
      .map(each => `      ${each.replaceAll('\n', '\n  ')}`)
      .join('\n')}\n---\nx`;
    const inputs = await inputsOf(source);
    assert.equal(inputs.get('o')?.shape, undefined);
    assert.deepEqual(compareInputs(inputs, await inputsOf(declaring('o: string'))), []);
  });

  const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'any');
  const schema = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.tuple(type, fc.boolean()), { minKeys: 1 })
    .map(fields =>
      Object.entries(fields).map(([name, [type, optional]]) => `${name}${optional ? '?' : ''}: ${type}`),
    );
  const source = fc
    .tuple(
      schema,
      fc.array(fc.constantFrom('{{a}}', '{{d}}', '{{e}}', '{{#if e}}{{e}}{{/if}}'), { maxLength: 3 }),
    )
    .map(([lines, uses]) => declaring(...lines).replace(/x$/, `x${uses.join('')}`));

  it('finds nothing between equal versions, and the mirror image in reverse', async () => {
    await fc.assert(
      fc.asyncProperty(source, source, async (one, other) => {
        const [left, right] = [await inputsOf(one), await inputsOf(other)];
        assert.deepEqual(compareInputs(left, left), []);
        const there = compareInputs(left, right);
        const back = compareInputs(right, left);
        const named = (changes: typeof there, change: string) =>
          changes.filter(each => each.change === change).map(each => each.name);
        assert.deepEqual(named(there, 'added'), named(back, 'removed'));
        assert.deepEqual(named(there, 'removed'), named(back, 'added'));
        assert.deepEqual(named(there, 'type'), named(back, 'type'));
      }),
      { numRuns: runs(2_000, 150) },
    );
  });

  it('finds no breaking change only if callers that provided enough before still do', async () => {
    await fc.assert(
      fc.asyncProperty(source, source, async (one, other) => {
        const before = await inputsOf(one);
        const changes = compareInputs(before, await inputsOf(other));
        if (changes.some(({ breaking }) => breaking)) return;
        const required = [...before].filter(([, { required }]) => required).map(([name]) => [name, 'x']);
        const input = Object.fromEntries(required);
        const strict = { source: other, partials: NONE, input, label: 'p', strict: true };
        await render(strict).catch((error: unknown) => {
          // What had no type before may have one now.
          if (Problem.is(error, 'invalid_input')) return;
          // An input that the text asks for and goes without is missing to the strict alone.
          if (!Problem.is(error, 'missing_input')) throw error;
          const optional = new Set(['e']);
          assert.deepEqual(
            (error.details.missing ?? []).filter(name => !optional.has(name)),
            [],
          );
        });
      }),
      { numRuns: runs(2_000, 150) },
    );
  });

  it('is the same with partials resolved or not', () => {
    const header = partial('_header@1', 'On {{today}}');
    const linked = { template: '{{> header}} {{name}}', partials: new Map([['header', header]]) };
    assert.deepEqual([...readInputs({ template: flatten(linked), partials: NONE })], [...readInputs(linked)]);
  });
});

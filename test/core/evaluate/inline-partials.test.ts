/** Inline partials of one name in several templates, beside Handlebars with the partials registered. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { flatten, type LinkedTemplate } from '../../../src/core/flatten.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { runs } from '../../runs.ts';
import { textOf } from './evaluated.ts';

type Texts = Readonly<Record<'it' | '_p' | '_q', string>>;

const INPUT = { name: 'Ada', flag: true, items: [{ name: 'a' }, { name: 'b' }], person: { name: 'Bo' } };

/** What is published; a refusal of the template or of one of its partials is thrown. */
async function linked(texts: Texts): Promise<LinkedTemplate> {
  const link = (name: keyof Texts) =>
    linkPartials(parsePromptName(name), texts[name], async wanted => {
      const source = texts[wanted as unknown as keyof Texts];
      return source === undefined ? undefined : { name: wanted, source, id: `${wanted}@1` };
    });
  await link('_q');
  await link('_p');
  return { template: texts.it, partials: await link('it') };
}

/** What Handlebars renders, and whether a partial was called within itself: Handlebars then forgets its inline partials. */
function registered(texts: Texts): { readonly text: string; readonly isWithinItself: boolean } {
  const handlebars = Handlebars.create();
  let isWithinItself = false;
  for (const [name, text] of [
    ['p', texts._p],
    ['q', texts._q],
  ] as const) {
    const compiled = handlebars.compile(text, { noEscape: true });
    let depth = 0;
    handlebars.registerPartial(name, (context, options) => {
      depth += 1;
      isWithinItself ||= depth > 1;
      try {
        return compiled(context, options);
      } finally {
        depth -= 1;
      }
    });
  }
  try {
    return { text: handlebars.compile(texts.it, { noEscape: true })(INPUT), isWithinItself };
  } catch (error) {
    // What it forgot may be missing, or leave it with an inline partial that calls itself without end.
    const isForgotten = error instanceof RangeError || /could not be found/.test(String(error));
    if (isWithinItself && isForgotten) return { text: '', isWithinItself };
    throw error;
  }
}

/** Templates that define x and y, and use them and `partials`, also from blocks within blocks. */
function withInlines(partials: readonly string[]): fc.Arbitrary<string> {
  const names = fc.constantFrom('x', 'y', ...partials, ...partials);
  const { body } = fc.letrec<{ body: string; piece: string }>(tie => ({
    body: fc.array(tie('piece'), { maxLength: 4 }).map(pieces => pieces.join('')),
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('a', 'b\n', ' ', '{{name}}', '{{> @partial-block}}'),
      names.map(name => `{{> ${name}}}`),
      fc
        .constantFrom('x', 'y')
        .chain(name => tie('body').map(of => `{{#*inline "${name}"}}${of}{{/inline}}`)),
      fc.tuple(names, tie('body')).map(([name, of]) => `{{#> ${name}}}${of}{{/${name}}}`),
      fc
        .tuple(fc.constantFrom('if flag', 'with person', 'each items'), tie('body'))
        .map(([head, of]) => `{{#${head}}}${of}{{/${head.split(' ')[0]}}}`),
    ),
  }));
  // Defined at the top they are there for most uses.
  const tops = ['{{#*inline "x"}}1{{/inline}}', '{{#*inline "y"}}({{> @partial-block}}){{/inline}}'];
  return fc
    .tuple(fc.subarray(tops), fc.string({ minLength: 1, maxLength: 1 }), body)
    .map(([given, mark, text]) => given.join('').replace('1', `[${mark.replaceAll(/[{}\\]/g, '-')}]`) + text);
}

describe('inline partials in several templates', () => {
  it('belong to the template that uses the name, as in Handlebars, also after resolving partials', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ it: withInlines(['p', 'q']), _p: withInlines(['q']), _q: withInlines([]) }),
        async texts => {
          let whole: LinkedTemplate;
          try {
            whole = await linked(texts);
          } catch (error) {
            if (Problem.is(error, 'invalid_source')) return;
            throw error;
          }
          const ours = outcome(() => textOf(whole.template, INPUT, { partials: whole.partials }));
          if (ours === undefined) return;
          const flat = flatten(whole);
          assert.equal(textOf(flat, INPUT), ours, 'in place');
          assert.equal(Handlebars.create().compile(flat, { noEscape: true })(INPUT), ours, flat);
          const { text, isWithinItself } = registered(texts);
          if (isWithinItself) return;
          assert.equal(ours, text, 'registered');
          if (whole.partials.size > 0) compared += 1;
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? runs(10_000, 400)) },
    );
    assert.ok(compared > runs(400, 12), `only ${compared} compared`);
  });
});

describe('an inline partial that Handlebars would confuse with another', () => {
  const refused = async (texts: Texts): Promise<readonly unknown[]> => {
    try {
      await linked(texts);
      return [];
    } catch (error) {
      if (!Problem.is(error, 'invalid_source')) throw error;
      return (error.details.issues ?? []).map(({ code, line, column }) => [code, line, column]);
    }
  };

  it('is refused if a called partial uses its own partial of that name, at any depth', async () => {
    const it = '{{#*inline "q"}}mine{{/inline}}\n{{> p}}';
    assert.deepEqual(await refused({ it, _p: '{{> q}}', _q: 'q' }), [['captured-partial', 1, 12]]);
    const block = '{{#> p}}{{#*inline "q"}}mine{{/inline}}{{/p}}';
    assert.deepEqual(await refused({ it: block, _p: '{{> q}}', _q: 'q' }), [['captured-partial', 1, 20]]);
    const x = '{{#*inline "x"}}mine{{/inline}}{{> p}}';
    const _q = '{{#if flag}}{{#*inline "x"}}{{/inline}}{{/if}}{{#> x}}fallback{{/x}}';
    assert.deepEqual(await refused({ it: x, _p: '{{> q}}', _q }), [['captured-partial', 1, 12]]);
  });

  it('is accepted if that partial defines the name itself, or is called elsewhere', async () => {
    const it = '{{#*inline "x"}}mine{{/inline}}{{> p}}';
    assert.deepEqual(await refused({ it, _p: '{{#*inline "x"}}{{/inline}}{{> x}}', _q: '' }), []);
    const beside = '{{#if flag}}{{#*inline "q"}}mine{{/inline}}{{> q}}{{/if}}{{> p}}';
    assert.deepEqual(await refused({ it: beside, _p: '{{> q}}', _q: 'q' }), []);
  });
});

/** Undefined where it never ends. */
function outcome(render: () => string): string | undefined {
  try {
    return render();
  } catch (error) {
    if (Problem.is(error, 'too_expensive')) return undefined;
    throw error;
  }
}

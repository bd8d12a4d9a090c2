/** Evaluating beside Handlebars itself: the same text, and the same templates refused. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { Problem } from '../../../src/core/problem.ts';
import { partial, textOf } from './evaluated.ts';
import { inputs, templates } from './templates.ts';

/** Handlebars with Dotprompt's helpers, never escaping. */
function handlebars(template: string, partials: Record<string, string>, input: object, data: object): string {
  const own = Handlebars.create();
  const helpers: Record<string, Handlebars.HelperDelegate> = {
    json: (value: unknown, options: Handlebars.HelperOptions) => {
      if (options?.hash === undefined) throw new Error('json takes one argument');
      return String(JSON.stringify(value, null, options.hash['indent'] || 0));
    },
    ifEquals(this: unknown, one: unknown, other: unknown, options: Handlebars.HelperOptions) {
      return isEqual(one, other) ? options.fn(this) : options.inverse(this);
    },
    unlessEquals(this: unknown, one: unknown, other: unknown, options: Handlebars.HelperOptions) {
      return isEqual(one, other) ? options.inverse(this) : options.fn(this);
    },
    log: () => undefined,
  };
  for (const [name, helper] of Object.entries(helpers)) own.registerHelper(name, helper);
  for (const [name, text] of Object.entries(partials)) own.registerPartial(name, text);
  own.log = () => {};
  const knownHelpers = Object.fromEntries(Object.keys(helpers).map(name => [name, true]));
  return own.compile(template, { noEscape: true, knownHelpersOnly: true, knownHelpers })(input, { data });
}

/** Null is "not given", as undefined is: a difference that we chose. */
function isEqual(one: unknown, other: unknown): boolean {
  return (one ?? undefined) === (other ?? undefined);
}

const refused = Symbol('refused');
/** What we refuse and Handlebars writes all the same, as "[object Object]", "undefined" or "null". */
const NOT_TEXT = /is not text|has nothing to write|where text is needed/;

/** By the checker, which also looks at branches that never run. */
const checked = Symbol('checked');

function orRefused(render: () => string): string | typeof refused | typeof checked {
  try {
    return render();
  } catch (error) {
    if (Problem.is(error) && error.details.issues?.some(({ code }) => code !== undefined)) return checked;
    // Only what recurses without end is bounded here and a RangeError there.
    assert.ok(!(error instanceof TypeError && error.message.includes('primitive')), String(error));
    return refused;
  }
}

describe('our evaluator and Handlebars', () => {
  it('produce the same text for any publishable template, partials and input, and refuse the same', () => {
    let compared = 0;
    const main = templates({ partials: ['p', 'q', '@partial-block'], withInline: true, before: '.' });
    const data = { state: { count: 3 } };
    const logged = console.error;
    console.error = () => {};
    try {
      fc.assert(
        fc.property(
          main,
          templates({ partials: ['q', '@partial-block'], before: '.' }),
          templates({ partials: ['@partial-block'], before: '.' }),
          inputs,
          (template, p, q, input) => {
            // Handlebars looks for block parameters in the wrong block from within {{#*inline}}, and for a partial that
            // is nowhere defined only once it is called.
            const definesOwn = template.includes('#*inline');
            fc.pre(definesOwn ? !template.includes(' as |') : !/[>] own/.test(template));
            const theirs = orRefused(() => handlebars(template, { p, q }, input, data));
            const inner = partial('q', q);
            let isChosen = false;
            const ours = orRefused(() => {
              try {
                return textOf(template, input, {
                  data,
                  partials: new Map([partial('p', p, [inner]), inner]),
                });
              } catch (error) {
                assert.ok(Problem.is(error, 'invalid_source', 'too_expensive'), String(error));
                isChosen = NOT_TEXT.test(error.message);
                throw error;
              }
            });
            if (isChosen || ours === checked) return;
            if (theirs !== refused) compared += 1;
            assert.equal(ours, theirs);
          },
        ),
        { numRuns: Number(process.env['FUZZ_RUNS'] ?? 400) },
      );
    } finally {
      console.error = logged;
    }
    assert.ok(compared > 100, `only ${compared} templates were rendered`);
  });

  it('agree on whether a partial is called with a block', () => {
    const p = '{{#if @partial-block}}[{{> @partial-block}}]{{else}}none{{/if}}';
    for (const q of [
      p,
      '{{> p}}',
      '{{#> p}}in{{/p}}',
      '{{#unless @partial-block}}none{{else}}{{> @partial-block}}{{/unless}}',
      '{{^@partial-block}}none{{else}}{{> @partial-block}}{{/@partial-block}}',
      '{{#@partial-block}}<{{> @partial-block}}>{{/@partial-block}}',
      '{{#each items}}{{#if @partial-block}}{{> @partial-block}}{{/if}}{{/each}}',
      `{{#*inline "own"}}${p}{{/inline}}{{> own}}{{#> own}}b{{/own}}`,
    ]) {
      const template =
        '{{> q}}|{{#> q}}x{{/q}}|{{#> q}}{{> p}}{{/q}}|{{#> q}}{{/q}}|{{#> q}}{{! c }}{{/q}}|{{#> q}} {{/q}}|{{#> q}}{{nothing}}{{#if nothing}}x{{/if}}{{/q}}';
      const input = { items: [1, 2] };
      const partials = new Map([partial('q', q, [partial('p', p)]), partial('p', p)]);
      assert.equal(textOf(template, input, { partials }), handlebars(template, { p, q }, input, {}), q);
    }
  });
});

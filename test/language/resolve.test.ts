/** What names mean, held against what Handlebars renders: each name is read where the table says. */
import assert from 'node:assert/strict';
import Handlebars from 'handlebars';
import { analyze } from '../../src/language/analysis/analysis.ts';
import type { PathUse } from '../../src/language/names/resolved.ts';

const HEAD = `---
input:
  schema:
    x: string
    vip: boolean
    user(object):
      x: string
      name: string
    items(array):
      x: string
      rows(array):
        x: string
    list(array): string
    map(object):
      (*): string
---
`;

/** Where each value of the input lies is its text, so that what Handlebars writes says what it has read. */
const INPUT = {
  x: 'input.x',
  vip: true,
  user: { x: 'user.x', name: 'user.name' },
  items: [{ x: 'item.x', rows: [{ x: 'row.x' }] }],
  list: ['list.0'],
  map: { key: 'map.key' },
  none: [],
};

/** A body, and what its paths read, in order: as Handlebars renders them with `INPUT`, and as they are told apart. */
const TABLE: readonly (readonly [body: string, rendered: string, meanings: readonly string[]])[] = [
  ['{{x}}', 'input.x', ['variable x']],
  ['{{user.x}}', 'user.x', ['variable user']],
  ['{{this.x}}{{./x}}', 'input.xinput.x', ['variable x', 'variable x']],
  ['{{#each items}}{{x}}{{/each}}', 'item.x', ['variable items', 'property x']],
  ['{{#each items}}{{../x}}{{/each}}', 'input.x', ['variable items', 'variable x']],
  [
    '{{#each items}}{{this.x}}{{./x}}{{/each}}',
    'item.xitem.x',
    ['variable items', 'property x', 'property x'],
  ],
  ['{{#each list}}{{this}}{{.}}{{/each}}', 'list.0list.0', ['variable list', 'context', 'context']],
  ['{{#each items}}{{@index}}-{{@first}}{{/each}}', '0-true', ['variable items', 'data index', 'data first']],
  ['{{#each map}}{{@key}}{{this}}{{/each}}', 'keymap.key', ['variable map', 'data key', 'context']],
  ['{{#each items}}{{@root.x}}{{/each}}', 'input.x', ['variable items', 'variable x']],
  [
    '{{#each items as |it i|}}{{it.x}}{{i}}{{x}}{{../x}}{{/each}}',
    'item.x0item.xinput.x',
    ['variable items', 'block-param it', 'block-param i', 'property x', 'variable x'],
  ],
  [
    '{{#each items as |x|}}{{x.x}}{{this.x}}{{../x}}{{/each}}',
    'item.xitem.xinput.x',
    ['variable items', 'block-param x', 'property x', 'variable x'],
  ],
  [
    '{{#each items}}{{#each rows}}{{x}}{{../x}}{{../../x}}{{/each}}{{/each}}',
    'row.xitem.xinput.x',
    ['variable items', 'property rows', 'property x', 'property x', 'variable x'],
  ],
  [
    '{{#each items as |it|}}{{#each it.rows}}{{it.x}}{{x}}{{/each}}{{/each}}',
    'item.xrow.x',
    ['variable items', 'block-param it', 'block-param it', 'property x'],
  ],
  [
    '{{#each items}}{{#if x}}{{x}}{{../x}}{{/if}}{{/each}}',
    'item.xinput.x',
    ['variable items', 'property x', 'property x', 'variable x'],
  ],
  [
    '{{#each items}}{{#unless no}}{{x}}{{/unless}}{{/each}}',
    'item.x',
    ['variable items', 'property no', 'property x'],
  ],
  ['{{#each none}}{{x}}{{else}}{{x}}{{/each}}', 'input.x', ['variable none', 'property x', 'variable x']],
  ['{{#each none as |x|}}{{else}}{{x}}{{/each}}', 'input.x', ['variable none', 'variable x']],
  ['{{^each none}}{{x}}{{/each}}', 'input.x', ['variable none', 'variable x']],
  [
    '{{^each items}}{{x}}{{else}}{{x}}{{../x}}{{/each}}',
    'item.xinput.x',
    ['variable items', 'variable x', 'property x', 'variable x'],
  ],
  [
    '{{#with user}}{{x}}{{name}}{{../x}}{{/with}}',
    'user.xuser.nameinput.x',
    ['variable user', 'property x', 'property name', 'variable x'],
  ],
  [
    '{{#with user as |u|}}{{u.x}}{{x}}{{/with}}',
    'user.xuser.x',
    ['variable user', 'block-param u', 'property x'],
  ],
  ['{{#with none}}{{else}}{{x}}{{/with}}', 'input.x', ['variable none', 'variable x']],
  ['{{#with this}}{{x}}{{/with}}', 'input.x', ['context', 'variable x']],
  [
    '{{#each items}}{{#with rows}}{{@index}}{{../x}}{{/with}}{{/each}}',
    '0item.x',
    ['variable items', 'property rows', 'data index', 'property x'],
  ],
  ['{{#if none}}{{else if x}}{{x}}{{/if}}', 'input.x', ['variable none', 'variable x', 'variable x']],
  [
    '{{#if none}}{{else each items}}{{x}}{{../x}}{{/if}}',
    'item.xinput.x',
    ['variable none', 'variable items', 'property x', 'variable x'],
  ],
  [
    '{{#if none}}{{else with user}}{{x}}{{else}}{{x}}{{/if}}',
    'user.x',
    ['variable none', 'variable user', 'property x', 'variable x'],
  ],
  ['{{#user}}{{x}}{{../x}}{{/user}}', 'user.xinput.x', ['variable user', 'property x', 'variable x']],
  ['{{#items}}{{x}}{{@index}}{{/items}}', 'item.x0', ['variable items', 'property x', 'data index']],
  ['{{#vip}}{{x}}{{/vip}}', 'input.x', ['variable vip', 'variable x']],
  ['{{^none}}{{x}}{{/none}}', 'input.x', ['variable none', 'variable x']],
  ['{{^user}}{{x}}{{else}}{{x}}{{/user}}', 'user.x', ['variable user', 'variable x', 'property x']],
  ['{{"x"}}', 'input.x', ['variable x']],
  ['{{[x]}}', 'input.x', ['variable x']],
  ['{{lookup user "x"}}', 'user.x', ['variable user']],
  ['{{#each (lookup this "items")}}{{x}}{{/each}}', 'item.x', ['context', 'property x']],
  ['{{#*inline "p"}}{{x}}{{/inline}}{{> p}}', 'input.x', ['variable x']],
  ['{{#*inline "p"}}{{x}}{{/inline}}{{> p user}}', 'user.x', ['property x', 'variable user']],
  [
    '{{#*inline "p"}}{{x}}{{y}}{{/inline}}{{> p y=user.x}}',
    'input.xuser.x',
    ['variable x', 'property y', 'variable user'],
  ],
  [
    '{{#each items}}{{#*inline "p"}}{{x}}{{/inline}}{{> p}}{{/each}}',
    'item.x',
    ['variable items', 'property x'],
  ],
  [
    '{{#*inline "p"}}{{x}}{{/inline}}{{#each items}}{{> p}}{{/each}}',
    'item.x',
    ['property x', 'variable items'],
  ],
  ['{{#*inline "p"}}{{> @partial-block}}{{/inline}}{{#> p}}{{x}}{{/p}}', 'input.x', ['variable x']],
  ['{{#> gone user}}{{x}}{{/gone}}', 'user.x', ['variable user', 'property x']],
  ['{{#> gone y=user.x}}{{x}}{{y}}{{/gone}}', 'input.xuser.x', ['variable user', 'variable x', 'property y']],
  ['{{{{with user}}}}{{x}}{{{{/with}}}}', '{{x}}', ['variable user']],
];

describe('resolveBody', () => {
  for (const [body, rendered, meanings] of TABLE)
    it(`resolves ${body}`, () => {
      assert.equal(Handlebars.compile(body, { noEscape: true })(INPUT), rendered, 'what Handlebars renders');
      assert.deepEqual(analyze(HEAD + body, undefined).resolved.paths.map(wordsOf), meanings);
    });
  it('detects a path that leaves more contexts than there are', () => {
    const [use] = analyze('{{../x}}', undefined).resolved.paths;
    assert.equal(use?.meaning.kind, 'outside');
  });
  it('gives the types along a path', () => {
    const { paths } = analyze(
      `${HEAD}{{#each items}}{{#each rows}}{{x}}{{y}}{{/each}}{{/each}}`,
      undefined,
    ).resolved;
    assert.deepEqual(
      paths.flatMap(({ segments }) => segments.map(({ name, type, missing }) => [name, type.kind, missing])),
      [
        ['items', 'array', false],
        ['rows', 'array', false],
        ['x', 'string', false],
        ['y', 'any', true],
      ],
    );
  });
});

function wordsOf({ meaning }: PathUse): string {
  return 'name' in meaning ? `${meaning.kind} ${meaning.name}` : meaning.kind;
}

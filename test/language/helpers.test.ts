/** The table of helpers says what rendering does with them. */
import assert from 'node:assert/strict';
import { checkTemplate } from '../../src/core/check/check-template.ts';
import { arityOf, HELPERS, type KnownHelper, signatureOf } from '../../src/core/helpers.ts';
import { KNOWN_HELPERS } from '../../src/core/known-helpers.ts';
import { render } from '../../src/core/render.ts';

describe('the helper table', () => {
  it('contains every helper that a prompt may call', () => {
    const internal = new Set(['helperMissing', 'blockHelperMissing']);
    assert.deepEqual(
      [...HELPERS.keys()].sort(),
      [...KNOWN_HELPERS].filter(name => !internal.has(name)).sort(),
    );
  });
  for (const helper of HELPERS.values()) {
    it(`has an example of ${helper.name} that renders`, async () => {
      assert.deepEqual(checkTemplate(helper.example), []);
      assert.match(helper.example, new RegExp(`\\{\\{#?${helper.name}\\b`));
      const customer = { name: 'Ada' };
      const photo = 'https://a.b/c.jpg';
      const input = { items: ['a'], customer, prices: { CH: 5 }, country: 'CH', order: { id: 1 }, photo };
      await render({ source: helper.example, partials: new Map(), input, label: helper.name });
    });
  }
  it('writes signatures as authors write calls', () => {
    const signature = (name: string) => signatureOf(HELPERS.get(name) as KnownHelper);
    assert.equal(signature('each'), '{{#each items as |item index|}}…{{/each}}');
    assert.equal(signature('json'), '{{json value indent=…}}');
    assert.equal(signature('role'), '{{role name key=…}}');
    assert.equal(signature('log'), '{{log … level=…}}');
  });
  it('gives the number of required and optional arguments', () => {
    const arities = [...HELPERS].map(([name, helper]) => [name, arityOf(helper).least, arityOf(helper).most]);
    assert.deepEqual(
      arities.find(([name]) => name === 'lookup'),
      ['lookup', 2, 2],
    );
    assert.deepEqual(
      arities.find(([name]) => name === 'log'),
      ['log', 0, Number.POSITIVE_INFINITY],
    );
    assert.deepEqual(
      arities.find(([name]) => name === 'media'),
      ['media', 0, 0],
    );
  });
});

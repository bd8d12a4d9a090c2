/** Completion in a body, where most texts are half written. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: snippets have placeholders like these
import assert from 'node:assert/strict';
import { complete } from '../../src/language/features/completion/complete.ts';
import type { CompletionItem } from '../../src/language/features/completion/item.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import { aLibrary, promptOf } from './a-library.ts';
import { atCaret, type Beside, FRONT_MATTER } from './caret.ts';

const BESIDE: Beside = {
  prompts: {
    'support/_style': '---\ndescription: How *we* write\n---\nBe kind to {{who}}.',
    'shared/_header': 'Bank of {{city}}',
    _style: 'The one at the top.',
    'cards/_limits': 'Of another folder, reached from the top.',
  },
};

function items(body: string, front = FRONT_MATTER): CompletionItem[] {
  const { prompt, library, offset } = atCaret(front + body, BESIDE);
  const found = complete(prompt, offset, library);
  return found.sort((one, other) => ((one.sortText ?? one.label) < (other.sortText ?? other.label) ? -1 : 1));
}

function labels(body: string, front?: string): string[] {
  return items(body, front).map(({ label }) => label);
}

function item(body: string, label: string, front?: string): CompletionItem {
  const found = items(body, front).find(each => each.label === label);
  assert.ok(found, `${label} in ${labels(body, front).join(', ')}`);
  return found;
}

/** The body after `label` is accepted, snippets as they are. */
function accepted(body: string, label: string, front = FRONT_MATTER): string {
  const { text } = atCaret(front + body);
  return applyEdits(text, [item(body, label, front).edit]).slice(front.length);
}

const VARIABLES = ['json', 'queues', 'tone', 'user', 'vip'];

describe('completion in a body', () => {
  it('offers variables, helpers and blocks inside an open tag', () => {
    for (const body of ['{{|', '{{|}}', '{{us|', '{{us|}}', 'a {{us| and text\nmore {{tone}}', '{{{us|}}}']) {
      const found = labels(body);
      assert.deepEqual(found.slice(0, 5), VARIABLES, body);
      assert.ok(found.includes('lookup'), body);
      assert.equal(found.includes('#each'), !body.startsWith('{{{'), body);
    }
  });
  it('shows type, description and default', () => {
    const { detail, documentation } = item('{{|', 'vip');
    assert.equal(detail, 'boolean, optional');
    assert.equal(documentation, 'Default: `false`');
    assert.equal(item('{{#each queues}}{{|', 'takes').documentation, 'what \\*belongs\\* there');
  });
  it('replaces the word at the caret', () => {
    assert.equal(accepted('{{us|}}', 'user'), '{{user}}');
    assert.equal(accepted('{{us|}} and', 'user'), '{{user}} and');
    assert.equal(accepted('{{us|xx}}', 'user'), '{{user}}');
    assert.equal(accepted('{{#if us|xx}}', 'user'), '{{#if user}}');
  });
  it('offers the properties of the value before the dot', () => {
    for (const body of [
      '{{user.|',
      '{{user.|}}',
      '{{user.na|}}',
      '{{#if user.|',
      '{{json (lookup user.|',
      '{{this.user.|}}',
      '{{@root.user.|}}',
    ])
      assert.deepEqual(labels(body), ['name', 'odd name'], body);
    assert.equal(accepted('{{user.|}}', 'name'), '{{user.name}}');
    assert.equal(accepted('{{user.|}}', 'odd name'), '{{user.[odd name]}}');
    assert.deepEqual(labels('{{queues.|}}'), ['length']);
    assert.equal(accepted('{{us|.name}}', 'user'), '{{user.name}}');
    assert.ok(!labels('{{us|.name}}').includes('role'), 'a helper has no properties');
  });
  it("inserts a variable that shares a helper's name so that it stays the variable", () => {
    const found = items('{{|}}').filter(({ label }) => label === 'json');
    assert.deepEqual(
      found.map(({ kind, edit }) => [kind, edit.text]),
      [
        ['variable', 'this.json'],
        ['helper', 'json ${1:value}'],
      ],
    );
  });
  it('offers names of the current context first, then those of outer ones', () => {
    const found = labels('{{#each queues}}{{|}}{{/each}}');
    assert.deepEqual(found.slice(0, 3), ['id', 'takes', 'this']);
    for (const name of ['../user', '../tone', '@index', '@last', '@root', 'else'])
      assert.ok(found.includes(name), name);
    assert.ok(!found.includes('user'));
    assert.deepEqual(labels('{{#each queues}}{{../|'), VARIABLES);
    assert.deepEqual(labels('{{#each queues}}{{this.|'), ['id', 'takes']);
    assert.deepEqual(labels('{{#with user}}{{|}}{{/with}}').slice(0, 2), ['name', 'odd name']);
    assert.deepEqual(labels('{{#each queues}}x{{else}}{{|}}{{/each}}').slice(0, 5), VARIABLES);
    assert.equal(accepted('{{#each queues}}{{../us|}}', 'user'), '{{#each queues}}{{../user}}');
  });
  it('offers block parameters and their properties', () => {
    const block = '{{#each queues as ¦queue number¦}}';
    assert.equal(item(`${block}{{|`, 'queue').detail, '{id, takes?}, block parameter');
    assert.deepEqual(labels(`${block}{{queue.|`), ['id', 'takes']);
    assert.deepEqual(labels('{{#each queues as |'), []);
    assert.deepEqual(labels('{{#each queues as ¦|'), []);
    assert.deepEqual(labels('{{#each queues as ¦it|¦}}'), []);
  });
  it('offers @ names only where they have a value', () => {
    assert.deepEqual(labels('{{@|'), ['@root']);
    assert.deepEqual(labels('{{#each queues}}{{@in|}}'), ['@first', '@index', '@key', '@last', '@root']);
    assert.deepEqual(labels('{{@auth.email}} {{@|'), ['@auth', '@root']);
    assert.equal(accepted('{{#each queues}}{{@in|}}', '@index'), '{{#each queues}}{{@index}}');
  });
  it('offers names used elsewhere if nothing is declared', () => {
    const found = labels('{{customer}} {{order.id}} {{cu|}}', '');
    assert.deepEqual(found.slice(0, 2), ['customer', 'order']);
    assert.ok(!found.includes('cu'));
    assert.deepEqual(labels('{{order.id}} {{order.|}}', ''), ['id']);
    assert.ok(
      !labels('{{customer}} {{|}}').includes('customer'),
      'what a schema does not declare is not offered',
    );
  });
  it('inserts the closing tags of the blocks it opens', () => {
    assert.equal(accepted('{{#|', 'each'), '{{#each ${1:items}}}\n$0\n{{/each}}');
    assert.equal(accepted('{{#|}}', 'each'), '{{#each ${1:items}}}\n$0\n{{/each}}');
    assert.equal(accepted('a {{#i|}} b', 'if'), 'a {{#if ${1:condition}}}$0{{/if}} b');
    assert.equal(accepted('{{|}}', '#if'), '{{#if ${1:condition}}}\n$0\n{{/if}}');
    assert.equal(accepted('a {{^|}}', 'vip'), 'a {{^vip}}$0{{/vip}}');
    assert.equal(accepted('a {{#v|}}', 'vip'), 'a {{#vip}}$0{{/vip}}');
    assert.equal(item('{{#|', 'each').snippet, true);
  });
  it('inserts only the name if the block is continued or already closed', () => {
    assert.equal(accepted('{{#i| vip}}x{{/if}}', 'if'), '{{#if vip}}x{{/if}}');
    assert.equal(accepted('{{#i|}}x{{/if}}', 'if'), '{{#if}}x{{/if}}');
    assert.equal(accepted('{{#if vip}}a{{else i|}}b{{/if}}', 'if'), '{{#if vip}}a{{else if}}b{{/if}}');
    assert.equal(
      accepted('{{#each queues}}{{#i|}}x{{/each}}', 'if'),
      '{{#each queues}}{{#if ${1:condition}}}$0{{/if}}x{{/each}}',
    );
  });
  it('offers to close the innermost open block first', () => {
    assert.equal(accepted('{{#if vip}}x{{/|', 'if'), '{{#if vip}}x{{/if}}');
    assert.equal(accepted('{{#if vip}}x{{/|}}', 'if'), '{{#if vip}}x{{/if}}');
    assert.equal(accepted('{{#if vip}}x{{/i|}}', 'if'), '{{#if vip}}x{{/if}}');
    assert.deepEqual(labels('{{#each queues}}{{#if id}}x{{/|'), ['if', 'each']);
    assert.deepEqual(labels('{{#each queues}}{{#if id}}x{{/|}}{{/each}}'), ['if', 'each']);
    assert.deepEqual(labels('{{#each queues}}{{#if id}}x{{/if}}{{/|'), ['each']);
    assert.deepEqual(labels('{{#if vip}}a{{else if tone}}b{{/|'), ['if']);
    assert.deepEqual(labels('{{#user.name}}a{{/|'), ['user.name']);
    assert.deepEqual(labels('{{#> style}}a{{/|'), ['style']);
    assert.equal(accepted('{{#user.name}}a{{/us|er.nam}}', 'user.name'), '{{#user.name}}a{{/user.name}}');
    assert.deepEqual(labels('a {{/|'), []);
  });
  it('resolves partials as the registry does', () => {
    for (const body of ['{{> |', '{{>|', '{{> sha|}}', '{{#> |'])
      assert.deepEqual(labels(body), ['style', 'cards/limits', 'shared/header'], body);
    assert.equal(item('{{> |', 'style').detail, 'support/_style');
    assert.equal(item('{{> |', 'style').documentation, 'How \\*we\\* write');
    assert.equal(accepted('{{> shared/he|}}', 'shared/header'), '{{> shared/header}}');
    assert.equal(accepted('{{> sha|red/old}}', 'style'), '{{> style}}');
    assert.ok(labels('{{#*inline "own"}}x{{/inline}}{{> |').includes('own'));
  });
  it('offers partials with capitals, and keeps their case', () => {
    const library = aLibrary({ 'a/it': '{{> }}', 'a/_lineItem': 'x', 'Shared/_Card': 'x' });
    const offered = complete(promptOf(library, 'a/it'), 4, library);
    assert.deepEqual(
      offered.filter(({ kind }) => kind === 'partial').map(({ label, edit }) => [label, edit.text]),
      [
        ['lineItem', 'lineItem'],
        ['Shared/Card', 'Shared/Card'],
      ],
    );
  });
  it('offers the variables a partial reads as arguments', () => {
    assert.deepEqual(labels('{{> style |}}').slice(0, 1), ['who=']);
    assert.deepEqual(labels('{{> style who=user x|}}'), []);
    assert.deepEqual(labels('{{> style who=|}}').slice(0, 5), VARIABLES);
  });
  it('offers helpers inside parentheses, and names after them', () => {
    assert.deepEqual(labels('{{#if (|'), ['json', 'lookup']);
    assert.equal(accepted('{{#if (lo|)}}', 'lookup'), '{{#if (lookup ${1:object} ${2:key})}}');
    assert.deepEqual(labels('{{#if (lookup |').slice(0, 5), VARIABLES);
    assert.equal(
      accepted('{{js| user}}', 'json', '---\ninput:\n  schema:\n    user: string\n---\n'),
      '{{json user}}',
    );
  });
  it('offers the values and options of a helper', () => {
    assert.deepEqual(labels('{{role "|'), ['system', 'user', 'model', 'tool']);
    assert.equal(accepted('{{role "|', 'system'), '{{role "system"');
    assert.equal(accepted('{{role "|"}}', 'system'), '{{role "system"}}');
    assert.equal(accepted('{{role "sy|s"}}', 'system'), '{{role "system"}}');
    assert.equal(accepted('{{role "|}}\nHello "you"', 'system'), '{{role "system"}}\nHello "you"');
    assert.equal(accepted('{{role |}}', '"system"'), '{{role "system"}}');
    assert.deepEqual(labels('{{json user ind|}}'), ['indent=']);
    assert.deepEqual(labels('{{json user indent=2 |}}'), []);
    assert.equal(accepted('{{json user ind|=2}}', 'indent='), '{{json user indent=2}}');
    assert.equal(accepted('{{> style w|=user}}', 'who='), '{{> style who=user}}');
    assert.deepEqual(labels('{{media |}}').slice(0, 2), ['contentType=', 'url=']);
    assert.deepEqual(labels('{{log vip level="|'), ['debug', 'info', 'warn', 'error']);
    assert.deepEqual(labels('{{#each queues |}}'), ['as |item index|']);
    assert.deepEqual(labels('{{#each |}}').slice(0, 5), ['queues', 'user', 'json', 'tone', 'vip']);
    assert.deepEqual(labels('{{#with |}}').slice(0, 5), ['user', 'json', 'queues', 'tone', 'vip']);
  });
  it('replaces the value after the caret, and offers nothing before one that is not a name', () => {
    assert.equal(accepted('{{> _style who=|user}}', 'tone'), '{{> _style who=tone}}');
    assert.equal(accepted('{{> _style who=|user.name}}', 'tone'), '{{> _style who=tone.name}}');
    for (const body of ['{{json user indent=|2}}', '{{> _style who=|(json user)}}', '{{> _style who=|"x"}}'])
      assert.deepEqual(labels(body), [], body);
  });

  it('never affects another line', () => {
    assert.deepEqual(labels('{{role "sys\nYou| are {{role "user"}}'), []);
    assert.equal(accepted('{{e|a\n}}', '#each'), '{{#each\n}}');
  });

  it('offers the values of an enum in a comparison', () => {
    assert.deepEqual(labels('{{#ifEquals tone "|"}}'), ['formal', 'casual']);
    assert.deepEqual(labels('{{#ifEquals tone |}}').slice(0, 2), ['"formal"', '"casual"']);
  });
  it('offers nothing outside tags, in comments, escapes and numbers', () => {
    for (const body of [
      'a | b',
      '{{user}}|',
      '|{{user}}',
      '{{! us| }}',
      '{{!-- us| --}}',
      '\\{{us| }}',
      '{{json 12|}}',
      '{{! |',
      '{{user\nmore us|',
      '{{{{raw}}}} {{us| {{{{/raw}}}}',
      '{{user "a|"}}',
      '{{|#if vip}}a{{/if}}',
      '{{|> style}}',
      '{{|/if}}',
      '{{|~user}}',
      '{{#if vip}}{{else|}}{{/if}}',
    ])
      assert.deepEqual(labels(body), [], body);
  });
});

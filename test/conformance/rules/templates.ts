/** Rules about what a template itself is made of: blocks, white space, partials, front matter. */
import { type Rule, said } from './rule.ts';

export const TEMPLATE_RULES: Readonly<Record<string, readonly Rule[]>> = {
  'a block': [
    {
      rule: 'if holds for what is there',
      source: '{{#if x}}yes{{else}}no{{/if}}',
      input: { x: 'a' },
      gives: 'yes',
    },
    ...[0, '', false, null, []].map(
      (x): Rule => ({
        rule: `if does not hold for ${JSON.stringify(x)}`,
        source: '{{#if x}}yes{{else}}no{{/if}}',
        input: { x },
        gives: 'no',
      }),
    ),
    {
      rule: 'else if goes on',
      source: '{{#if a}}A{{else if b}}B{{else}}C{{/if}}',
      input: { b: 1 },
      gives: 'B',
    },
    { rule: 'unless is the other way', source: '{{#unless x}}no x{{/unless}}!', gives: 'no x!' },
    {
      rule: 'each goes over a list, with index, first and last',
      source: '{{#each l}}{{@index}}{{this}}{{#if @first}}<{{/if}}{{#if @last}}>{{/if}};{{/each}}',
      input: { l: ['a', 'b', 'c'] },
      gives: '0a<;1b;2c>;',
    },
    {
      rule: 'each goes over an object, with its keys',
      source: '{{#each o}}{{@key}}={{this}};{{/each}}',
      input: { o: { a: 1, b: 'x' } },
      gives: 'a=1;b=x;',
    },
    {
      rule: 'each of nothing is its else',
      source: '{{#each l}}x{{else}}none{{/each}}',
      input: { l: [] },
      gives: 'none',
    },
    {
      rule: 'each may name its item',
      source: '{{#each l as |it at|}}{{at}}:{{it.n}} {{/each}}',
      input: { l: [{ n: 'x' }, { n: 'y' }] },
      gives: '0:x 1:y ',
    },
    {
      rule: 'each looks out with ../',
      source: '{{#each l}}{{../p}}{{this}}{{/each}}',
      input: { l: [1, 2], p: '#' },
      gives: '#1#2',
    },
    {
      rule: 'with goes into an object',
      source: '{{#with u}}{{n}}{{else}}nobody{{/with}}',
      input: { u: { n: 'N' } },
      gives: 'N',
    },
    {
      rule: 'lookup finds by a value',
      source: '{{lookup m k}}!',
      input: { m: { a: 'A' }, k: 'a' },
      gives: 'A!',
    },
    {
      rule: 'alone on its line takes the line with it',
      source: 'a\n{{#if x}}\nb\n{{/if}}\nc\n',
      input: { x: 1 },
      gives: 'a\nb\nc\n',
    },
    {
      rule: 'that is raw is not read',
      source: 'a {{{{raw}}}}{{x}}{{{{/raw}}}}',
      input: { raw: true, x: 1 },
      gives: 'a {{x}}',
    },
  ],
  'white space': [
    { rule: 'is kept without "~"', source: 'a  {{ x }}  b', input: { x: 'X' }, gives: 'a  X  b' },
    { rule: 'on both sides goes with "~" on both', source: 'a  {{~x~}}  b', input: { x: 'X' }, gives: 'aXb' },
    { rule: 'before goes with "~" in front', source: 'a  {{~x}} b', input: { x: 'X' }, gives: 'aX b' },
    { rule: 'after goes with "~" behind', source: 'a {{x~}}  b', input: { x: 'X' }, gives: 'a Xb' },
    { rule: 'goes over lines', source: '<p>\n   {{~x~}}\n</p>\n', input: { x: 'X' }, gives: '<p>X</p>\n' },
    {
      rule: 'goes in each',
      source: 'List:{{#each l~}}\n * {{this}}\n{{~/each}}.',
      input: { l: ['a', 'b'] },
      gives: 'List:* a* b.',
    },
    {
      rule: 'goes around an if that holds',
      source: 'a\n{{~#if x~}}\n b \n{{~/if~}}\nc',
      input: { x: 1 },
      gives: 'abc',
    },
    { rule: 'goes around an if that does not', source: 'a\n{{~#if x~}}\n b \n{{~/if~}}\nc', gives: 'ac' },
    { rule: 'goes with a comment', source: 'a {{~! no ~}} b', gives: 'ab' },
    { rule: 'of a line with a comment alone goes', source: 'a\n{{! no }}\nb', gives: 'a\nb' },
    {
      rule: 'around the body goes with front matter',
      source: '---\nmodel: m\n---\n\n  hi  \n\n',
      gives: 'hi',
    },
    { rule: 'around the body stays without front matter', source: '\n\n  hi  \n\n', gives: '\n\n  hi  \n\n' },
    { rule: 'of Windows stays', source: 'a\r\nb\r\n', gives: 'a\r\nb\r\n' },
    {
      rule: 'of Windows may end the lines of front matter',
      source: '---\r\nmodel: m\r\n---\r\nhi\r\nyou',
      gives: 'hi\r\nyou',
    },
    { rule: 'of old Macs may end the lines of front matter', source: '---\rmodel: m\r---\rhi', gives: 'hi' },
  ],
  'a partial': [
    {
      rule: 'stands in its place',
      source: '{{> hello}} And more.\n',
      partials: { hello: 'Good day!' },
      gives: 'Good day! And more.\n',
    },
    {
      rule: 'may have capitals in its name',
      source: '{{> lineItem sku=code}}',
      input: { code: 'A-7' },
      partials: { lineItem: 'One {{sku}}.' },
      gives: 'One A-7.',
    },
    {
      rule: 'may have capitals in its name, and use another that has',
      source: '{{> orderSummary}}',
      partials: { orderSummary: 'Order of {{> LineItem}}', LineItem: '# three\n' },
      gives: 'Order of # three\n',
    },
    {
      rule: 'may have digits, "-", "." and "_" in its name',
      source: '{{> tone-2.short_form}} And.',
      partials: { 'tone-2.short_form': 'Short!' },
      gives: 'Short! And.',
    },
    {
      rule: 'reads what is given to it',
      source: '{{> hello who=user}}\n',
      input: { user: 'Ada' },
      partials: { hello: 'Hello, {{who}}!' },
      gives: 'Hello, Ada!',
    },
    {
      rule: 'reads text that is given to it',
      source: '{{> hello who="all"}}',
      partials: { hello: 'Hello, {{who}}!' },
      gives: 'Hello, all!',
    },
    {
      rule: 'reads the context around it',
      source: '{{#each l}}{{> row}}{{/each}}',
      input: { l: [{ n: 1 }, { n: 2 }] },
      partials: { row: '({{n}})' },
      gives: '(1)(2)',
    },
    {
      rule: 'reads an object that it is given',
      source: '{{> row user}}',
      input: { user: { n: 'U' } },
      partials: { row: '({{n}})' },
      gives: '(U)',
    },
    {
      rule: 'alone on its line takes the line’s end',
      source: '{{> hello}}\n',
      partials: { hello: 'Hi!' },
      gives: 'Hi!',
    },
    {
      rule: 'alone on its line is indented as that is',
      source: 'a\n  {{> two}}\nb',
      partials: { two: 'x\ny\n' },
      gives: 'a\n  x\n  y\nb',
    },
    {
      rule: 'may use a partial',
      source: '{{> outer}}',
      partials: { outer: 'Out {{> inner}}!', inner: 'in' },
      gives: 'Out in!',
    },
    { rule: 'may be used twice', source: '{{> a}}-{{> a}}', partials: { a: 'x' }, gives: 'x-x' },
    {
      rule: 'leaves its comments out, a license above all',
      source: '{{> a who="you"}}\n',
      partials: { a: '{{!--\n  Copyright Somebody\n--}}\nFor {{who}}.\n' },
      gives: 'For you.\n',
    },
    {
      rule: 'keeps lines that begin with "#"',
      source: '{{> a}}\n',
      partials: { a: '# Not a comment\nText.\n' },
      gives: '# Not a comment\nText.\n',
    },
    {
      rule: 'may set roles',
      source: '{{> rules}}{{role "user"}}u',
      partials: { rules: '{{role "system"}}s' },
      gives: [said('system', 's'), said('user', 'u')],
    },
    {
      rule: 'is never HTML',
      source: '{{> a x=v}}',
      input: { v: '"<&>"' },
      partials: { a: "<b>'{{x}}'</b>" },
      gives: '<b>\'"<&>"\'</b>',
    },
    {
      rule: 'may have a block to fall back on',
      source: '{{#> a}}inner{{/a}}',
      partials: { a: '[{{> @partial-block}}]' },
      gives: '[inner]',
    },
    {
      rule: 'may be defined inline',
      source: '{{#*inline "i"}}<{{x}}>{{/inline}}{{> i}}{{> i x="2"}}',
      input: { x: '1' },
      gives: '<1><2>',
    },
  ],
  'the metadata': [
    {
      rule: 'is no part of the text',
      source: '---\nconfig:\n  temperature: 2\nowner: me\n---\nHello.',
      gives: 'Hello.',
    },
    { rule: 'of a prompt without body gives no message', source: '---\nmodel: m\n---\n', gives: [] },
    {
      rule: 'is read as @metadata.prompt',
      source:
        '---\nmodel: v/m\nconfig: {topK: 4}\n---\n{{@metadata.prompt.model}} {{@metadata.prompt.config.topK}}',
      gives: 'v/m 4',
    },
    {
      rule: 'as it is written is raw',
      source: '---\nowner: me\nconfig: {a: 1}\n---\n{{json @metadata.prompt.raw}}',
      gives: '{"owner":"me","config":{"a":1}}',
    },
    {
      rule: 'of no meaning to Dotprompt is in raw alone',
      source: '---\nowner: me\n---\n[{{@metadata.prompt.owner}}]',
      gives: '[]',
    },
    {
      rule: 'with dots in its name is in ext',
      source:
        '---\nmodel: m\nshop.a: 1\nshop.b: 2\nshop.deep.c: 3\nbank.a: 4\n---\n{{json @metadata.prompt.ext}}',
      gives: '{"shop":{"a":1,"b":2},"shop.deep":{"c":3},"bank":{"a":4}}',
    },
    {
      rule: 'has its output schema expanded',
      source:
        '---\noutput:\n  schema:\n    n: integer, how many\n---\n{{json @metadata.prompt.output.schema}}',
      gives:
        '{"type":"object","properties":{"n":{"type":"integer","description":"how many"}},"required":["n"],"additionalProperties":false}',
    },
  ],
};

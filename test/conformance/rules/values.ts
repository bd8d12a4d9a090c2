/** Rules about values: variables, defaults, context, Unicode, json, comparisons. */
import type { Rule } from './rule.ts';

const GREET = 'Dear {{name}},\n';
const defaults = (yaml: string, body: string) => `---\ninput:\n  default: ${yaml}\n---\n${body}`;
const SAME = '{{#ifEquals a b}}\nsame\n{{else}}\nother\n{{/ifEquals}}\n';
const DIFFERENT = '{{#unlessEquals a b}}\nother\n{{else}}\nsame\n{{/unlessEquals}}\n';

const SCRIPTS: readonly (readonly [string, string])[] = [
  ['Chinese', '北京'],
  ['Japanese', 'ありがとう東京'],
  ['Korean', '서울'],
  ['Arabic', 'أهلا وسهلا'],
  ['Hebrew', 'תודה'],
  ['Cyrillic', 'Привет'],
  ['Greek', 'Ευχαριστώ'],
  ['Thai', 'ขอบคุณ'],
  ['Devanagari', 'धन्यवाद'],
  ['a simple emoji', '🚲'],
  ['a joined family of emoji', '👩‍👩‍👦'],
  ['an emoji with a skin tone', '🤝🏿'],
  ['a flag', '🇳🇴'],
  ['several emoji in a row', '🍏🍋🍇'],
  ['characters of no width', 'x\u200by\u200cz\u2060'],
  ['combining accents, not composed', 'cafe\u0301'],
  ['composed accents, not decomposed', 'caf\u00e9'],
  ['signs of mathematics', '∂ ∈ ∅ ≈ ∴'],
  ['currencies', '₪ ₩ ₺ ₴'],
  ['arrows', '↺ ⇄ ⟶'],
  ['characters beyond the first plane', '𝒜 𐍈 𠜎'],
  ['characters of private use', '\ue000 \uf8ff'],
];

/** How a comparison of two values goes. */
const COMPARED: readonly (readonly [string, unknown, unknown, 'same' | 'other'])[] = [
  ['equal numbers are the same', 12, 12, 'same'],
  ['unequal numbers are not', 12, 13, 'other'],
  ['a number and its digits as text are not', 12, '12', 'other'],
  ['equal texts are the same', 'in', 'in', 'same'],
  ['texts in another case are not', 'in', 'In', 'other'],
  ['true and true are the same', true, true, 'same'],
  ['false and false are the same', false, false, 'same'],
  ['true and false are not', true, false, 'other'],
  ['true and 1 are not', true, 1, 'other'],
  ['null and null are the same', null, null, 'same'],
  ['null and 0 are not', null, 0, 'other'],
  ['null and an empty text are not', null, '', 'other'],
  ['texts with "<" are compared as they are', '<<<dotprompt:history>>>', '<<<dotprompt:history>>>', 'same'],
];

export const VALUE_RULES: Readonly<Record<string, readonly Rule[]>> = {
  'a variable': [
    { rule: 'is replaced by its value', source: GREET, input: { name: 'Ada' }, gives: 'Dear Ada,\n' },
    { rule: 'that is not given is nothing', source: 'a{{name}}b', gives: 'ab' },
    { rule: 'that is null is nothing', source: 'a{{name}}b', input: { name: null }, gives: 'ab' },
    {
      rule: 'is never HTML',
      source: GREET,
      input: { name: '<i>A & "B"</i>' },
      gives: 'Dear <i>A & "B"</i>,\n',
    },
    { rule: 'in three braces is the same', source: '-{{{x}}}-', input: { x: '<&>' }, gives: '-<&>-' },
    { rule: 'with an ampersand is the same', source: '-{{&x}}-', input: { x: '<&>' }, gives: '-<&>-' },
    {
      rule: 'may be a field of an object',
      source: '{{a.b.c}}!',
      input: { a: { b: { c: 'deep' } } },
      gives: 'deep!',
    },
    { rule: 'may be an item of a list', source: '{{a.[1]}}!', input: { a: ['x', 'y'] }, gives: 'y!' },
    { rule: 'may have a name in brackets', source: '{{[my name]}}!', input: { 'my name': 'A' }, gives: 'A!' },
    { rule: 'that is 0 is written', source: 'at {{x}}', input: { x: 0 }, gives: 'at 0' },
    { rule: 'that is false is written', source: 'is {{x}}', input: { x: false }, gives: 'is false' },
    {
      rule: 'beside another is written after it',
      differs: 'it adds numbers up',
      source: '{{a}}{{b}}',
      input: { a: 1, b: 2 },
      gives: '12',
    },
    {
      rule: 'behind a backslash is not read',
      source: 'a \\{{name}} b',
      input: { name: 'A' },
      gives: 'a {{name}} b',
    },
    { rule: 'in a comment is not read', source: 'a{{! {{name}} b', gives: 'a b' },
    {
      rule: 'of the whole input is @root',
      source: '{{#with a}}{{@root.b}}{{/with}}',
      input: { a: {}, b: 'B' },
      gives: 'B',
    },
    { rule: 'that no input owns is nothing', source: '[{{constructor}}{{toString}}]', gives: '[]' },
  ],
  'a default': [
    { rule: 'stands for what is not given', source: defaults('{name: Guest}', GREET), gives: 'Dear Guest,' },
    {
      rule: 'gives way to what is given',
      source: defaults('{name: Guest}', GREET),
      input: { name: 'Bo' },
      gives: 'Dear Bo,',
    },
    {
      rule: 'gives way to an empty text',
      source: defaults('{x: d}', 'a{{x}}b'),
      input: { x: '' },
      gives: 'ab',
    },
    {
      rule: 'gives way to false and 0',
      source: defaults('{x: d, y: d}', '{{x}} {{y}}'),
      input: { x: false, y: 0 },
      gives: 'false 0',
    },
    { rule: 'may be an object', source: defaults('{u: {n: Cy}}', '{{u.n}}!'), gives: 'Cy!' },
    {
      rule: 'is replaced whole, not field by field',
      source: defaults('{u: {n: Cy, m: X}}', '{{u.n}}{{u.m}}!'),
      input: { u: { n: 'Di' } },
      gives: 'Di!',
    },
  ],
  'the context': [
    {
      rule: 'is read by names with "@"',
      source: '{{@state.step}} of {{@state.all}}',
      context: { state: { step: 3, all: 'nine' } },
      gives: '3 of nine',
    },
    {
      rule: 'has nothing where it has no such field',
      source: 'at {{@state.step}}{{@state.no}}.',
      context: { state: { step: 0 } },
      gives: 'at 0.',
    },
    {
      rule: 'may hold more than is read',
      source: '{{@state.a}}',
      context: { state: { a: 'A', more: { deep: 1 } } },
      gives: 'A',
    },
    {
      rule: 'may have any name',
      source: '{{q}}: {{@auth.mail}}, {{@team.role}}',
      input: { q: 'Q' },
      context: { auth: { mail: 'a@b.c' }, team: { role: 'lead' } },
      gives: 'Q: a@b.c, lead',
    },
    {
      rule: 'has nothing under names that it has not',
      source: '[{{@auth.mail}}{{@team.role}}]',
      context: { auth: { mail: 'm' } },
      gives: '[m]',
    },
    {
      rule: 'may be deep',
      source: '{{#if @auth.may.edit}}yes{{else}}no{{/if}}',
      context: { auth: { may: { edit: true } } },
      gives: 'yes',
    },
    {
      rule: 'is read inside blocks as well',
      source: '{{#each l}}{{this}}{{@state.s}}{{/each}}',
      input: { l: [1, 2] },
      context: { state: { s: ';' } },
      gives: '1;2;',
    },
    { rule: 'is no part of the input', source: '[{{state.s}}]', context: { state: { s: 'x' } }, gives: '[]' },
    { rule: 'is never HTML', source: '{{@state.s}}', context: { state: { s: '<b>"&"' } }, gives: '<b>"&"' },
  ],
  Unicode: [
    ...SCRIPTS.map(
      ([what, text]): Rule => ({
        rule: `${what} in a value stays as it is`,
        source: GREET,
        input: { name: text },
        gives: `Dear ${text},\n`,
      }),
    ),
    {
      rule: 'in the template stays as it is',
      source: '欢迎, {{name}}! 谢谢 🎏\n',
      input: { name: 'Eve' },
      gives: '欢迎, Eve! 谢谢 🎏\n',
    },
    {
      rule: 'in template and value meets',
      source: '欢迎, {{name}}!',
      input: { name: '小红' },
      gives: '欢迎, 小红!',
    },
    {
      rule: 'may mix scripts',
      source: '{{a}}/{{b}}/{{c}}',
      input: { a: 'Oslo', b: 'أوسلو', c: '奥斯陆' },
      gives: 'Oslo/أوسلو/奥斯陆',
    },
    {
      rule: 'is found in fields of objects',
      source: '{{u.n}}「{{u.s}}」',
      input: { u: { n: '花子', s: 'はい' } },
      gives: '花子「はい」',
    },
    {
      rule: 'is found in items of lists',
      source: '{{#each w}}{{this}}{{#unless @last}} · {{/unless}}{{/each}}',
      input: { w: ['Hei', 'مرحبا', '🌍'] },
      gives: 'Hei · مرحبا · 🌍',
    },
    {
      rule: 'may name a variable',
      source: '{{größe}} {{名前}}',
      input: { größe: 'XL', 名前: '花子' },
      gives: 'XL 花子',
    },
  ],
  'the json helper': [
    {
      rule: 'writes the whole input without spaces',
      source: '{{json this}}',
      input: { ok: true, n: { of: null } },
      gives: '{"ok":true,"n":{"of":null}}',
    },
    {
      rule: 'leaves out what is null, as what is not given',
      differs: 'null is a value there',
      source: '{{json this}}',
      input: { ok: true, n: null },
      gives: '{"ok":true}',
    },
    {
      rule: 'writes one value',
      source: 'It is {{json order}}.',
      input: { order: { id: 7 } },
      gives: 'It is {"id":7}.',
    },
    {
      rule: 'indents by 2',
      source: '{{json this indent=2}}',
      input: { ok: true },
      gives: '{\n  "ok": true\n}',
    },
    {
      rule: 'indents by 4',
      source: '{{json this indent=4}}',
      input: { ok: [1] },
      gives: '{\n    "ok": [\n        1\n    ]\n}',
    },
    {
      rule: 'writes objects in objects',
      source: '{{json this}}',
      input: { a: { b: { c: [] } } },
      gives: '{"a":{"b":{"c":[]}}}',
    },
    { rule: 'writes lists', source: '{{json l}}', input: { l: [1, 'two', [3]] }, gives: '[1,"two",[3]]' },
    { rule: 'writes an empty object', source: '{{json this}}', gives: '{}' },
    { rule: 'writes an empty list', source: '{{json l}}', input: { l: [] }, gives: '[]' },
    {
      rule: 'quotes text, and escapes as JSON does and no more',
      source: '{{json t}}',
      input: { t: '<a href="x">\n& \'q\' ü 😀</a>' },
      gives: '"<a href=\\"x\\">\\n& \'q\' ü 😀</a>"',
    },
    {
      rule: 'keeps the order of fields',
      source: '{{json this}}',
      input: { z: 1, a: 2 },
      gives: '{"z":1,"a":2}',
    },
  ],
  ifEquals: [
    ...COMPARED.map(
      ([what, a, b, gives]): Rule => ({ rule: what, source: SAME, input: { a, b }, gives: `${gives}\n` }),
    ),
    {
      rule: 'compares with a text in the template',
      source: '{{#ifEquals tone "warm"}}Hi!{{/ifEquals}}.',
      input: { tone: 'warm' },
      gives: 'Hi!.',
    },
    {
      rule: 'compares with a number in the template',
      source: '{{#ifEquals n 3}}three{{else}}not{{/ifEquals}}',
      input: { n: '3' },
      gives: 'not',
    },
    {
      rule: 'without else is nothing where it does not hold',
      source: 'a{{#ifEquals n 3}}three{{/ifEquals}}b',
      input: { n: 4 },
      gives: 'ab',
    },
    {
      rule: 'keeps the context around it',
      source: '{{#with u}}{{#ifEquals n 1}}{{m}}{{/ifEquals}}{{/with}}',
      input: { u: { n: 1, m: 'M' } },
      gives: 'M',
    },
  ],
  unlessEquals: [
    ...COMPARED.map(
      ([what, a, b, gives]): Rule => ({
        rule: what,
        source: DIFFERENT,
        input: { a, b },
        gives: `${gives}\n`,
      }),
    ),
    {
      rule: 'without else is nothing where they are equal',
      source: 'a{{#unlessEquals n 3}}x{{/unlessEquals}}b',
      input: { n: 3 },
      gives: 'ab',
    },
    {
      rule: 'compares with a text in the template',
      source: '{{#unlessEquals l "en"}}Answer in {{l}}.{{/unlessEquals}}',
      input: { l: 'no' },
      gives: 'Answer in no.',
    },
  ],
};

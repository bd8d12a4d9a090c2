/** Templates of a grammar that holds every wrong form beside the right ones, and inputs that fit what they read. */
import fc from 'fast-check';

const text = fc.constantFrom(
  'Hello',
  ' ',
  '\n',
  '  \n',
  '{ }',
  '- a',
  '\r\n',
  '\\{{a}}',
  '{"a": 1}',
  '\n\u2028',
);
const open = fc.constantFrom('{{', '{{', '{{', '{{~');
const close = fc.constantFrom('}}', '}}', '}}', '~}}');
const name = fc.constantFrom(
  'name',
  'items',
  'person',
  'flag',
  'item',
  'at',
  'json',
  'if',
  'history',
  'own',
  'first',
);

const path = fc.oneof(
  { weight: 4, arbitrary: name },
  fc.constantFrom(
    'this',
    '.',
    './name',
    'this.name',
    '../name',
    '../../name',
    '../this',
    'this.if',
    './json',
  ),
  fc.constantFrom(
    'person.first',
    'person.[first]',
    'items.[0]',
    '[odd name]',
    'person/first',
    'a.b.c',
    '[if]',
  ),
  fc.constantFrom('@index', '@foo', '@root.name', '@../index', '@key', '@if', '@partial-block'),
  fc.constantFrom('person .first', '.name', 'a.this', 'name.', '-name', 'name-', 'items.0', 'x:.2f', 'a..b'),
);
const literal = fc.constantFrom(
  '"a"',
  "'b c'",
  '5',
  '-1',
  '007',
  '1e3',
  'true',
  'null',
  'undefined',
  '""',
  '"system"',
);
const helper = fc.constantFrom(
  ...['if', 'unless', 'each', 'with', 'lookup', 'log', 'json', 'role', 'history', 'media', 'section'],
  ...[
    'ifEquals',
    'unlessEquals',
    'helperMissing',
    'blockHelperMissing',
    'upper',
    'jsno',
    'eq',
    'not',
    'elif',
  ],
);
const role = fc.constantFrom(
  '"system"',
  '"user"',
  '"model"',
  '"tool"',
  '"assistant"',
  '"System"',
  'name',
  '5',
  'null',
);

const { call } = fc.letrec<{ expression: string; call: string }>(tie => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: path },
    { weight: 3, arbitrary: literal },
    { weight: 2, arbitrary: tie('call').map(inside => `(${inside})`) },
  ),
  call: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          fc.oneof({ weight: 4, arbitrary: helper }, path, literal),
          fc.array(tie('expression'), { maxLength: 3 }),
          hash(),
        )
        .map(([callee, params, named]) => [callee, ...params, ...named].join(' ')),
    },
    fc.tuple(tie('expression'), tie('expression')).map(pair => `lookup ${pair.join(' ')}`),
    tie('expression').map(one => `json ${one}`),
    fc.constantFrom('json person indent=2', 'lookup person "first"', 'lookup items 0'),
    role.map(each => `role ${each}`),
    fc.constantFrom(
      'media url=name',
      'media url=""',
      'media url=null contentType="a/b"',
      'media',
      'media name',
    ),
    fc.constantFrom(
      'history',
      'section "s"',
      'section',
      'log',
      'log name level="info"',
      'name | upper',
      'a == b',
    ),
  ),
}));

function hash(): fc.Arbitrary<readonly string[]> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    fc.constantFrom(['includeZero=true'], ['url=name'], ['indent=2'], ['x="y"'], ['x=person.first', 'x=5']),
  );
}

/** A tag around `inside`. */
const tag = (inside: fc.Arbitrary<string>, kind = ''): fc.Arbitrary<string> =>
  fc.tuple(open, inside, close).map(([from, content, to]) => `${from}${kind}${content}${to}`);

const names = fc.constantFrom('', '', '', ' as |item|', ' as |item at|', ' as |json|');
const head = fc.oneof(
  fc.tuple(fc.constantFrom('if', 'unless', 'with', 'each'), path, names).map(([a, b, c]) => `${a} ${b}${c}`),
  fc.tuple(fc.constantFrom('ifEquals', 'unlessEquals'), path, literal).map(parts => parts.join(' ')),
  { weight: 2, arbitrary: fc.tuple(call, names).map(parts => parts.join('')) },
  fc.tuple(name, names).map(parts => parts.join('')),
  path,
);
const alternative = (body: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc
      .tuple(
        tag(fc.constantFrom('else', '^', 'else if flag', 'else each items as |item|', 'else name')),
        body,
      )
      .map(parts => parts.join('')),
    fc.tuple(tag(head.map(each => `else ${each}`)), body).map(parts => parts.join('')),
  );
const nameOf = (opening: string): string => /^\s*("[^"]*"|'[^']*'|[^\s=|()]+)/.exec(opening)?.[1] ?? '';

/** @param partials the references that it may call */
export function anyTemplate(partials: readonly string[]): fc.Arbitrary<string> {
  const reference = fc.constantFrom(...partials, 'own', '@partial-block', '"own"');
  const { template } = fc.letrec<{ template: string; body: string; piece: string }>(tie => ({
    template: fc.array(tie('piece'), { maxLength: 5 }).map(pieces => pieces.join('')),
    body: fc.array(tie('piece'), { maxLength: 3 }).map(pieces => pieces.join('')),
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 3, arbitrary: text },
      { weight: 3, arbitrary: tag(path) },
      { weight: 2, arbitrary: tag(call) },
      tag(literal),
      fc.constantFrom(
        '{{! c }}',
        '{{!-- }} --}}',
        '{{{name}}}',
        '{{&name}}',
        '{{"key": "value"}}',
        '{{* deco}}',
        '{{{a}}',
        '{{#if flag}}',
        '{{#if flag',
        '{{/each}}',
        '{{else}}',
      ),
      fc.constantFrom(
        '{{{{name}}}} {{x}} {{{{/name}}}}',
        '{{{{upper x}}}}a{{{{/upper}}}}',
        '{{.Name}}',
        '{{ range .Items }}',
      ),
      {
        weight: 3,
        arbitrary: fc
          .tuple(
            tag(
              head.map(each => each),
              '#',
            ),
            tie('body'),
            alternative(tie('body')),
          )
          .map(([from, inside, other]) => {
            const named = nameOf(from.replace(/^\{\{~?#/, ''));
            return `${from}${inside}${other}{{/${named}}}`;
          }),
      },
      fc
        .tuple(
          fc.constantFrom('name', 'each items', 'if flag', 'each items as |item|', 'json name'),
          tie('body'),
        )
        .map(([given, inside]) => `{{^${given}}}${inside}{{/${nameOf(given)}}}`),
      fc
        .tuple(reference, fc.constantFrom('', ' person', ' this', ' a b', ' name=flag', ' (lookup items 0)'))
        .map(parts => `{{> ${parts.join('')}}}`),
      fc
        .tuple(reference, fc.constantFrom('', ' person', ' name="x"'), tie('body'))
        .map(
          ([called, given, inside]) => `{{#> ${called}${given}}}${inside}{{/${called.replaceAll('"', '')}}}`,
        ),
      fc
        .tuple(
          fc.constantFrom('"own"', '"own"', '"own"', 'own', '', '"own" "b"', '"own" as |x|'),
          tie('body'),
        )
        .map(([given, inside]) => `{{#*inline ${given}}}${inside}{{/inline}}`),
    ),
  }));
  return template;
}

const word = fc.constantFrom('Ada', 'user', 'https://example.com/a.png', 'two\nlines');
const person = fc.record({ first: word, name: word, item: word, flag: fc.boolean(), at: word });
/** Inputs that have a text, list or flag where the templates read one, in many shapes. */
export const fittingInputs = fc.record({
  name: fc.constantFrom('user', 'model'),
  flag: fc.oneof(fc.boolean(), word),
  first: word,
  item: word,
  at: word,
  own: word,
  json: word,
  if: word,
  history: fc.boolean(),
  'odd name': word,
  items: fc.oneof(fc.array(word, { maxLength: 3 }), fc.array(person, { maxLength: 2 }), fc.boolean()),
  person: fc.oneof(person, fc.boolean()),
});

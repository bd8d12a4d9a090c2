/** Templates of every construct, and inputs for them. */
import fc from 'fast-check';

const text = fc
  .array(
    fc.constantFrom('Hello', '<b>', '{ }', '- a', "it's", ' ', '\n', '  \n', '\t', '\r\n', '', '\\{{a}}'),
    { maxLength: 4 },
  )
  .map(pieces => pieces.join(''));

const path = fc.constantFrom(
  ...['name', 'items', 'person', 'flag', 'note', 'athis', 'nothing.at.all', 'this', '.', 'this.name'],
  ...['person.first', 'person.list.[0]', 'items.[1]', 'items.length', 'name.length', './note', '../name'],
  ...['../../name', '../this', '@root.name', '@index', '@key', '@first', '@last', '@../index'],
  ...['@state.count', '@nothing.at', 'person.constructor', '__proto__', 'toString', 'item', 'at'],
);
const literal = fc.constantFrom('"a"', '5', 'true', 'null', 'undefined', '"5"', "'x y'", '-1', '0');

const { expression } = fc.letrec<{ expression: string; call: string }>(tie => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: path },
    { weight: 2, arbitrary: literal },
    { weight: 1, arbitrary: tie('call') },
  ),
  call: fc.oneof(
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(lookup ${one} ${other})`),
    tie('expression').map(one => `(json ${one})`),
  ),
}));

const open = fc.constantFrom('{{', '{{', '{{~');
const close = fc.constantFrom('}}', '}}', '~}}');
/** A tag around `inside`, with or without the marks that take white space off. */
export const tag = (inside: fc.Arbitrary<string>, kind = '') =>
  fc.tuple(open, inside, close).map(([from, content, to]) => `${from}${kind}${content}${to}`);
/** A block around `body`, with or without an else. */
export const block = (name: string, head: fc.Arbitrary<string>, body: fc.Arbitrary<string>) =>
  fc
    .tuple(
      tag(
        head.map(given => `${name} ${given}`),
        '#',
      ),
      body,
      fc.option(fc.tuple(tag(fc.constant('else')), body)),
      tag(fc.constant(name), '/'),
    )
    .map(([from, inside, other, to]) => from + inside + (other?.join('') ?? '') + to);
const hash = fc.constantFrom('', '', ' name=note', ' name="given"', ' note=5 x="y"');
const names = fc.constantFrom('', '', ' as |item|', ' as |item at|');

export interface TemplateOptions {
  /** References that it may use, also as `{{#> name}}`. */
  readonly partials?: readonly string[];
  /** True if it may define `{{#*inline "own"}}` and use it. */
  readonly withInline?: boolean;
  /** True if roles, history, media and sections are in it. */
  readonly withStructure?: boolean;
  /** Stands before every tag: neighboring values of numbers are added up by Handlebars itself. */
  readonly before?: string;
}

/** Templates that parse; not all of them can be evaluated. */
export function templates(options: TemplateOptions = {}): fc.Arbitrary<string> {
  const { partials = [], withInline = false, withStructure = false, before = '' } = options;
  const used = withInline ? [...partials, 'own'] : partials;
  const { template } = fc.letrec<{ template: string; piece: string; short: string }>(tie => {
    const body = tie('short');
    const tags = fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 5, arbitrary: tag(path) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('{{! c }}', '{{{note}}}', '{{&note}}', '{{[odd name]}}', '{{[5]}}'),
      },
      tag(expression.map(one => `json ${one}`)),
      tag(expression.map(one => `json ${one} indent=2`)),
      tag(fc.tuple(expression, expression).map(pair => `lookup ${pair.join(' ')}`)),
      fc.constantFrom('{{log name}}', '{{{{each items}}}} raw {{x}} {{{{/each}}}}', '{{^note}}none{{/note}}'),
      ...['if', 'unless'].map(name =>
        block(
          name,
          fc.tuple(expression, fc.constantFrom('', ' includeZero=true')).map(pair => pair.join('')),
          body,
        ),
      ),
      block(
        'each',
        fc.tuple(fc.constantFrom('items', 'person', 'nothing', '../items'), names).map(pair => pair.join('')),
        body,
      ),
      block(
        'with',
        fc
          .tuple(fc.constantFrom('person', 'nothing', 'name'), fc.constantFrom('', ' as |item|'))
          .map(pair => pair.join('')),
        body,
      ),
      ...['ifEquals', 'unlessEquals'].map(name =>
        block(
          name,
          fc.tuple(expression, expression).map(pair => pair.join(' ')),
          body,
        ),
      ),
      fc
        .tuple(fc.constantFrom('flag', 'items', 'person', 'note'), body)
        .map(([name, inside]) => `{{#${name}}}${inside}{{/${name}}}`),
      ...(withStructure
        ? [
            tag(
              fc.constantFrom(
                'role "user"',
                'role "system"',
                'role "model" a=name',
                'history',
                'section "code"',
                'media url=name',
              ),
            ),
          ]
        : []),
      ...(used.length > 0
        ? [
            fc
              .tuple(
                fc.constantFrom('', '\n', '\n    '),
                open,
                fc.constantFrom(...used),
                fc.constantFrom('', ' person', ' this', ' nothing'),
                hash,
                close,
                fc.constantFrom('', '\n'),
              )
              .map(pieces => pieces.toSpliced(2, 0, '> ').join('')),
            fc
              .tuple(fc.constantFrom(...used), fc.constantFrom('', ' person', ' this'), hash, body)
              .map(
                ([name, context, given, inside]) => `{{#> ${name}${context}${given}}}${inside}{{/${name}}}`,
              ),
          ]
        : []),
      ...(withInline ? [body.map(inside => `{{#*inline "own"}}${inside}{{/inline}}`)] : []),
    );
    return {
      template: fc.array(tie('piece'), { maxLength: 7 }).map(pieces => pieces.join('')),
      short: fc.array(tie('piece'), { maxLength: 3 }).map(pieces => before + pieces.join('')),
      piece: fc.oneof(
        { withCrossShrink: true },
        { weight: 1, arbitrary: text },
        { weight: 2, arbitrary: tags.map(it => before + it) },
      ),
    };
  });
  return template;
}

const scalar = fc.oneof(
  fc.constantFrom('', ' ', '\n', 'Ada', 'two\nlines\n', '<i>', '5'),
  fc.constantFrom<unknown>(0, 5, -1.5, true, false, null),
);
const record = { requiredKeys: [] as never[], noNullPrototype: true };
const person = fc.record(
  { first: scalar, age: scalar, name: scalar, list: fc.array(scalar, { maxLength: 2 }) },
  record,
);

export const inputs: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    name: scalar,
    note: scalar,
    flag: scalar,
    athis: scalar,
    'odd name': scalar,
    items: fc.oneof(fc.array(fc.oneof(scalar, person), { maxLength: 3 }), scalar),
    person: fc.oneof(person, scalar),
  },
  record,
);

/** The tolerant tree: the same as Handlebars' own wherever Handlebars can read the text, and one for every other text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import type {
  Body,
  BodyNode,
  ExpressionNode,
  HelperCall,
  PathNode,
} from '../../src/language/syntax/nodes.ts';
import { parseBody } from '../../src/language/syntax/parse-body.ts';
import { runs } from '../runs.ts';

describe('parseBody', () => {
  it('parses what Handlebars parses, to the same tree, and accepts any text', () => {
    let valid = 0;
    fc.assert(
      fc.property(templates, template => {
        const expected = readByHandlebars(template);
        if (expected === undefined) return;
        valid += 1;
        const { body, unreadable } = parseBody(template, 0);
        assert.deepEqual(unreadable, []);
        assert.deepEqual(ours(body), expected);
      }),
      { numRuns: runs(3000, 700) },
    );
    assert.ok(valid > runs(1000, 230), `${valid} of the templates were valid`);
  });
  it('reports what Handlebars cannot parse', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(templates, scraps), { maxLength: 4 }), parts => {
        const template = parts.join('');
        const valid = readByHandlebars(template) !== undefined;
        const { unreadable } = parseBody(template, 0);
        assert.equal(unreadable.length === 0, valid, JSON.stringify({ template, unreadable }));
      }),
      { numRuns: runs(5000, 1000) },
    );
  });
  it('covers every character once, with nodes in order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(templates, scraps), { maxLength: 4 }), fc.nat(9), (parts, offset) => {
        const template = parts.join('');
        const { body, unreadable } = parseBody(template, offset);
        assert.deepEqual(body.span, { start: offset, end: offset + template.length });
        checkCover(body);
        for (const span of unreadable)
          assert.ok(span.start >= offset && span.end <= body.span.end && span.start <= span.end);
      }),
      { numRuns: runs(3000, 700) },
    );
  });
  it('reports an unclosed block and a mismatched closing tag, and continues', () => {
    const places = (template: string) =>
      parseBody(template, 0).unreadable.map(({ start, end }) => template.slice(start, end));
    assert.deepEqual(places('{{#if a}}{{#each b}}x{{/if}}'), ['{{#each b}}']);
    assert.deepEqual(places('{{#if a}}x{{/fi}} {{b}}'), ['fi']);
    assert.deepEqual(places('x{{/if}}'), ['{{/if}}']);
    assert.deepEqual(places('{{name\nText {{b}}'), ['{{name']);
    assert.deepEqual(places('{{#if a}}{{else}}{{else}}{{/if}}'), ['{{else}}']);
  });
  it('does not overflow the stack, however deep a text nests', () => {
    for (const piece of ['{{#a}}', '{{#if a}}{{else if b}}', '(', '{{else if a}}', '{{{{a}}}}', '{'])
      parseBody(`{{#if x}}${piece.repeat(50_000)}`, 0);
    parseBody(`{{x ${'('.repeat(50_000)}`, 0);
  });
});

// What both trees are brought to: types, names and arguments, without places and text.
type Summary = readonly unknown[];

function readByHandlebars(template: string): Summary | undefined {
  try {
    return theirs(Handlebars.parseWithoutProcessing(template));
  } catch {
    return undefined; // Handlebars refuses it: that is the answer
  }
}

function theirs(program: hbs.AST.Program | undefined): Summary {
  return (program?.body ?? []).flatMap((statement): Summary => {
    const node = statement as unknown as Record<string, never> & { type: string };
    switch (node.type) {
      case 'ContentStatement':
        return [];
      case 'CommentStatement':
        return [['comment']];
      case 'MustacheStatement':
      case 'Decorator':
        return [['mustache', theirCall(node)]];
      case 'BlockStatement':
        return [
          [
            'block',
            theirCall(node),
            (node['program'] as hbs.AST.Program | undefined)?.blockParams ??
              (node['inverse'] as hbs.AST.Program | undefined)?.blockParams ??
              [],
            theirs(node['program']),
            theirs(node['inverse']),
          ],
        ];
      case 'DecoratorBlock':
        return [['inline', theirCall(node), theirs(node['program'])]];
      default:
        return [
          [
            'partial',
            String((node['name'] as unknown as hbs.AST.PathExpression).original),
            theirArguments(node),
            theirs(node['program']),
          ],
        ];
    }
  });
}

function theirCall(node: object): Summary {
  const { path } = node as { path: hbs.AST.Expression };
  return [theirExpression(path), theirArguments(node)];
}

function theirArguments(node: object): Summary {
  const { params, hash } = node as { params: hbs.AST.Expression[]; hash?: hbs.AST.Hash };
  return [
    params.map(theirExpression),
    (hash?.pairs ?? []).map(pair => [pair.key, theirExpression(pair.value)]),
  ];
}

function theirExpression(node: hbs.AST.Expression): unknown {
  if (node.type === 'PathExpression') {
    const { original, data, depth, parts } = node as hbs.AST.PathExpression;
    return ['path', original, data === true, depth, parts];
  }
  if (node.type === 'SubExpression') return ['sub', theirCall(node)];
  return ['literal', (node as hbs.AST.StringLiteral).value];
}

function ours(body: Body | undefined): Summary {
  return (body?.nodes ?? []).flatMap((node): Summary => {
    switch (node.type) {
      case 'content':
        return [];
      case 'comment':
        return [['comment']];
      case 'mustache':
        return [['mustache', ourCall(node.call)]];
      case 'block': {
        const [body, inverse] = [ours(node.body), ours(node.inverse?.body)];
        const names = node.blockParams.map(({ name }) => name);
        return [['block', ourCall(node.call), names, ...(node.inverted ? [inverse, body] : [body, inverse])]];
      }
      case 'inline':
        return [['inline', ourCall(node.call), ours(node.body)]];
      default:
        return [['partial', node.name?.name, ourArguments(node), ours(node.body)]];
    }
  });
}

function ourCall(call: HelperCall | undefined): unknown {
  return call && [ourExpression(call.callee), ourArguments(call)];
}

function ourArguments({ params, hash }: Pick<HelperCall, 'params' | 'hash'>): Summary {
  return [params.map(ourExpression), hash.map(pair => [pair.name, ourExpression(pair.value)])];
}

function ourExpression(node: ExpressionNode): unknown {
  if (node.type === 'path') {
    const { original, data, depth, segments } = node as PathNode;
    return ['path', original, data, depth, segments.map(({ name }) => name)];
  }
  return node.type === 'sub' ? ['sub', ourCall(node.call)] : ['literal', node.value];
}

function checkCover(body: Body): void {
  let position = body.span.start;
  for (const node of body.nodes) {
    assert.equal(node.span.start, position, JSON.stringify(node));
    position = node.span.end;
    for (const inner of bodiesOf(node)) {
      assert.ok(inner.span.start >= node.span.start && inner.span.end <= node.span.end);
      checkCover(inner);
    }
  }
  assert.equal(position, body.span.end);
}

function bodiesOf(node: BodyNode): Body[] {
  if (node.type === 'block') return [node.body, ...(node.inverse ? [node.inverse.body] : [])];
  if (node.type === 'inline') return [node.body];
  return node.type === 'partial' && node.body ? [node.body] : [];
}

const names = fc.constantFrom('a', 'user', 'items', 'x-y', '[odd name]', 'if', 'this', '..', '.');
const paths = fc
  .tuple(
    fc.constantFrom('', '@', '../', 'this.', './'),
    fc.array(names, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('.', '/'),
  )
  .map(([prefix, parts, separator]) => prefix + parts.join(separator));
const literals = fc.constantFrom('"text"', "'it'", '12', '-3.5', 'true', 'null', 'undefined', '"a\\"b"');
const space = fc.constantFrom(' ', '  ', '\n');
const { call } = fc.letrec<{ call: string; argument: string }>(tie => ({
  argument: fc.oneof(
    { maxDepth: 2 },
    paths,
    literals,
    tie('call').map(inner => `(${inner})`),
  ),
  call: fc
    .tuple(
      fc.oneof(paths, literals),
      space,
      fc.array(tie('argument'), { maxLength: 2 }),
      fc.array(fc.tuple(fc.constantFrom('k', '[k k]'), tie('argument')), { maxLength: 2 }),
    )
    .map(([callee, gap, params, hash]) =>
      [callee, ...params, ...hash.map(([key, value]) => `${key}=${value}`)].join(gap),
    ),
}));
const tilde = fc.constantFrom('', '', '~');
const content = fc.oneof(
  fc.constantFrom('text', ' ', '\r\n', '\\{{a}}', '\\\\', '{', '}', '"', '<b>', '😀', '\\'),
  fc.string({ maxLength: 4 }).filter(text => !text.includes('\0')),
);
const { template: templates } = fc.letrec<{ template: string; node: string }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3 },
    content,
    fc.tuple(tilde, call, tilde).map(([open, inner, close]) => `{{${open}${inner}${close}}}`),
    call.map(inner => `{{{${inner}}}}`),
    fc.constantFrom('{{! note }}', '{{!-- a }} b --}}', '{{~! x ~}}', '{{&a}}'),
    fc.tuple(paths, call).map(([name, rest]) => `{{> ${name} ${rest}}}`),
    fc
      .tuple(
        fc.constantFrom('#', '^', '~#'),
        paths,
        fc.option(call),
        fc.constantFrom('', ' as |a b|'),
        tie('template'),
        fc.constantFrom('', '{{else}}', '{{^}}', '{{else if a}}', '{{~else~}}'),
        tie('template'),
      )
      .map(([sign, name, rest, params, body, inverse, other]) => {
        const open = sign.startsWith('~') ? `{{~#${name}` : `{{${sign}${name}`;
        return `${open}${rest === null ? '' : ` ${rest}`}${params}}}${body}${inverse}${other}{{/${name}}}`;
      }),
    fc.tuple(paths, tie('template')).map(([name, body]) => `{{#> ${name}}}${body}{{/${name}}}`),
    tie('template').map(body => `{{#*inline "p"}}${body}{{/inline}}`),
    fc.constantFrom('{{{{raw}}}} {{x}} {{{{/raw}}}}', '{{{{raw a}}}}{{{{/raw}}}}'),
  ),
  template: fc.array(tie('node'), { maxLength: 4 }).map(nodes => nodes.join('')),
}));
const scraps = fc.constantFrom(
  '{{',
  '}}',
  '{{{',
  '}}}',
  '{{#if a}}',
  '{{/if}}',
  '{{/each}}',
  '{{else}}',
  '{{^}}',
  '{{else if b}}',
  '{{#',
  '{{/',
  '{{>',
  '{{> }}',
  '{{}}',
  '{{a b=}}',
  '{{a (}}',
  '{{a )}}',
  '{{a b=1 c}}',
  '{{a.b..c}}',
  '{{"',
  '{{!--',
  '{{!',
  '{{{{raw}}}}',
  '{{{{/raw}}}}',
  '{{#a as |x}}',
  '{{#a as ||}}',
  '|',
  '=',
  '@',
  '\n',
);

/** What completion writes into samples, accepted as VS Code accepts it: it reads back as what was offered. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: snippets have placeholders like these
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { readYaml } from '../../src/core/yaml-places.ts';
import type { CompletionItem } from '../../src/language/features/completion/item.ts';
import { plainSnippet } from '../../src/language/features/completion/sample-snippet.ts';
import { completeSamples } from '../../src/language/features/completion/samples.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import { checkSamples, readSamples } from '../../src/language/samples/samples.ts';
import { equals } from '../../src/language/types/values.ts';
import { runs } from '../runs.ts';
import { FRONT_MATTER, inLibrary } from './caret.ts';

/** The items at `|`, and what accepting one makes of the text. */
function at(marked: string, source = FRONT_MATTER) {
  const { prompt } = inLibrary(source);
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const items = completeSamples({ text }, prompt, offset);
  return {
    prompt,
    items,
    accept(label: string): string {
      const item = items.find(each => each.label === label);
      assert.ok(item, `${label} in ${items.map(each => each.label).join(', ')}`);
      return accepted(text, item);
    },
  };
}

/** As VS Code does: further lines begin with the white space that the line of the edit begins with. */
function accepted(text: string, { edit, snippet }: CompletionItem): string {
  const lineStart = text.lastIndexOf('\n', edit.span.start - 1) + 1;
  const [space = ''] = /^[ \t]*/.exec(text.slice(lineStart, edit.span.start)) ?? [];
  const written = snippet ? plainSnippet(edit.text) : edit.text;
  return applyEdits(text, [{ ...edit, text: written.replaceAll('\n', `\n${space}`) }]);
}

describe('completion in samples', () => {
  it('indents nested content below its key, also after a dash', () => {
    assert.equal(at('- |').accept('input'), '- input:\n    ');
    assert.equal(at('- name: a\n  |').accept('input'), '- name: a\n  input:\n    ');
    assert.equal(at('  - |').accept('input'), '  - input:\n      ');
    assert.equal(
      at('- name: a\n  input:\n    |').accept('queues'),
      '- name: a\n  input:\n    queues:\n      - ',
    );
  });

  it('inserts no line breaks inside braces', () => {
    assert.equal(at('- {|}').accept('input'), '- {input: {}}');
    assert.equal(at('- {input: {|}}').accept('user'), '- {input: {user: {}}}');
    assert.equal(at('- {input: {|}}').accept('queues'), '- {input: {queues: []}}');
  });

  it('completes names with spaces, and words in quotes', () => {
    const inUser = (key: string) => `- name: a\n  input:\n    user:\n      ${key}`;
    assert.equal(at(inUser('odd na|')).accept('odd name'), inUser('odd name: '));
    assert.equal(at(inUser('"od|": 1')).accept('odd name'), inUser('"odd name": 1'));
    const inTone = (tone: string) => `- name: a\n  input:\n    tone: ${tone}`;
    assert.equal(at(inTone('"fo|"')).accept('formal'), inTone('"formal"'));
    assert.equal(at(inTone("'|'")).accept('casual'), inTone("'casual'"));
    assert.deepEqual(at('- name: a\n  input:\n    vip: "|"').items, [], 'true in quotes is text');
    assert.deepEqual(at(inTone('|-\n      fo¦').replace('|', '>').replace('¦', '|')).items, []);
  });

  it('triggers suggestions after a key with a fixed set of values', () => {
    const asking = (marked: string) =>
      at(marked)
        .items.filter(({ asksForValue }) => asksForValue)
        .map(({ label }) => label);
    assert.deepEqual(asking('- input:\n    |'), ['tone', 'vip']);
    assert.deepEqual(asking('- input:\n    |: 1'), []);
  });

  it('offers values for the items of a list', () => {
    const source = '---\ninput:\n  schema:\n    tags(array):\n      type(enum): [red, blue]\n---\n';
    const simple = source.replace(':\n      type(enum): [red, blue]', ', of colors): string');
    assert.deepEqual(at('- input:\n    tags:\n      - |', simple).items, []);
    const json =
      '---\ninput:\n  schema:\n    type: object\n    properties:\n      tags: {type: array, items: {enum: [red, blue]}}\n---\n';
    assert.equal(
      at('- input:\n    tags:\n      - |', json).accept('red'),
      '- input:\n    tags:\n      - red',
    );
    assert.equal(at('- input:\n    tags: [|]', json).accept('blue'), '- input:\n    tags: [blue]');
  });

  it('infers inputs and their types if the front matter declares none', () => {
    const source = '{{#each items}}{{title}}{{/each}}{{#if vip}}{{name}}{{/if}}';
    const { items } = at('- input:\n    |', source);
    assert.deepEqual(
      items.map(({ label, detail }) => [label, detail]),
      [
        ['items', '{title}[], inferred from its use'],
        ['vip', 'boolean, inferred from its use'],
        ['name', 'string, inferred from its use'],
      ],
    );
    assert.deepEqual(
      at('- input:\n    items:\n      - |', source).items.map(({ label }) => label),
      ['title'],
    );
  });

  describe('of a whole sample', () => {
    it('includes every required input, and fits the prompt', () => {
      for (const marked of [
        '|',
        '- |',
        '- name: x\n  input: {json: a}\n|',
        '- name: x\n  input: {json: a}\n\nsam|',
      ])
        for (const source of [FRONT_MATTER, '{{#each items}}{{title}}{{/each}} {{name}}']) {
          const { prompt, accept } = at(marked, source);
          const facts = readSamples(accept('New sample'));
          assert.deepEqual(facts.findings, [], marked);
          const last = { ...facts, samples: facts.samples.slice(-1) };
          assert.deepEqual(checkSamples(last, prompt.analysis.frontMatter), [], marked);
          assert.equal(last.samples[0]?.name, 'New sample');
        }
    });

    it('shows its text before it is accepted', () => {
      const [item] = at(
        '|',
        '---\ninput:\n  schema:\n    tone(enum): [formal, casual]\n    count: integer\n---\n',
      ).items;
      assert.equal(
        item?.documentation,
        '```yaml\n- name: New sample\n  input:\n    tone: formal\n    count: 0\n```',
      );
      const [begun] = at('- |', '---\ninput:\n  schema:\n    count: integer\n---\n').items;
      assert.equal(begun?.documentation, '```yaml\n- name: New sample\n  input:\n    count: 0\n```');
      assert.equal(
        item.edit.text,
        '- name: ${1:New sample}\n  input:\n    tone: ${2|formal,casual|}\n    count: ${3:0}',
      );
    });

    it('is offered only where a sample may start', () => {
      const offered = (marked: string) => at(marked).items.some(({ label }) => label === 'New sample');
      for (const marked of [
        '|',
        '\n|\n',
        '# my samples\n|',
        '- name: a\n  input: {}\n|\n- name: b\n  input: {}\n',
        '  - name: a\n    input: {}\n  |',
      ])
        assert.ok(offered(marked), marked);
      for (const marked of [
        '- name: a\n  |',
        '- name: a\n  input:\n|\n    vip: true',
        '- name: a\n  input:\n    json: >\n      |',
        '- name: "a\n|\n    b"',
        'name: a\n|',
        '- name: a\n  input: {\n    |\n    }',
        '# |',
      ])
        assert.ok(!offered(marked), marked);
    });
  });

  it('inserts only text that parses back to what was offered, for any names and values', () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...[
          'yes',
          'No',
          'on',
          'null',
          '~',
          '1.0',
          '012',
          '0x1',
          '.5',
          '- a',
          '-',
          '?',
          '? a',
          'a: b',
          'a #b',
          '#a',
        ],
        ...[
          '"',
          "'",
          '\\',
          '${1:x}',
          '$0',
          '}',
          '{{a}}',
          '[a]',
          'a,b',
          'a|b',
          '|',
          '>',
          '&a',
          '*a',
          '!a',
          '%a',
          '@a',
        ],
        ...[
          '',
          ' ',
          ' a',
          'a ',
          'a  b',
          'a\nb',
          'tr\tue',
          '\u0085',
          '\u2028',
          '\ufeffa',
          '\u007f',
          '<<',
          '__proto__',
        ],
        ...['2001-01-01', '1e3', '.inf', '.nan', 'a b c', 'ä', '名前', '---', '...', 'name', 'input'],
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    // YAML's other numbers are refused where a schema names them.
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const value = fc.oneof(
      { weight: 6, arbitrary: word as fc.Arbitrary<unknown> },
      { weight: 2, arbitrary: fc.oneof(fc.integer(), finite, fc.boolean(), fc.constant(null)) },
    );
    const places = [
      'NAME: |',
      'NAME: "|"',
      "NAME: '|'",
      'NAME: |  # why',
      '{NAME: |}',
      '{NAME: |, zz: 1}',
      '|',
      '"|": 1',
      "'|': 1",
      '|: 1',
      '{|}',
      '{zz: 1, |}',
      'zz: 1\n    |',
    ];
    let accepted = 0;
    fc.assert(
      fc.property(
        word,
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...places),
        fc.constantFrom('scalar', 'list', 'object'),
        (name, values, place, kind) => {
          const property =
            kind === 'scalar'
              ? { enum: values }
              : kind === 'list'
                ? { type: 'array', items: { enum: values } }
                : { type: 'object', properties: { a: {} } };
          const schema = { type: 'object', properties: { [name]: property, ['zz']: {} }, required: [name] };
          fc.pre(name.isWellFormed() && name !== 'zz');
          const source = `---\n${stringify({ input: { schema } }, { version: '1.2' })}---\nx`;
          const { variables } = inLibrary(source).prompt.analysis.frontMatter;
          const [declared] = variables;
          fc.pre(declared !== undefined && declared.name === name);
          const key = JSON.stringify(name).replaceAll('|', '\\u007c');
          const marked = `- name: a\n  input:\n    ${place.replace('NAME', () => key)}`;
          const { items, accept } = at(marked, source);
          for (const { label, kind: what } of items) {
            accepted += 1;
            const text = accept(label);
            const { problems, root } = readYaml(text, 0);
            assert.deepEqual(problems, [], text);
            const input = root.items[0]?.pairs.find(pair => pair.key === 'input')?.value as Record<
              string,
              unknown
            >;
            assert.ok(equals(parse(text)[0].input, input), 'as the package reads it');
            if (what === 'variable') assert.ok(Object.hasOwn(input, label), text);
            else if (declared.type.kind === 'enum')
              assert.ok(
                declared.type.values.some(each => equals(each, input[name])),
                `${label}: ${text}`,
              );
          }
          const [first] = items.filter(({ kind: what }) => what === 'snippet');
          assert.equal(first, undefined);
          const whole = at('- |', source).accept('New sample');
          const facts = readSamples(whole);
          assert.deepEqual(facts.findings, [], whole);
          if (name !== '' && values.some(each => each !== null))
            assert.deepEqual(
              checkSamples(facts, {
                variables,
                declaresInput: true,
                inputSchemaName: undefined,
                defaults: new Map(),
              }),
              [],
              whole,
            );
        },
      ),
      { numRuns: runs(4000, 120) },
    );
    assert.ok(accepted > 30, `${accepted} were accepted`);
  });
});

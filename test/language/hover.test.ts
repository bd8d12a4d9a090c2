/** What is shown of the name under the mouse. */
import assert from 'node:assert/strict';
import { hover } from '../../src/language/features/hover/hover.ts';
import { atCaret, type Beside, FRONT_MATTER } from './caret.ts';

const BESIDE: Beside = {
  prompts: {
    'support/_style': `---\ndescription: How *we* write\n---\n${'Be kind.\n'.repeat(9)}`,
    'shared/_ticks': 'Use ``` for code.',
  },
  samples:
    '- name: Lost *card*\n  input:\n    tone: formal\n    user:\n      name: Ada `x`\n- name: b\n  input:\n    tone: casual\n',
};

/** What is hovered, and its Markdown. */
function shown(marked: string): [string, string] | undefined {
  const { prompt, library, offset, text } = atCaret(marked, BESIDE);
  const found = hover(prompt, offset, library);
  return found && [text.slice(found.span.start, found.span.end), found.markdown];
}

const inBody = (body: string) => shown(FRONT_MATTER + body);

describe('hover', () => {
  it('shows nothing after the end of a name', () => {
    assert.equal(inBody('{{#unless @l\0|/unless}}'), undefined);
  });
  it("shows a variable's type, description, default, sample and uses", () => {
    assert.deepEqual(inBody('{{to|ne}}\n{{#ifEquals tone "x"}}{{/ifEquals}}\n{{tone}}{{tone}}'), [
      'tone',
      [
        '**`tone`**: `"formal" | "casual"` (variable)',
        'how to sound',
        'In the sample “Lost \\*card\\*”: `"formal"`',
        'Used 4 times: lines 17, 18, 19',
      ].join('\n\n'),
    ]);
    assert.match(
      inBody('{{vip|}}')?.[1] ?? '',
      /\(variable, optional\)\n\nDefault: `false`\n\nUsed once: line 17$/,
    );
    assert.match(inBody('{{nope|}}')?.[1] ?? '', /The front matter declares no such variable\./);
    assert.match(shown('{{nope|}}')?.[1] ?? '', /Not declared in the front matter\./);
  });
  it('shows the same for its name in the front matter', () => {
    const marked = FRONT_MATTER.replace('vip?: boolean', 'v|ip?: boolean');
    assert.match(shown(`${marked}{{vip}}`)?.[1] ?? '', /^\*\*`vip`\*\*: `boolean`.*Default.*line 17$/s);
    const inDefault = FRONT_MATTER.replace('vip: false', '|vip: false');
    assert.match(shown(`${inDefault}`)?.[1] ?? '', /^\*\*`vip`\*\*.*Not used in the body\.$/s);
  });
  it('shows a property, with its description as plain text', () => {
    assert.deepEqual(inBody('{{user.na|me}}'), [
      'name',
      '**`name`**: `string` (property)\n\nhow to call them\n\nIn the sample “Lost \\*card\\*”: ``"Ada `x`"``',
    ]);
    assert.match(
      inBody('{{#each queues}}{{ta|kes}}{{/each}}')?.[1] ?? '',
      /optional\)\n\nwhat \\\*belongs\\\* there$/,
    );
    assert.match(inBody('{{user.ni|ck}}')?.[1] ?? '', /`\{name, odd name\}` has no such property\./);
    assert.match(shown(FRONT_MATTER.replace('takes?', 'ta|kes?'))?.[1] ?? '', /^\*\*`takes`\*\*/);
  });
  it('shows block parameters, contexts and @data', () => {
    const block = '{{#each queues as ¦q n¦}}';
    assert.equal(inBody(`${block}{{q|}}{{/each}}`)?.[1], '**`q`**: `{id, takes?}` (block parameter)');
    assert.equal(
      inBody('{{#each queues as ¦q| n¦}}{{/each}}')?.[1],
      '**`q`**: `{id, takes?}` (block parameter)',
    );
    assert.match(
      inBody('{{#each queues}}{{th|is}}{{/each}}')?.[1] ?? '',
      /^\*\*`this`\*\*: `\{id, takes\?\}`/,
    );
    assert.match(
      inBody('{{#each queues}}{{@ind|ex}}{{/each}}')?.[1] ?? '',
      /^\*\*`@index`\*\*\n\nThe number of the item/,
    );
    assert.equal(inBody('{{#each queues}}{{|@index}}{{/each}}')?.[0], '@index');
  });
  it('shows helpers at both ends of a block, and their options', () => {
    const helper = inBody('{{#ea|ch queues}}{{/each}}');
    assert.equal(helper?.[0], 'each');
    assert.match(helper?.[1] ?? '', /^`\{\{#each items as \|item index\|\}\}…\{\{\/each\}\}`/);
    assert.match(helper?.[1] ?? '', /\(https:\/\/handlebarsjs\.com\/guide\/builtin-helpers\.html#each\)$/);
    assert.deepEqual(inBody('{{#each queues}}{{/ea|ch}}'), helper);
    assert.match(inBody('{{json user in|dent=2}}')?.[1] ?? '', /^\*\*`indent=`\*\* of `json`/);
    assert.match(inBody('{{sho|ut user}}')?.[1] ?? '', /not a helper of Handlebars or Dotprompt/);
  });
  it("shows a partial's name, description and first lines", () => {
    const [span, markdown] = inBody('{{> sty|le}}') ?? [];
    assert.equal(span, 'style');
    assert.equal(
      markdown,
      `**\`support/_style\`** (partial)\n\nHow \\*we\\* write\n\n\`\`\`dotprompt\n${'Be kind.\n'.repeat(6)}…\n\`\`\``,
    );
    assert.match(inBody('{{> shared/ticks|}}')?.[1] ?? '', /\n````dotprompt\nUse ``` for code\.\n````$/);
    assert.match(inBody('{{> gone|}}')?.[1] ?? '', /no partial of this name/);
  });
  it('shows front matter keys and types', () => {
    assert.match(
      shown('---\ninput:\n  sch|ema:\n    a: string\n---\n')?.[1] ?? '',
      /^\*\*`schema`\*\*: schema/,
    );
    assert.match(shown('---\noutput:\n  for|mat: json\n---\n')?.[1] ?? '', /Such as `json`, `text`, /);
    assert.deepEqual(shown('---\ninput:\n  schema:\n    a: str|ing, a string\n---\n'), [
      'string',
      '`string`: a type of Picoschema\n\nText\\.',
    ]);
    assert.equal(shown('---\ninput:\n  schema:\n    a: string, a str|ing\n---\n'), undefined);
    assert.equal(shown('---\noutput:\n  schema:\n    a(arr|ay, b): string\n---\n')?.[0], 'array');
  });
  it('shows nothing for plain text', () => {
    for (const marked of ['a |b', '{{! us|er }}', '---\ndescription: te|xt\n---\n'])
      assert.equal(shown(marked), undefined, marked);
  });
});

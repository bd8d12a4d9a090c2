/** Texts of prompts as random tests need them, and edits of them that break whatever is around them. */
import fc from 'fast-check';

const piece = fc.constantFrom(
  'Be kind. ',
  'Ask for the order number! ',
  'be short',
  'You are an agent of {{bank}}. ',
  'A long line that somebody wrapped in an editor at the ',
  'e.g. this ',
  'Costs 3.5. ',
  'Line\n',
  '\n',
  '\n\n',
  '\r\n',
  '- item. Two. ',
  '\n- item\n',
  '\n1. First. ',
  '\n# Head. ',
  '\n> quoted. ',
  '\n| a. | b. |\n',
  '\n<rules>\n',
  '\n```\n',
  '\n~~~\n',
  '{{name}}',
  '{{#if a.b}}',
  '{{else}} ',
  '{{/if}}',
  '\n{{#each items}}\n',
  '\n{{/each}}\n',
  '{{!-- note. \n\n More. --}}',
  '{{!-- open ',
  '--}}',
  '{{ ',
  '}}',
  '{',
  '}',
  '"',
  "'",
  '{{greet "a. }} b"}} ',
  '{{{raw}}}',
  '{{{{raw}}}}',
  '---\n',
  '---\nmodel: a/b\n---\n',
  'model: a. b\n',
  '你好。再见！',
  'مرحبا. كيف؟ ',
  '👩‍👩‍👧 Hi! ',
  '\u2029',
  '\u2028',
  '\u0085',
  ' ',
  '\t',
  '.',
  '…',
  ' \ufeff',
);

export const prose: fc.Arbitrary<string> = fc.array(piece, { maxLength: 40 }).map(pieces => pieces.join(''));

/** Replaces a part of a text by another. */
const edit = fc.record({
  at: fc.nat(1000),
  removed: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(200)),
  added: fc.oneof(fc.constant(''), piece, prose),
});

/** A text and what became of it. */
export const versionsOfProse: fc.Arbitrary<string[]> = fc
  .tuple(prose, fc.array(fc.array(edit, { maxLength: 2 }), { maxLength: 6 }))
  .map(([first, edits]) => {
    const texts = [first];
    for (const each of edits) texts.push(each.reduce(edited, texts.at(-1) ?? ''));
    return texts;
  });

function edited(
  text: string,
  { at, removed, added }: { readonly at: number; readonly removed: number; readonly added: string },
): string {
  const from = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, from) + added + text.slice(from + removed);
}

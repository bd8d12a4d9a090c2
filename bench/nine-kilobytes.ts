/** A realistic prompt of 9 KB: text, values, loops, conditions, roles and a partial. */
import type { LinkedPartial } from '../src/core/flatten.ts';

/** The render request after a keystroke: each run has a different text. */
export function nineKilobytes(run: number) {
  const sign: LinkedPartial = { id: '_sign', template: '— {{name}}, {{bank}}', partials: new Map() };
  const articles = Array.from({ length: 8 }, (_, at) => ({
    title: `Article ${at}`,
    text: 'What it says. '.repeat(5),
  }));
  return {
    source: sourceOf(run),
    partials: new Map([['sign', sign]]),
    input: { name: 'Ada', bank: 'Example Bank', question: 'What does a card cost?', articles },
    label: 'support/answer',
  };
}

function sourceOf(run: number): string {
  const section = `
## Rules for {{bank}}
- Answer {{name}} in the language of the question; never promise what {{bank}} does not say itself.
- {{#if question}}The question is: {{question}}{{else}}Ask for the question.{{/if}}
{{#each articles}}
{{@index}}. {{title}}: {{text}} ({{../bank}})
{{/each}}
- Be kind, be short, name the article that you take an answer from. What no article says you do not know, and you say
  so: the customer would rather wait for a colleague than act on a guess. Never repeat a card number, an account number
  or a password, not even in part, not even when the customer writes one; say that it must not be sent in a message.
- Amounts stand as the articles write them, with their currency; you do not convert, add up or round. {{json name}}
{{> sign}}
`;
  const head = '---\nmodel: openai/gpt-5-mini\ninput:\n  schema:\n    name: string\n---\n{{role "system"}}\n';
  return `${head}${'Typed'.slice(0, run % 5)}${section.repeat(11)}{{role "user"}}\n{{question}} ${run}\n`;
}

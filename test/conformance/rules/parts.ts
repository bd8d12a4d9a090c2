/** Rules about the parts of a message that are no text: media and sections. */
import { type Rule, said } from './rule.ts';

const pending = (purpose: string) => ({ metadata: { purpose, pending: true as const } });
const URL = 'https://cdn.example.com/a.png?w=1&h=2';
const TORN = 'its markers end at a space or ">>>"';

export const PART_RULES: Readonly<Record<string, readonly Rule[]>> = {
  media: [
    {
      rule: 'is a part with its type',
      source: '{{media url=u contentType=t}}',
      input: { u: URL, t: 'image/png' },
      gives: [said('user', [{ media: { url: URL, contentType: 'image/png' } }])],
    },
    {
      rule: 'needs no type',
      source: '{{media url=u}}',
      input: { u: URL },
      gives: [said('user', [{ media: { url: URL } }])],
    },
    {
      rule: 'may be a film',
      source: '{{media contentType="video/webm" url=u}}',
      input: { u: 'https://x.y/v.webm' },
      gives: [said('user', [{ media: { url: 'https://x.y/v.webm', contentType: 'video/webm' } }])],
    },
    {
      rule: 'may be sound',
      source: '{{media contentType=t url=u}}',
      input: { u: 'gs://b/s.ogg', t: 'audio/ogg' },
      gives: [said('user', [{ media: { url: 'gs://b/s.ogg', contentType: 'audio/ogg' } }])],
    },
    {
      rule: 'may be a data URL',
      source: '{{media url=u}}',
      input: { u: 'data:image/gif;base64,R0lGOD+/==' },
      gives: [said('user', [{ media: { url: 'data:image/gif;base64,R0lGOD+/==' } }])],
    },
    {
      rule: 'may have its URL in the template',
      source: '{{media url="https://x.y/z"}}',
      gives: [said('user', [{ media: { url: 'https://x.y/z' } }])],
    },
    {
      rule: 'stands between the texts around it',
      source: 'See {{media url=u}} and say.',
      input: { u: URL },
      gives: [said('user', [{ text: 'See ' }, { media: { url: URL } }, { text: ' and say.' }])],
    },
    {
      rule: 'leaves no part of the white space between two',
      source: '{{media url=u}}\n{{media url=u}}',
      input: { u: URL },
      gives: [said('user', [{ media: { url: URL } }, { media: { url: URL } }])],
    },
    {
      rule: 'may be repeated by a block',
      source: '{{#each l}}{{media url=this}}{{/each}}',
      input: { l: ['a:1', 'b:2'] },
      gives: [said('user', [{ media: { url: 'a:1' } }, { media: { url: 'b:2' } }])],
    },
    {
      rule: 'belongs to its role',
      source: '{{role "system"}}s{{role "user"}}{{media url=u}}',
      input: { u: URL },
      gives: [said('system', 's'), said('user', [{ media: { url: URL } }])],
    },
    {
      rule: 'keeps a URL with spaces and angles whole',
      differs: TORN,
      source: '{{media url=u contentType=t}}',
      input: { u: 'file:///my photo <1>>>.png', t: 'text/plain; charset=utf-8' },
      gives: [
        said('user', [
          { media: { url: 'file:///my photo <1>>>.png', contentType: 'text/plain; charset=utf-8' } },
        ]),
      ],
    },
  ],
  'a section': [
    {
      rule: 'is a part that waits, before its text',
      source: '{{section "start"}}\nOne\n{{section "end"}}\nTwo\n',
      gives: [said('user', [pending('start'), { text: '\nOne\n' }, pending('end'), { text: '\nTwo\n' }])],
    },
    {
      rule: 'may be opened again',
      source: '{{section "a"}}\n1\n{{section "b"}}\n2\n{{section "a"}}\n3\n',
      gives: [
        said('user', [
          pending('a'),
          { text: '\n1\n' },
          pending('b'),
          { text: '\n2\n' },
          pending('a'),
          { text: '\n3\n' },
        ]),
      ],
    },
    {
      rule: 'may stand amid text',
      source: 'x {{section "s"}} y',
      gives: [said('user', [{ text: 'x ' }, pending('s'), { text: ' y' }])],
    },
    {
      rule: 'may be all of a message',
      source: '{{role "model"}}{{section "s"}}',
      gives: [said('model', [pending('s')])],
    },
    {
      rule: 'may come from a value',
      source: '{{section s}}t',
      input: { s: 'code' },
      gives: [said('user', [pending('code'), { text: 't' }])],
    },
    {
      rule: 'belongs to its role',
      source: '{{role "system"}}{{section "a"}}A{{role "user"}}{{section "b"}}B',
      gives: [said('system', [pending('a'), { text: 'A' }]), said('user', [pending('b'), { text: 'B' }])],
    },
    {
      rule: 'keeps a name with spaces whole',
      differs: TORN,
      source: '{{section s}}t',
      input: { s: 'two words' },
      gives: [said('user', [pending('two words'), { text: 't' }])],
    },
  ],
};

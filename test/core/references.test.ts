import assert from 'node:assert/strict';
import fc from 'fast-check';
import { referencesIn } from '../../src/core/references.ts';
import { runs } from '../runs.ts';

const codeOf = (character: string) => character.charCodeAt(0);
const found = (text: string) =>
  [...referencesIn(text)].map(({ prompt, version, offset }) => [`${prompt}@${version}`, offset]);

describe('version references in a text', () => {
  it('are found in log lines, headers, JSON and URLs, at their place', () => {
    assert.deepEqual(found('used support/triage@12.'), [['support/triage@12', 5]]);
    assert.deepEqual(found('{"prompt":"support/triage@12","other":"a@1"}'), [
      ['support/triage@12', 11],
      ['a@1', 39],
    ]);
    assert.deepEqual(found('promptforge-version=./support/_tone@3, x'), [['support/_tone@3', 22]]);
    assert.deepEqual(found('promptforge://embedded/support/triage@7'), [['support/triage@7', 23]]);
  });

  it('are found after escapes of JSON, URLs and colors, which are not part of a name', () => {
    for (const [text, offset] of [
      ['{"msg":"served\\nsupport/triage@12\\n"}', 16],
      ['{"msg":"\\u003csupport/triage@12\\u003e"}', 14],
      ['\u001b[32msupport/triage@12\u001b[0m', 5],
      ['\u001b[1;38;5;12msupport/triage@12', 12],
      ['{"msg":"\\u001b[32msupport/triage@12"}', 18],
      ['{"ref":"support\\/triage@12"}', 8],
      ['GET /open/version?ref=support%2Ftriage%4012&registry=x', 22],
      ['?ref=support%2ftriage@12', 5],
      ['?q=%22support/triage%4012%22', 6],
      ['{"log":"{\\"ref\\":\\"support\\\\/triage@12\\"}"}', 19],
      ['?next=%2Fopen%3Fref%3Dsupport%252Ftriage%254012', 22],
      ['{"ref":"support\\u002Ftriage\\u004012"}', 8],
      ['{\\x22prompt\\x22:\\x22support/triage@12\\x22}', 20],
      ['served#011support/triage@12#012', 10],
      ['{#22prompt#22:#22support/triage@12#22}', 17],
      ['#033[32msupport/triage@12#033[0m', 8],
      ['^[[1;32msupport/triage@12^[[0m', 8],
      ['\\u{1b}[32msupport/triage@12\\u{1b}[0m', 10],
      ['support/triage@12->', 0],
    ] as const)
      assert.deepEqual(found(text), [['support/triage@12', offset]], text);
    assert.deepEqual(found('user%40163.com, C%401, %40, x%2Fcon%401'), [['C@1', 16]]);
  });

  it('are not found in text that only resembles them', () => {
    for (const text of [
      'lodash@4.17.21',
      'mara@12th.example',
      'a@0',
      'a@012',
      '@12',
      'a b @ 12',
      'a@',
      'con@1',
      `${'a'.repeat(201)}@1`,
      'a@1234567890123456',
    ])
      assert.deepEqual(found(text), [], text);
  });

  it('are the same however and however often their text was escaped', () => {
    const escapes: readonly ((text: string) => string)[] = [
      text => JSON.stringify(text),
      text => JSON.stringify(text).replaceAll('/', '\\/'),
      text => JSON.stringify({ log: JSON.stringify(text).replaceAll('/', '\\/') }),
      text => encodeURIComponent(text),
      text => encodeURIComponent(encodeURIComponent(text)),
      // nginx and rsyslog
      text => text.replace(/["\\]|\p{Cc}/gu, each => `\\x${codeOf(each).toString(16).padStart(2, '0')}`),
      text => text.replace(/\p{Cc}/gu, each => `#${codeOf(each).toString(8).padStart(3, '0')}`),
    ];
    const before = fc.string({ unit: fc.constantFrom(...'"\n\t\r\u001b :=(){}'), maxLength: 4 });
    const name = fc.constantFrom('a', 'support/triage', 'beef/x22', 'n/t', 'u002F/b');
    fc.assert(
      fc.property(before, name, fc.integer({ min: 1, max: 999 }), fc.constantFrom(...escapes), (...parts) => {
        const [around, prompt, version, written] = parts;
        const text = written(`:${around}"${prompt}@${version}" ${around}`);
        assert.deepEqual(
          found(text).map(([each]) => each),
          [`${prompt}@${version}`],
          text,
        );
      }),
      { numRuns: runs(10_000, 1000) },
    );
  });

  it('are found as written, between any other words', () => {
    const name = fc.constantFrom('a', 'support/triage', '_x/y-z', 'A.b/c');
    const reference = fc
      .tuple(name, fc.integer({ min: 1, max: 10 ** 9 }))
      .map(([prompt, version]) => `${prompt}@${version}`);
    const other = fc.string().map(text => ` ${text.replaceAll('@', '')} `);
    fc.assert(
      fc.property(fc.array(fc.tuple(other, reference)), other, (parts, rest) => {
        const text = parts.map(part => part.join('')).join('') + rest;
        assert.deepEqual(
          found(text).map(([each]) => each),
          parts.map(([, each]) => each),
        );
        for (const { prompt, version, offset } of referencesIn(text))
          assert.ok(text.startsWith(`${prompt}@${version}`, offset));
      }),
      { numRuns: runs(20_000, 500) },
    );
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import {
  isSameText,
  plainText,
  publishedText,
  textDigests,
  withLineEndingsOf,
} from '../../src/core/line-endings.ts';
import { runs } from '../runs.ts';

const MARK = '\ufeff';
const text = fc
  .array(fc.constantFrom('a', 'b', 'one', '\n', '\r\n', '\r', '\ufeff', '\r\r\n', 'ä'), { maxLength: 12 })
  .map(parts => parts.join(''));
const plain = text.map(plainText);
const returned = (source: string) => source.replaceAll('\n', '\r\n');
const numRuns = runs(20_000, 1000);

describe('line endings', () => {
  it('are normalized and byte order marks removed, and nothing else', () => {
    assert.equal(plainText('\ufeffone\r\ntwo\nthree\r\r\n'), 'one\ntwo\nthree\n');
    assert.equal(plainText('a\rb\r'), 'a\rb\r');
    assert.equal(plainText('one\ufeff\n'), 'one\ufeff\n');
    fc.assert(
      fc.property(text, source => {
        const once = plainText(source);
        assert.equal(plainText(once), once);
        const marks = source.replace(/^\ufeff+/, '');
        assert.equal(once.replaceAll(/\r*\n/g, '\n'), marks.replaceAll(/\r*\n/g, '\n'));
      }),
      { numRuns },
    );
  });

  it('do not affect whether texts are the same, in whatever form they were published', () => {
    fc.assert(
      fc.property(plain, text, (source, other) => {
        for (const form of [source, returned(source), MARK + source, MARK + returned(source)]) {
          const published = publishedText(form);
          for (const file of [source, returned(source), MARK + source, MARK + returned(source)]) {
            assert.ok(isSameText(textDigests(file), published));
            assert.ok(isSameText(textDigests(file), { digest: published.digest }), 'by the digest alone');
          }
          assert.equal(isSameText(textDigests(other), published), plainText(other) === source);
        }
      }),
      { numRuns },
    );
  });

  it('that are mixed are recognized by the digest of the plain text', () => {
    const mixed = 'one\r\ntwo\nthree\n';
    const published = publishedText(mixed);
    assert.deepEqual(published, { digest: digestOf(mixed), text: digestOf('one\ntwo\nthree\n') });
    assert.ok(isSameText(textDigests('one\ntwo\nthree\n'), published));
    assert.ok(isSameText(textDigests('one\r\ntwo\r\nthree\r\n'), published));
    assert.ok(!isSameText(textDigests('one\ntwo\nfour\n'), published));
    assert.deepEqual(publishedText('one\n'), { digest: digestOf('one\n') });
  });

  it("are published as in the registry's version", () => {
    assert.equal(withLineEndingsOf('\ufeffone\r\n', undefined), 'one\n');
    assert.equal(withLineEndingsOf('one\r\nthree\r\n', 'one\ntwo\n'), 'one\nthree\n');
    assert.equal(withLineEndingsOf('one\nthree\n', '\ufeffone\r\ntwo\r\n'), '\ufeffone\r\nthree\r\n');
    assert.equal(withLineEndingsOf('\ufeffone\r\nthree', 'one'), 'one\nthree');
  });

  it('that are mixed stay with unchanged lines, and a new line takes that of the line above', () => {
    const mixed = 'one\r\ntwo\nthree\r\nfour';
    assert.equal(
      withLineEndingsOf('one\nnew\ntwo\nnew\nthree\nfour\nfive\n', mixed),
      'one\r\nnew\r\ntwo\nnew\nthree\r\nfour\r\nfive\r\n',
    );
    assert.equal(withLineEndingsOf('two\r\nthree\r\nfour', mixed), 'two\nthree\r\nfour');
    const long = Array.from({ length: 6000 }, (_, index) => `line ${index}\r\n`).join('');
    const other = Array.from({ length: 6000 }, (_, index) => `other ${index}\n`).join('');
    assert.equal(
      withLineEndingsOf(other, `${long}last\n`),
      returned(other),
      'where comparing takes too long',
    );
  });

  it('do not change the published text, which does not depend on those of the file', () => {
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (source, published) => {
        const sent = withLineEndingsOf(source, published);
        assert.equal(plainText(sent), plainText(source));
        assert.equal(withLineEndingsOf(sent, published), sent);
        assert.equal(withLineEndingsOf(MARK + returned(plainText(source)), published), sent);
        if (published !== undefined && plainText(published) === plainText(source))
          assert.equal(sent, published);
      }),
      { numRuns },
    );
  });

  it('are normalized in linear time', () => {
    for (const part of ['\r', '\ufeff', '\r\n', '\r\r\r\n', 'a\r']) {
      const source = part.repeat(400_000);
      assert.equal(plainText(withLineEndingsOf(source, 'a\nb\r\n')), plainText(source));
    }
  });
});

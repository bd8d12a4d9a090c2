/** The names of actors: what may be one, and which are one person's. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { actorIn, isSamePerson, people, validateActor } from '../../src/core/person.ts';
import { isBlank } from '../../src/core/visible-text.ts';
import { HIDDEN_CHARACTERS, hostileText, INKLESS_CHARACTERS } from '../hostile-text.ts';
import { runs } from '../runs.ts';

const UNSEEN = { ...HIDDEN_CHARACTERS, ...INKLESS_CHARACTERS };

describe("an actor's name", () => {
  for (const name of ['mara.lindqvist', 'checkout-service', 'José', '김민준', 'Łukasz K', 'x'.repeat(100)])
    it(`may be ${name.slice(0, 20)}`, () => assert.equal(validateActor(name), undefined));

  for (const [name, character] of Object.entries(UNSEEN))
    it(`cannot contain ${name}`, () => {
      for (const text of [`ana${character}`, `${character}ana`, `a${character}na`])
        assert.match(validateActor(text) ?? '', /control, line-break or invisible characters/);
      assert.match(validateActor(character) ?? '', /needs a name/);
    });

  it('cannot be empty, blank or over 100 characters', () => {
    for (const text of ['', ' ', '\u00a0\u3000']) assert.match(validateActor(text) ?? '', /needs a name/);
    assert.match(validateActor('x'.repeat(101)) ?? '', /at most 100 characters; this one has 101/);
  });

  it('can be derived from any text with a visible character', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const actor = actorIn(text);
        if (actor !== undefined) assert.equal(validateActor(actor), undefined);
        else assert.ok(isBlank(text.replace(/\p{Zs}/gu, '')));
      }),
      { numRuns: runs(3000, 300) },
    );
    assert.equal(actorIn(' Ana\u200b \t Lee\n'), 'Ana Lee');
    assert.equal(actorIn('\u200b'), undefined);
  });
});

describe('two actor names', () => {
  for (const [name, character] of Object.entries(UNSEEN))
    it(`are the same person's if they differ only by ${name}`, () => {
      // What ends a line also parts words, as a space does.
      const parts = /\s/.test(character) ? [`ana${character}`, `${character}ana`] : [`a${character}na`];
      for (const text of parts) assert.ok(isSamePerson(text, 'ana'));
    });

  it('are the same person’s in any case, width and spacing', () => {
    for (const text of ['ANA LEE', 'ａｎａ ｌｅｅ', ' ana  lee ', 'ana\u00a0lee', 'Ana\u3000Lee'])
      assert.ok(isSamePerson(text, 'ana lee'), text);
  });

  it('are two people’s if they look different', () => {
    for (const text of ['anna', 'an a', 'ana.', 'аna' /* Cyrillic а */, 'aña'])
      assert.ok(!isSamePerson(text, 'ana'), text);
  });

  it('are compared without order, and each person is counted once', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        assert.ok(isSamePerson(one, one));
        assert.equal(isSamePerson(one, other), isSamePerson(other, one));
        assert.equal(people([one, other, one]).length, isSamePerson(one, other) ? 1 : 2);
      }),
      { numRuns: runs(3000, 300) },
    );
    assert.deepEqual(people(['Ana', 'ben', 'ana\u200b', 'BEN']), ['Ana', 'ben']);
  });
});

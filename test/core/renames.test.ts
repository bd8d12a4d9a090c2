import assert from 'node:assert/strict';
import { publishedText, textDigests } from '../../src/core/line-endings.ts';
import type { PromptName } from '../../src/core/name.ts';
import { renamedFrom, similarRenames } from '../../src/core/renames.ts';

describe('a rename', () => {
  const gone = (name: string, ...texts: string[]) => ({
    name: name as PromptName,
    texts: texts.map(source => publishedText(source)),
  });
  const fresh = (name: string, text: string) => ({ name: name as PromptName, digests: textDigests(text) });
  const renames = (...args: Parameters<typeof renamedFrom>) => [...renamedFrom(...args)];

  it('is recognized by the text of the file, whatever its line endings', () => {
    assert.deepEqual(renames([gone('a', '1\n')], [fresh('b', '1\n')]), [['b', 'a']]);
    assert.deepEqual(renames([gone('a', '1\n')], [fresh('b', '\ufeff1\r\n')]), [['b', 'a']]);
    assert.deepEqual(renames([gone('a', '1\r\n2\n')], [fresh('b', '1\n2\n')]), [['b', 'a']]);
    assert.deepEqual(renames([gone('a', '1', 'edited')], [fresh('b', 'edited')]), [['b', 'a']]);
    assert.deepEqual(renames([gone('a', '1')], [fresh('b', '2')]), []);
  });

  it('is not recognized if a text has several matches', () => {
    assert.deepEqual(renames([gone('a', '1')], [fresh('b', '1'), fresh('c', '1')]), []);
    assert.deepEqual(renames([gone('a', '1'), gone('c', '1')], [fresh('b', '1')]), []);
    assert.deepEqual(renames([gone('a', '1'), gone('c', '2')], [fresh('b', '1'), fresh('d', '2')]), [
      ['b', 'a'],
      ['d', 'c'],
    ]);
  });

  it("of an edited file is recognized if most lines match and each file is the other's best match", () => {
    const named = (name: string, text: string) => ({ name: name as PromptName, text });
    const lines = (...words: string[]) => words.map(word => `${word}${word}${word}\n`).join('');
    const old = named('a', lines('1', '2', '3', '4', '5'));
    const edited = named('b', lines('1', '2', 'x', '4', '5'));
    assert.deepEqual([...similarRenames([old], [edited])], [['b', 'a']]);
    assert.deepEqual(
      [...similarRenames([old], [named('b', lines('1', '2', 'x', 'y', 'z'))])],
      [],
      'too little',
    );
    assert.deepEqual(
      [...similarRenames([old], [edited, { ...edited, name: named('c', '').name }])],
      [],
      'two of them',
    );
    assert.deepEqual([...similarRenames([old], [edited, named('c', lines('1', '2', '3', '4', 'x'))])], []);
    const same = named('c', old.text);
    assert.deepEqual([...similarRenames([old], [edited, same])], [['c', 'a']], 'the better one');
    const repeated = named('d', lines('1', '1', '1', '1', '1'));
    assert.deepEqual([...similarRenames([named('e', lines('1', '2', '3'))], [repeated])], []);
    assert.deepEqual([...similarRenames([named('e', '')], [named('f', '')])], []);
  });

  it('recorded earlier remains valid after an edit, as long as both names are still affected', () => {
    const noted = new Map([['b', 'a']]) as unknown as Map<PromptName, PromptName>;
    assert.deepEqual(renames([gone('a', '1')], [fresh('b', 'edited')], noted), [['b', 'a']]);
    assert.deepEqual(renames([], [fresh('b', 'edited')], noted), []);
    assert.deepEqual(renames([gone('a', '1')], [], noted), []);
    assert.deepEqual(renames([gone('a', '1')], [fresh('b', 'edited'), fresh('c', '1')], noted), [['b', 'a']]);
  });
});

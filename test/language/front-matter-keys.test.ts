/** The keys that are known of front matter: what completion and hover offer is what the checks take. */
import assert from 'node:assert/strict';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import {
  type FrontMatterKey,
  knownKeyAt,
  knownKeysAt,
} from '../../src/language/front-matter/front-matter-keys.ts';
import { CONTAINER_TYPES, SCALAR_TYPES } from '../../src/language/types/picoschema.ts';

describe('the known front matter keys', () => {
  it('are found by path', () => {
    assert.deepEqual(knownKeyAt(['output', 'format'])?.usual?.slice(0, 2), ['json', 'text']);
    assert.equal(knownKeyAt(['input', 'schema'])?.type, 'schema');
    assert.equal(knownKeyAt(['input', 'default', 'anything']), undefined);
    assert.deepEqual(
      knownKeysAt(['input']).map(({ name }) => name),
      ['schema', 'default'],
    );
    assert.deepEqual(knownKeysAt(['metadata']), []);
    assert.ok(knownKeysAt([]).length > 8);
  });
  it('are accepted where they are offered, with a value of their type and with none', () => {
    const check = (keys: readonly FrontMatterKey[], path: readonly string[]): void => {
      for (const key of keys) {
        assert.ok(key.description.endsWith('.'), key.name);
        for (const value of ['', key.values?.[0] ?? VALUES[key.type]]) {
          const item = path.at(-1)?.startsWith('toolDefs') ? '- ' : '';
          const lines = [...path, `${item}${key.name}: ${value}`].map(
            (line, depth) => '  '.repeat(depth) + line,
          );
          const text = `---\n${lines.join('\n')}\n---\n`;
          assert.deepEqual(readFrontMatter(text).findings, [], text);
        }
        check(key.keys ?? [], [...path, `${key.name}:`]);
      }
    };
    check(knownKeysAt([]), []);
  });
  it('include the types of Picoschema, all of which are accepted', () => {
    for (const type of Object.keys(SCALAR_TYPES))
      assert.deepEqual(readFrontMatter(`---\ninput:\n  schema:\n    a: "${type}"\n---\n`).findings, [], type);
    const after = { array: 'string', object: '{b: string}', enum: '[x]' };
    for (const type of Object.keys(CONTAINER_TYPES) as (keyof typeof after)[])
      assert.deepEqual(
        readFrontMatter(`---\ninput:\n  schema:\n    a(${type}): ${after[type]}\n---\n`).findings,
        [],
        type,
      );
  });
});

const VALUES: Readonly<Record<FrontMatterKey['type'], string>> = {
  text: 'text',
  number: '0.5',
  integer: '5',
  boolean: 'true',
  mapping: '{}',
  list: '[]',
  schema: '{a: string}',
  any: 'text',
};

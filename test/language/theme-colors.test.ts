/** What package.json contributes for the kinds of names; how they look is for test/grammar to say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../src/language/features/semantic-tokens.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { contributes } = read('../../package.json');

describe('the colors of names', () => {
  it('are contributed for every token type and modifier in use', () => {
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    assert.deepEqual(ids(contributes.semanticTokenTypes), [...TOKEN_TYPES]);
    const standard = ['declaration', 'readonly'];
    assert.deepEqual(
      [...standard, ...ids(contributes.semanticTokenModifiers)].sort(),
      [...TOKEN_MODIFIERS].sort(),
    );
    assert.equal(
      contributes.configurationDefaults['[dotprompt]']['editor.semanticHighlighting.enabled'],
      true,
    );
  });
});

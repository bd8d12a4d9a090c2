/**
 * The kinds of names look different in every theme that comes with VS Code. theme-colours.json has what the themes of
 * VS Code 1.139 give the scopes of package.json: colour and style, resolved as VS Code resolves a rule of one scope.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../src/language/semantic-tokens.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { contributes } = read('../../package.json');
const themes: Record<string, Record<string, string>> = read('theme-colours.json');
const scopes: Record<string, string[]> = contributes.semanticTokenScopes[0].scopes;
const styles: Record<string, Record<string, boolean>> = contributes.configurationDefaults[
  'editor.semanticTokenColorCustomizations'
].rules;

const KINDS = [
  'promptVariable',
  'promptVariable.undeclared',
  'promptParameter',
  'promptHelper',
  'promptPartial',
  'promptProperty',
];

function look(theme: Record<string, string>, kind: string): string {
  const scope = scopes[kind]?.find(each => theme[each] !== undefined);
  assert.ok(scope, `no colour for ${kind}`);
  const [colour, ...fontStyle] = (theme[scope] as string).split(' ');
  const set = Object.entries(styles[kind] ?? {}).map(([name, on]) => (on ? name : ''));
  return [colour, ...new Set([...fontStyle, ...set].filter(Boolean))].join(' ');
}

describe('the colours of names', () => {
  it('are contributed for every type and modifier that is told', () => {
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
  for (const [name, theme] of Object.entries(themes))
    it(`differ in ${name}`, () => {
      const looks = KINDS.map(kind => look(theme, kind));
      assert.equal(new Set(looks).size, KINDS.length, looks.join(', '));
    });
});

/**
 * In every color theme that VS Code brings, what a prompt is made of can be told from its text and can be read: by the
 * grammar alone, and by the semantic tokens that follow.
 */
import assert from 'node:assert/strict';
import packageJson from '../../package.json' with { type: 'json' };
import { TOKEN_TYPES } from '../../src/language/features/semantic-tokens.ts';
import { builtInThemes, type Theme } from './built-in-themes.ts';
import { contrast, difference } from './color-distance.ts';
import { probeScopes, type Style, semanticStyle } from './token-style.ts';
import { registry, SCOPE, tokenize } from './tokenize.ts';

/** Of WCAG 2.2 for text (success criterion 1.4.3), and for large text and parts of a user interface (1.4.11). */
const READABLE = 4.5;
const PERCEIVABLE = 3;
/** ΔE*: VS Code's own Dark+ has 22 between its text and its numbers. */
const TELLING = 20;

const SAMPLE = `{{role "system"}}
Write to {{customer.firstName}} of {{../team}}, in {{tone}}: {{{raw}}}.
{{#if vip}}Hurry.{{else if late}}Apologize.{{/if}}{{~#unless paid~}}Remind.{{~/unless}}
{{#each orders as |order|}}{{@index}} {{this}} {{json order indent=2}} {{shout tone}}{{/each}}
{{>house-style name=tone}}{{#>layout}}{{/layout}}{{#*inline "row"}}{{/inline}}
`;
/** What the grammar has to tell apart by color, by the scope that names it. */
const PARTS = {
  variable: /variable\.parameter\.handlebars/,
  'this and its like': /variable\.language\./,
  'keyword or helper': /keyword\.(control|other)\./,
  partial: /entity\.name\.function\.partial\./,
  delimiter: /punctuation\.section\.embedded\./,
} as const;

const KINDS = [
  'promptVariable',
  'promptVariable.undeclared',
  'promptParameter',
  'promptHelper',
  'promptPartial',
  'promptProperty',
];

describe('colors in the themes of VS Code', () => {
  let themes: Theme[];
  before(async () => {
    themes = await builtInThemes();
  });

  it('are tried in all of them', () => {
    const names = themes.map(({ id }) => id);
    for (const name of ['Light 2026', 'Dark 2026', 'Dark Modern', 'Default High Contrast', 'Solarized Light'])
      assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
  });

  it('leave the default themes no excuse', () => {
    const faint = themes.filter(theme => theme.isDefault && leastContrast(theme) < READABLE);
    assert.deepEqual(
      faint.map(({ id }) => id),
      [],
    );
  });

  it('show semantic tokens', () => {
    const wrong = themes.flatMap(theme =>
      TOKEN_TYPES.flatMap(type =>
        complaints(theme, type, semanticStyle(theme, contributed(type), [], SCOPES).foreground),
      ),
    );
    assert.deepEqual(wrong, []);
  });

  it('show undeclared names, which are underlined as well', () => {
    const { rules } =
      packageJson.contributes.configurationDefaults['editor.semanticTokenColorCustomizations'];
    const wrong = themes.flatMap(theme =>
      (['promptVariable', 'promptProperty', 'promptHelper'] as const).flatMap(type => {
        assert.equal(rules[`${type}.undeclared`].underline, true);
        const { foreground } = semanticStyle(theme, contributed(type), ['undeclared'], SCOPES);
        const least = Math.min(PERCEIVABLE, leastContrast(theme));
        if (foreground !== undefined && contrast(foreground, theme.background) >= least) return [];
        return [`${theme.id}: undeclared ${type} in ${foreground} on ${theme.background}`];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it('tell the kinds of names from each other, by color or style', () => {
    const { rules } =
      packageJson.contributes.configurationDefaults['editor.semanticTokenColorCustomizations'];
    const styles: Readonly<Record<string, Readonly<Record<string, boolean>>>> = rules;
    const look = (theme: Theme, kind: string): string => {
      const [type = '', ...modifiers] = kind.split('.');
      const { foreground, fontStyle = '' } = semanticStyle(theme, contributed(type), modifiers, SCOPES);
      const set = Object.keys(styles[kind] ?? {}).filter(name => styles[kind]?.[name]);
      return [foreground, ...new Set([...fontStyle.split(' ').filter(Boolean), ...set])].join(' ');
    };
    const alike = themes.flatMap(theme => {
      const looks = KINDS.map(kind => look(theme, kind));
      return new Set(looks).size === KINDS.length ? [] : [`${theme.id}: ${looks.join(', ')}`];
    });
    assert.deepEqual(alike, []);
  });

  it('show what the grammar finds before there are semantic tokens', async () => {
    const lines = await tokenize(SAMPLE);
    const wrong = new Set<string>();
    for (const theme of themes) {
      const colorAt = await colors(theme);
      const seen = new Set<string>();
      for (const [line, { tokens }] of lines.entries())
        for (const { scopes, startIndex } of tokens) {
          const innermost = scopes.at(-1) ?? '';
          for (const [part, scope] of Object.entries(PARTS)) {
            if (!scope.test(innermost)) continue;
            seen.add(part);
            for (const complaint of complaints(theme, part, colorAt(line, startIndex))) wrong.add(complaint);
          }
        }
      assert.deepEqual([...seen].sort(), Object.keys(PARTS).sort());
    }
    assert.deepEqual([...wrong], []);
  });

  it('show delimiters as the brackets that VS Code paints over them', () => {
    assert.deepEqual(
      themes.flatMap(theme => complaints(theme, 'bracket', theme.brackets)),
      [],
    );
  });
});

const SCOPES: Readonly<Record<string, readonly string[]>> = Object.assign(
  {},
  ...packageJson.contributes.semanticTokenScopes.map(({ scopes }) => scopes),
);

function contributed(type: string) {
  const found = packageJson.contributes.semanticTokenTypes.find(({ id }) => id === type);
  assert.ok(found, `package.json does not contribute ${type}`);
  return found;
}

/** What is wrong with a color for a part of a prompt. */
function complaints(theme: Theme, part: string, color: string | undefined): string[] {
  if (color === undefined) return [`${theme.id}: ${part} has no color of its own`];
  const wrong: string[] = [];
  const [read, told] = [contrast(color, theme.background), difference(color, theme.foreground)];
  const least = leastContrast(theme);
  if (read < least)
    wrong.push(
      `${theme.id}: ${part} in ${color} has a contrast of ${read.toFixed(2)}, below ${least.toFixed(2)}`,
    );
  if (told < TELLING) wrong.push(`${theme.id}: ${part} in ${color} is only ${told.toFixed(1)} from the text`);
  return wrong;
}

/** What is readable; in a theme that shows its own keywords, strings or embedded punctuation fainter, as faint as that. */
function leastContrast(theme: Theme): number {
  const own = ['keyword', 'string', 'punctuation.section.embedded.begin']
    .map(scope => probeScopes(theme, [scope]).foreground)
    .filter(color => color !== undefined);
  return Math.min(READABLE, ...own.map(color => contrast(color, theme.background)));
}

/** The color of the sample's text at a 0-based place, as VS Code's TextMate engine resolves it. */
async function colors(theme: Theme): Promise<(line: number, column: number) => string | undefined> {
  const rules = theme.tokenColors.flatMap(({ scope, settings }) =>
    scope === undefined ? [] : [{ scope, settings: definite(settings) }],
  );
  registry.setTheme({ settings: [{ settings: { foreground: theme.foreground } }, ...rules] });
  const grammar = await registry.loadGrammar(SCOPE);
  assert.ok(grammar);
  const map = registry.getColorMap();
  const lines: Uint32Array[] = [];
  let state = null as Parameters<typeof grammar.tokenizeLine2>[1];
  for (const line of SAMPLE.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine2(line, state);
    lines.push(tokens);
    state = ruleStack;
  }
  return (line, column) => {
    const tokens = lines[line] ?? new Uint32Array();
    let metadata = 0;
    for (let at = 0; at < tokens.length && (tokens[at] ?? 0) <= column; at += 2)
      metadata = tokens[at + 1] ?? 0;
    // The layout of `StandardTokenType` metadata: nine bits of foreground from the sixteenth on.
    return map[(metadata >>> 15) & 0x1ff];
  };
}

/** Without the properties that are undefined. */
function definite({ foreground, fontStyle }: Style) {
  return { ...(foreground !== undefined && { foreground }), ...(fontStyle !== undefined && { fontStyle }) };
}

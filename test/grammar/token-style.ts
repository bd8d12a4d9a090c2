/** The color that VS Code gives a semantic token, by the rules of its `colorThemeData.ts`. */
import type { Theme } from './built-in-themes.ts';

export interface Style {
  readonly foreground?: string | undefined;
  readonly fontStyle?: string | undefined;
}

/** A semantic token type, as package.json contributes it. */
export interface ContributedType {
  readonly id: string;
  readonly superType: string;
}

/**
 * What a theme shows a token of ours in: by its own rules for semantic tokens, else by the scopes contributed for it.
 * @param scopes by selector, such as `promptVariable.undeclared`
 */
export function semanticStyle(
  theme: Theme,
  type: ContributedType,
  modifiers: readonly string[],
  scopes: Readonly<Record<string, readonly string[]>>,
): Style {
  const own = Object.entries(theme.semanticTokenColors).map(
    ([selector, value]) => [selector, typeof value === 'string' ? { foreground: value } : value] as const,
  );
  const contributed = Object.entries(scopes).map(
    ([selector, probes]) => [selector, probeScopes(theme, probes)] as const,
  );
  return { ...best(contributed, type, modifiers), ...best(own, type, modifiers) };
}

/** Each property from the most specific rule that sets it; of equal ones from the last. */
function best(
  rules: readonly (readonly [selector: string, style: Style])[],
  type: ContributedType,
  modifiers: readonly string[],
): Style {
  const scored = rules
    .map(([selector, style]) => ({ score: score(selector, type, modifiers), style }))
    .filter(rule => rule.score >= 0)
    .sort((one, other) => one.score - other.score);
  const found: { foreground?: string; fontStyle?: string } = {};
  for (const { style } of scored) {
    if (style.foreground !== undefined) found.foreground = style.foreground;
    if (style.fontStyle !== undefined) found.fontStyle = style.fontStyle;
  }
  return found;
}

function score(selector: string, { id, superType }: ContributedType, modifiers: readonly string[]): number {
  const [named = '', language] = selector.split(':');
  if (language !== undefined && language !== 'dotprompt') return -1;
  const [type, ...wanted] = named.split('.');
  const level = [id, superType].indexOf(type ?? '');
  if (type !== '*' && level < 0) return -1;
  if (!wanted.every(modifier => modifiers.includes(modifier))) return -1;
  return (language === undefined ? 0 : 10) + (type === '*' ? 0 : 100 - level) + 100 * wanted.length;
}

/** The style of the first scope that the theme says anything about, be it the font's style alone. */
export function probeScopes(theme: Theme, probes: readonly string[]): Style {
  for (const probe of probes) {
    const found: { foreground?: string; fontStyle?: string } = {};
    const length = { foreground: -1, fontStyle: -1 };
    for (const { scope = [], settings } of theme.tokenColors) {
      const matched = matchedLength(typeof scope === 'string' ? scope.split(',') : scope, probe);
      if (matched < 0) continue;
      for (const key of ['foreground', 'fontStyle'] as const) {
        const value = settings[key];
        if (value === undefined || matched < length[key]) continue;
        found[key] = value;
        length[key] = matched;
      }
    }
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

/** The length of the longest selector that a scope begins with; one with several parts asks for the text around. */
function matchedLength(selectors: readonly string[], probe: string): number {
  return Math.max(
    -1,
    ...selectors
      .flatMap(selector => selector.split(','))
      .map(selector => selector.trim())
      .filter(selector => probe === selector || probe.startsWith(`${selector}.`))
      .map(({ length }) => length),
  );
}

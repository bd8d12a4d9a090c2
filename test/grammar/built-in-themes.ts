/** The color themes that the newest VS Code brings, read from its own server as its workbench reads them. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'jsonc-parser';
import * as z from 'zod';
import { installServer } from '../../scripts/host/vscodeServer.ts';
import { NEWEST } from '../../scripts/host/vscodeVersions.ts';

const settings = z.object({ foreground: z.string().optional(), fontStyle: z.string().optional() });
const tokenColor = z.object({
  scope: z.union([z.string(), z.array(z.string())]).optional(),
  settings,
});
export type TokenColor = z.infer<typeof tokenColor>;

const themeFile = z.object({
  include: z.string().optional(),
  colors: z.record(z.string(), z.string()).default({}),
  tokenColors: z.array(tokenColor).default([]),
  semanticTokenColors: z.record(z.string(), z.union([z.string(), settings])).default({}),
});
const manifest = z.object({
  contributes: z.object({
    themes: z.array(z.object({ id: z.string(), uiTheme: z.string(), path: z.string() })).default([]),
  }),
});

/** Colors are `#rgb`, `#rrggbb` or `#rrggbbaa`. */
export interface Theme {
  readonly id: string;
  /** True if it is of the extension `theme-defaults`: those that VS Code offers first. */
  readonly isDefault: boolean;
  readonly background: string;
  readonly foreground: string;
  /** Of the outermost brackets, which bracket pair colorization paints over what a grammar says. */
  readonly brackets: string;
  /** In the order in which later ones win over earlier ones of the same score. */
  readonly tokenColors: readonly TokenColor[];
  readonly semanticTokenColors: Readonly<Record<string, string | z.infer<typeof settings>>>;
}

/** The colors that VS Code's registry gives where a theme says nothing. */
const DEFAULTS: Readonly<Record<string, Pick<Theme, 'background' | 'foreground' | 'brackets'>>> = {
  vs: { background: '#ffffff', foreground: '#333333', brackets: '#0431fa' },
  'vs-dark': { background: '#1e1e1e', foreground: '#bbbbbb', brackets: '#ffd700' },
  'hc-black': { background: '#000000', foreground: '#ffffff', brackets: '#ffd700' },
  'hc-light': { background: '#ffffff', foreground: '#292929', brackets: '#0431fa' },
};

/** @throws {Error} where VS Code's server cannot be had, or a theme is not one */
export async function builtInThemes(): Promise<Theme[]> {
  const { main } = await installServer(NEWEST, () => undefined);
  const extensions = join(dirname(main), '..', 'extensions');
  return globSync('theme-*/package.json', { cwd: extensions })
    .sort()
    .flatMap(file => {
      const folder = join(extensions, dirname(file));
      const { contributes } = manifest.parse(readJson(join(extensions, file)));
      return contributes.themes.map(({ id, uiTheme, path }): Theme => {
        const { colors, ...rest } = readTheme(join(folder, path));
        const defaults = DEFAULTS[uiTheme];
        if (defaults === undefined) throw new Error(`${id} is of an unknown kind: ${uiTheme}`);
        return {
          id,
          isDefault: dirname(file) === 'theme-defaults',
          background: colors['editor.background'] ?? defaults.background,
          foreground: colors['editor.foreground'] ?? defaults.foreground,
          brackets: colors['editorBracketHighlight.foreground1'] ?? defaults.brackets,
          ...rest,
        };
      });
    });
}

/** A theme's file over the one that it includes. */
function readTheme(file: string): Omit<z.infer<typeof themeFile>, 'include'> {
  const { include, colors, tokenColors, semanticTokenColors } = themeFile.parse(readJson(file));
  if (include === undefined) return { colors, tokenColors, semanticTokenColors };
  const base = readTheme(join(dirname(file), include));
  return {
    colors: { ...base.colors, ...colors },
    tokenColors: [...base.tokenColors, ...tokenColors],
    semanticTokenColors: { ...base.semanticTokenColors, ...semanticTokenColors },
  };
}

function readJson(file: string): unknown {
  return parse(readFileSync(file, 'utf8'));
}

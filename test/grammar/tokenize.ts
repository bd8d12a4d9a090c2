/** The shipped grammar, run by VS Code's own TextMate engine with a real YAML grammar beside it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { createRegistry } =
  require('vscode-tmgrammar-test/dist/common/index.js') as typeof import('vscode-tmgrammar-test/dist/common/index.js');
const { getVSCodeTokens } =
  require('vscode-tmgrammar-test/dist/snapshot/index.js') as typeof import('vscode-tmgrammar-test/dist/snapshot/index.js');

export const SCOPE = 'source.dotprompt';
export const OWNERS_SCOPE = 'source.promptforge-owners';
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
export const DEMO_PROMPTS = `${REPOSITORY}demo/prompts`;

export const registry = createRegistry([
  { path: `${REPOSITORY}syntaxes/dotprompt.tmLanguage.json`, scopeName: SCOPE },
  { path: `${REPOSITORY}syntaxes/owners.tmLanguage.json`, scopeName: OWNERS_SCOPE },
  { path: require.resolve('tm-grammars/grammars/yaml.json'), scopeName: 'source.yaml' },
]);

export type Line = Awaited<ReturnType<typeof getVSCodeTokens>>[number];

export async function tokenize(source: string, scope = SCOPE): Promise<Line[]> {
  return getVSCodeTokens(registry, scope, source);
}

/** The scopes at a 0-based place. */
export function scopesAt(lines: readonly Line[], line: number, column: number): readonly string[] {
  const token = lines[line]?.tokens.find(
    ({ startIndex, endIndex }) => startIndex <= column && column < endIndex,
  );
  return token?.scopes ?? [];
}

/** Every demo prompt, by the path of its file without `.prompt`. */
export function demoPrompts(): { name: string; source: string }[] {
  if (!existsSync(DEMO_PROMPTS)) throw new Error(`The demo prompts are missing: ${DEMO_PROMPTS}`);
  return globSync('**/*.prompt', { cwd: DEMO_PROMPTS })
    .sort()
    .map(file => ({
      name: file.replaceAll('\\', '/').replace(/\.prompt$/, ''),
      source: readFileSync(`${DEMO_PROMPTS}/${file}`, 'utf8'),
    }));
}

/** `promptforge lsp`: the language server, for editors other than VS Code. */
import { Command, Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };

export function lspCommand(): Command {
  return new Command('lsp')
    .addOption(new Option('--stdio', 'speak over standard input and output, which it always does'))
    .addHelpText(
      'after',
      `
Your editor starts it and speaks the Language Server Protocol with it: problems, completion, hover,
definition and references, rename across files, formatting, quick fixes, outline, folding and
semantic tokens for .prompt files and their .samples.yaml. It needs no registry and no network.
docs/editors.md has the settings for Neovim, Helix, Zed and JetBrains.`,
    )
    .action(async () => {
      const { serveLanguage } = await import('../../language-server/server.ts');
      serveLanguage(packageJson.version);
      // The connection ends the process when the editor goes.
      await new Promise<never>(() => {});
    });
}

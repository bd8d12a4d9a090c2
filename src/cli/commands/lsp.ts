/** `promptforge lsp`: runs the language server, for editors other than VS Code. */
import { Command, Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };

export function lspCommand(): Command {
  return new Command('lsp')
    .addOption(new Option('--stdio', 'use standard input and output; always on'))
    .addHelpText(
      'after',
      `
A language server, started by your editor: diagnostics, completion, hovers, definitions,
references, rename across files, formatting, quick fixes, outline, folding and semantic tokens for
.prompt files and their .samples.yaml. Needs no registry and no network. See docs/editors.md for
Neovim, Helix, Zed and JetBrains.`,
    )
    .action(async () => {
      const { serveLanguage } = await import('../../language-server/stdio.ts');
      serveLanguage(packageJson.version);
      // The connection ends the process when the editor closes it.
      await new Promise<never>(() => {});
    });
}

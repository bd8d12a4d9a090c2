/** `--data`: which data folder a command works on. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { Option } from 'commander';

/**
 * The data folder of this user: `$XDG_DATA_HOME/promptforge` or `~/.local/share/promptforge` (XDG Base Directory
 * Specification, which has relative paths ignored), on macOS and Windows where applications keep their data.
 */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'PromptForge');
  if (platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'PromptForge');
  const xdg = environment['XDG_DATA_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'promptforge');
}

/** The option of every command that opens a data folder; its value is an absolute path. */
export function dataOption(): Option {
  return new Option('--data <folder>', "the registry's data folder")
    .env('PROMPTFORGE_DATA')
    .default(defaultDataFolder())
    .argParser(folder => resolve(folder));
}

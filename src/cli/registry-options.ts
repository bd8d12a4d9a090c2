/** `--data` and `--database`, which select the registry that a command works on. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Command, Option } from 'commander';
import { CommandFailure, EXIT } from './exit-code.ts';
import { givenArgument, pathArgument } from './values.ts';

/**
 * The user's data folder: `$XDG_DATA_HOME/promptforge` or `~/.local/share/promptforge` (XDG Base Directory
 * Specification, by which relative paths are ignored); on macOS and Windows, the usual folder for application data.
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

/** Used with `databaseOption()` by every command that works on a registry: the values are `RegistryOptions`. */
export function dataOption(): Option {
  const option = new Option('--data <folder>', "the registry's data folder")
    .default(defaultDataFolder())
    .argParser(pathArgument);
  return fromEnvironment(option, 'PROMPTFORGE_DATA');
}

/** An invalid value is reported on opening, without repeating it: it may contain a password. */
export function databaseOption(): Option {
  const option = new Option(
    '--database <url>',
    'a PostgreSQL database instead, postgres://user@host:5432/database',
  ).argParser(givenArgument);
  return fromEnvironment(option, 'PROMPTFORGE_DATABASE');
}

/** An empty variable counts as not set, as usual (XDG Base Directory Specification). */
export function fromEnvironment(option: Option, name: string): Option {
  return process.env[name]?.trim() === '' ? option : option.env(name);
}

/** The file of the registry's own key, for commands that sign. */
export function registryKeyOption(): Option {
  return new Option(
    '--registry-key <file>',
    "the registry's own key (default: registry-key.pem in the data folder)",
  ).argParser(pathArgument);
}

export function signedHeadOption(): Option {
  return new Option(
    '--signed-head <file>',
    'the file with the last signed head (default: registry-key.head.db beside the key, or one for each database)',
  ).argParser(pathArgument);
}

/**
 * Resolves a data folder and a database to one: options take precedence over variables.
 * @throws CommandFailure if both are options or both are variables
 */
export function chooseOneRegistry(command: Command): void {
  const [data, database] = ['data', 'database'].map(name => command.getOptionValueSource(name));
  if (database === undefined || data === 'default') return;
  if (data === database)
    throw new CommandFailure(
      EXIT.usage,
      data === 'cli'
        ? '--data and --database cannot be combined. Remove one.'
        : 'Both PROMPTFORGE_DATA and PROMPTFORGE_DATABASE name a registry. Unset one, or give --data or --database.',
    );
  if (data === 'cli') command.setOptionValueWithSource('database', undefined, undefined);
}

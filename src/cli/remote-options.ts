/** Options of commands that use the registry of a working copy. */
import { Option } from 'commander';
import { validateRegistryUrl } from '../client/address.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { fromEnvironment } from './registry-options.ts';
import { givenArgument } from './values.ts';

const VARIABLE = 'PROMPTFORGE_REGISTRY';

/** In CI, the variable prevents a change of promptforge.json from sending keys to another registry. */
export function remoteOption(): Option {
  const option = new Option('--registry <url>', 'the registry (default: that of promptforge.json)').argParser(
    remoteArgument,
  );
  return fromEnvironment(option, VARIABLE);
}

/** @throws CommandFailure that names both sources, and does not repeat the URL: it may contain a password */
function remoteArgument(text: string): string {
  const why = validateRegistryUrl(givenArgument(text));
  if (why === undefined) return text;
  throw new CommandFailure(EXIT.usage, `--registry or ${VARIABLE} cannot be used. ${why}`);
}

/** Options of commands that use the registry of a working copy. */
import { Option } from 'commander';
import { fromEnvironment } from './registry-options.ts';
import { givenArgument } from './values.ts';

/** In CI, the variable prevents a change of promptforge.json from sending keys to another registry. */
export function remoteOption(): Option {
  const option = new Option('--registry <url>', 'the registry (default: that of promptforge.json)').argParser(
    givenArgument,
  );
  return fromEnvironment(option, 'PROMPTFORGE_REGISTRY');
}

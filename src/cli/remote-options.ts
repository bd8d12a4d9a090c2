/** Options of commands that ask a registry about a working copy. */
import { Option } from 'commander';
import { fromEnvironment } from './registry-options.ts';
import { givenArgument } from './values.ts';

/** In CI the variable keeps keys from a registry that a change of promptforge.json names. */
export function remoteOption(): Option {
  const option = new Option('--registry <url>', 'the registry (default: that of promptforge.json)').argParser(
    givenArgument,
  );
  return fromEnvironment(option, 'PROMPTFORGE_REGISTRY');
}

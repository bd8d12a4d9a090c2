/** Finds the file with the last signed head of the log. */
import { headFileOf } from '../registry/proof/head-file.ts';
import { type RegistryOptions, shownPlace } from './with-registry.ts';

/** The file of the option; by default the one beside the key, a separate one for each database. */
export async function signedHeadFile(
  options: RegistryOptions & { readonly signedHead?: string | undefined },
  keyFile: string,
): Promise<string> {
  if (options.signedHead !== undefined) return options.signedHead;
  return headFileOf(keyFile, options.database === undefined ? undefined : await shownPlace(options));
}

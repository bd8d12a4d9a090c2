// Where things that are large and can be fetched again are kept: one folder per user, outside the checkout.

import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * The per-user cache folder of this project (an absolute path; it need not exist yet).
 * @param {NodeJS.ProcessEnv} environment
 */
export function cacheFolder(environment = process.env) {
  const configured = environment['XDG_CACHE_HOME'];
  // The XDG base directory specification: a relative path there is to be ignored.
  if (configured !== undefined && isAbsolute(configured)) return join(configured, 'promptforge');
  if (process.platform === 'win32' && environment['LOCALAPPDATA'] !== undefined) {
    return join(environment['LOCALAPPDATA'], 'promptforge', 'cache');
  }
  const home = homedir();
  return isAbsolute(home)
    ? join(home, '.cache', 'promptforge')
    : join(tmpdir(), `promptforge-cache-${userInfo().uid}`);
}

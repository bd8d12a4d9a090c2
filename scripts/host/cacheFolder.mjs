// The folder for large downloads: one per user, outside the checkout.

import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Returns the per-user cache folder of this project: an absolute path, which may not exist yet.
 * @param {NodeJS.ProcessEnv} environment
 */
export function cacheFolder(environment = process.env) {
  const configured = environment['XDG_CACHE_HOME'];
  // The XDG Base Directory Specification requires relative paths to be ignored.
  if (configured !== undefined && isAbsolute(configured)) return join(configured, 'promptforge');
  if (process.platform === 'win32' && environment['LOCALAPPDATA'] !== undefined) {
    return join(environment['LOCALAPPDATA'], 'promptforge', 'cache');
  }
  const home = homedir();
  return isAbsolute(home)
    ? join(home, '.cache', 'promptforge')
    : join(tmpdir(), `promptforge-cache-${userInfo().uid}`);
}

// The folder of package.json, independent of the current directory.

import { dirname } from 'node:path';

/** The project's root as an absolute path. */
export const ROOT = dirname(import.meta.dirname);

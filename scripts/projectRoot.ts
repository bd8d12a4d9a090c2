// The folder of package.json, whatever folder a script is started from.

import { dirname } from 'node:path';

/** The project's root as an absolute path. */
export const ROOT = dirname(import.meta.dirname);

// Gets what the tests in a real VS Code need onto this machine: both servers, a browser and a keyring.

import { Steps } from './steps.mjs';
import { provideBrowser, provideKeyring } from './systemPackages.ts';
import { installServer } from './vscodeServer.ts';
import { NEWEST, OLDEST } from './vscodeVersions.ts';

const steps = new Steps();

await Promise.all([
  // One after the other: apt-get keeps a lock of its own.
  steps.during(async say => {
    await provideBrowser(say);
    await provideKeyring(say);
  }),
  steps.during(async say => {
    for (const version of [NEWEST, OLDEST]) await installServer(version, say);
  }),
]);

// Gets what the tests in a real VS Code need onto this machine: both servers, a browser and a keyring.

import { provideBrowser, provideKeyring } from './systemPackages.ts';
import { installServer } from './vscodeServer.ts';
import { NEWEST, OLDEST } from './vscodeVersions.ts';

// One after the other: apt-get and npm each keep a lock of their own.
await provideBrowser(console.log);
await provideKeyring(console.log);
for (const version of [NEWEST, OLDEST]) await installServer(version, console.log);

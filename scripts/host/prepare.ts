// Installs the programs that tests need: VS Code's server, a browser, a keyring, Neovim and the oldest supported Nodes;
// for `npm run test:all` also the server of the oldest supported VS Code.

import packageJson from '../../package.json' with { type: 'json' };
import { PACKAGE_NODE } from '../npmPackage.ts';
import { installOldestNode } from './promisedNode.ts';
import { Steps } from './steps.mjs';
import { provideBrowser, provideKeyring, provideNeovim } from './systemPackages.ts';
import { installServer } from './vscodeServer.ts';
import { NEWEST, OLDEST } from './vscodeVersions.ts';

const everything = process.env['PROMPTFORGE_TEST_RUNS'] === 'full';
const steps = new Steps();

await Promise.all([
  // One after the other, because apt-get has a lock.
  steps.during(async say => {
    await provideBrowser(say);
    await provideKeyring(say);
    await provideNeovim(say);
  }),
  steps.during(async say => {
    for (const range of [packageJson.engines.node, PACKAGE_NODE]) await installOldestNode(range, say);
  }),
  steps.during(async say => {
    for (const version of everything ? [NEWEST, OLDEST] : [NEWEST]) await installServer(version, say);
  }),
]);

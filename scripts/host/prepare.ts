// Gets what the tests in a real VS Code need onto this machine: its server, a browser, a keyring and another editor; for
// `npm run test:all` the server of the oldest VS Code as well. And the oldest Nodes that are promised.

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
  // One after the other: apt-get keeps a lock of its own.
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

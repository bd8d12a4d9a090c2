#!/usr/bin/env node
// Replaces the desktop VS Code that @vscode/test-electron's `runTests` starts: takes the same arguments, runs the suite
// in VS Code's server with Chromium as the window, and exits with the suite's exit code.
//
//   launcher.ts FOLDER --extensionDevelopmentPath=… --extensionTestsPath=… [--user-data-dir=…]
//
// PROMPTFORGE_HOST_VERSION is the version of VS Code (default: the newest). PROMPTFORGE_HOST_KEYCHAIN=none runs it
// without a keychain, PROMPTFORGE_HOST_TRUST=ask with Workspace Trust.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format, parseArgs } from 'node:util';
import { startBrowser } from './browser.ts';
import { HOST_IS_LATE, NO_FOLDER, OPENINGS } from './hostMessages.ts';
import { patience } from './patience.ts';
import { type RunningServer, startServer, WITHOUT_GIT } from './runningServer.ts';
import { provideBrowser, provideKeyring } from './systemPackages.ts';
import { openUnseenPage } from './unseenPage.ts';
import { installServer } from './vscodeServer.ts';
import { hostVersion, NEWEST } from './vscodeVersions.ts';

/** A suite that prints nothing for this long hangs, because each finished test prints a line. */
const SILENCE_MS = patience(5 * 60_000);

/** VS Code's console message when the window has lost its extension host. */
const HOST_IS_LOST = '[reconnect] starting reconnecting loop';

async function runSuite(commandLine: readonly string[]): Promise<number> {
  // `strict: false` ignores flags of the desktop build, such as --no-sandbox and --skip-welcome.
  const { values, positionals } = parseArgs({
    args: [...commandLine],
    strict: false,
    allowPositionals: true,
    options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
  });
  const { extensionDevelopmentPath: extension, extensionTestsPath: tests } = values;
  const workspace = positionals.at(0);
  if (typeof extension !== 'string' || typeof tests !== 'string' || workspace === undefined) {
    console.error('Usage: launcher.ts FOLDER --extensionDevelopmentPath=PATH --extensionTestsPath=PATH');
    return 2;
  }

  const installed = await installServer(
    hostVersion(process.env['PROMPTFORGE_HOST_VERSION'] ?? NEWEST.vscode),
    console.log,
  );
  const withoutKeychain = process.env['PROMPTFORGE_HOST_KEYCHAIN'] === 'none';
  if (!withoutKeychain) await provideKeyring(console.log);
  const folder = await mkdtemp(join(tmpdir(), 'promptforge-host-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const server = await startServer(installed, {
    folder,
    keychain: withoutKeychain ? 'none' : 'own',
    workspaceTrust: process.env['PROMPTFORGE_HOST_TRUST'] === 'ask',
    acceptPayload: true,
    settings: WITHOUT_GIT,
  });
  cleanUp.defer(() => server.stop());
  const browser = await startBrowser(await provideBrowser(console.log));
  cleanUp.defer(() => browser.close());

  const ended = Promise.withResolvers<number>();
  const silence = setTimeout(() => {
    console.error(
      `The suite printed nothing for ${(SILENCE_MS / 60_000).toFixed(0)} minutes. ${endOfLog(server)}`,
    );
    ended.resolve(1);
  }, SILENCE_MS);
  cleanUp.defer(() => clearTimeout(silence));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.resolve(130));
  const remote = `vscode-remote://${server.authority}`;
  const address = server.workbench(resolve(workspace), [
    ['extensionDevelopmentPath', remote + resolve(extension)],
    ['extensionTestsPath', remote + resolve(tests)],
  ]);
  let isUnready = false;
  let attempts = OPENINGS;
  const open = async (): Promise<void> => {
    isUnready = false;
    attempts -= 1;
    await page.goto(address);
  };
  const page = await openUnseenPage(browser, {
    codeAutomationLog(_type, args) {
      silence.refresh();
      const line = format(...(args as unknown[]));
      isUnready ||= line.includes(HOST_IS_LATE) || line.includes(NO_FOLDER);
      if (line.includes(HOST_IS_LOST)) console.error(`The extension host is gone. ${endOfLog(server)}`);
      printLogLine(line);
    },
    codeAutomationExit(code) {
      if (code === 0 || !isUnready || attempts === 0) return ended.resolve(code as number);
      console.log(
        'The extension host was not ready within the minute that VS Code gives it, or had no folder: once more.',
      );
      open().catch(ended.reject);
    },
  });
  await open();
  return await ended.promise;
}

/** The end of the server's log: only the server logs why the extension host ended. */
function endOfLog(server: RunningServer): string {
  return `The server's log ends:\n${server.log().slice(-4_000)}`;
}

// Console messages that the workbench writes in every run, left out of the tests' output.
const NOTICES_OF_THE_WORKBENCH = [
  /^Resolv(ing|ed) connection token/,
  /^Creating a socket/,
  /^Creation of workbench contribution/,
  /^Ignoring fetching additional builtin extensions/,
  /^Updating additional builtin extensions/,
  /^Attempt(ing|ed)? to /,
  /^No default agent contributed/,
  /No signed-in session resolved/,
  /Could not locate the bindings file/,
  /Cannot find module '\.\/build\/Release/,
  /^\[(AccountPolicyGate|AgentHost|Chat|LanguageModel|Service Worker|reconnection-grace-time)/,
  /ExperimentalWarning: SQLite|node --trace-warnings/,
];

function printLogLine(line: string): void {
  if (!NOTICES_OF_THE_WORKBENCH.some(pattern => pattern.test(line))) console.log(line);
}

process.exitCode = await runSuite(process.argv.slice(2));

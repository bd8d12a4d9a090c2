/**
 * What VS Code sees come: it may miss what is made in a folder as new as itself, and of what goes before it was told
 * of, it tells nothing.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { patience } from '../../../scripts/host/patience.ts';
import { eventually } from '../../eventually.ts';

/** The time an event takes at most before the folder is made anew. */
const EVENT_MS = patience(3_000);

/** Makes a folder, and those that it is in, in which VS Code sees what comes and goes. @param path an absolute path */
export async function makeWatchedFolder(path: string): Promise<void> {
  const missing = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing)
    await eventually(`VS Code to watch ${folder}`, async () => {
      await mkdir(folder, { recursive: true });
      const probe = join(folder, 'probe.txt');
      const isSeen = await whenSeen(probe, () => writeFile(probe, ''), EVENT_MS);
      await rm(isSeen ? probe : folder, { recursive: true });
      return isSeen;
    });
}

/** Waits until VS Code sees what comes and goes in a folder that is there, such as one that was just added to the window. */
export async function untilWatched(folder: string): Promise<void> {
  const probe = join(folder, 'probe.txt');
  await eventually(`VS Code to watch ${folder}`, async () => {
    const isSeen = await whenSeen(probe, () => writeFile(probe, ''), EVENT_MS);
    await rm(probe);
    return isSeen;
  });
}

/**
 * Waits until `make` is done and VS Code has told that there is a file of that path.
 * @returns whether it was told within `limit` milliseconds
 */
export async function whenSeen(path: string, make: () => Promise<unknown>, limit: number): Promise<boolean> {
  const watcher = vscode.workspace.createFileSystemWatcher('**');
  try {
    const seen = new Promise<boolean>(resolve => {
      watcher.onDidCreate(({ fsPath }) => fsPath === path && resolve(true));
    });
    await make();
    return await Promise.race([seen, sleep(limit, false)]);
  } finally {
    watcher.dispose();
  }
}

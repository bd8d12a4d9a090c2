/** The file system of a project: this machine's for one on a disk, VS Code's for a virtual one. */
import { createHash } from 'node:crypto';
import type { FileSystem } from '../../workspace/file-system.ts';
import { uriOf } from './paths.ts';
import { isVirtual } from './virtual-path.ts';

/** @param storage the extension's folder on this machine's disk, absolute */
export async function openFileSystem(root: string, storage: string): Promise<FileSystem> {
  const { nodeFileSystem } = await import('../../workspace/node-file-system.ts');
  // Node replaces files atomically and flushes them, which VS Code's interface cannot.
  if (!isVirtual(root)) return nodeFileSystem;
  const [{ virtualFileSystem }, { join }] = await Promise.all([
    import('./virtual-file-system.ts'),
    import('node:path'),
  ]);
  const id = createHash('sha256').update(uriOf(root).toString()).digest('hex').slice(0, 32);
  return virtualFileSystem(root, join(storage, 'virtual', id), nodeFileSystem);
}

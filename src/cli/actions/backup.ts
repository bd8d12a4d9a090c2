/** Runs `promptforge backup`. */
import { backUp } from '../../registry/backup.ts';
import { line, print, printJson, say } from '../output.ts';
import { sayNarrowed } from '../with-registry.ts';

export interface BackupOptions {
  readonly data: string;
  readonly output: string;
  readonly json?: true;
}

/** @throws DataFolderProblem */
export async function backup({ data, output, json }: BackupOptions): Promise<void> {
  const { head, key } = await backUp(data, output, sayNarrowed);
  if (json) return printJson({ output, events: head.seq, hash: head.hash, key });
  await print(
    line`Backed up ${head.seq} events to ${output}, and verified them.\nThe log ends with ${head.hash}.`,
  );
  await say(
    key
      ? line`The backup contains the registry's own key. Protect it like the data folder.`
      : line`The data folder does not contain the registry's key. If you start "serve" with --registry-key, back up that file, too.`,
  );
}

/** What `promptforge verify` does. */
import { readFile } from 'node:fs/promises';
import { checkpoint } from '../../contract/checkpoint.ts';
import type { Checkpoint } from '../../core/checkpoint.ts';
import { whyRefused } from '../../disk/why-refused.ts';
import { DataFolderProblem } from '../../registry/data-folder-problem.ts';
import { DatabaseProblem } from '../../registry/database-problem.ts';
import { whyNotOfLog } from '../../registry/proof/checkpoint.ts';
import { verifyRegistry } from '../../registry/proof/verification.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface VerifyOptions extends RegistryOptions {
  /** A file. */
  readonly checkpoint?: string;
  readonly json?: true;
}

/**
 * @throws CommandFailure that names what does not fit, or for a checkpoint that cannot be read or is not one of this
 * log; DataFolderProblem, DatabaseProblem
 */
export async function verify(options: VerifyOptions): Promise<void> {
  try {
    await verifyPlace(options);
  } catch (cause) {
    // For other commands a broken log is something around them; here it is the answer, and a script tells it from a wrong path.
    if (DataFolderProblem.is(cause, 'chain_broken') || DatabaseProblem.is(cause, 'chain_broken'))
      throw new CommandFailure(EXIT.refused, cause.message, { cause });
    throw cause;
  }
}

async function verifyPlace(options: VerifyOptions): Promise<void> {
  const kept = options.checkpoint === undefined ? undefined : await readCheckpoint(options.checkpoint);
  await withRegistry(options, { create: false }, async store => {
    const head = await verifyRegistry(store);
    if (kept !== undefined) {
      const why = await store.read(snapshot => whyNotOfLog(snapshot, kept));
      if (why !== undefined)
        throw new CommandFailure(
          EXIT.refused,
          `The checkpoint in ${options.checkpoint} is not one of this log. ${why} Keep both: they are evidence.`,
        );
    }
    if (options.json) return printJson({ events: head.seq, hash: head.hash, checkpoint: kept?.seq ?? null });
    await print(
      line`${head.seq} events, and every source and table that they tell of, fit.\nThe log ends with ${head.hash}.`,
    );
    if (kept !== undefined)
      await print(line`It holds the checkpoint of event ${kept.seq}, signed at ${kept.at}.`);
  });
}

async function readCheckpoint(file: string): Promise<Checkpoint> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${file} cannot be read: ${whyRefused(cause)}. Check the path.`,
      { cause },
    );
  }
  try {
    return checkpoint.parse(JSON.parse(text));
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${file} does not hold a checkpoint. Give a file with exactly what /v1/checkpoint answered.`,
      { cause },
    );
  }
}

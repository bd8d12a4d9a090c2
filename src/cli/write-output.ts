/** A file that a command writes for its user. */
import { systemErrorReason } from '../disk/system-error.ts';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** Whole or not at all. @throws CommandFailure */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await nodeFileSystem.writeFile(file, Buffer.from(text));
  } catch (cause) {
    throw new CommandFailure(EXIT.environment, `${file} cannot be written: ${systemErrorReason(cause)}.`, {
      cause,
    });
  }
}

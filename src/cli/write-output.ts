/** Writes a command's output file. */
import { systemErrorReason } from '../disk/system-error.ts';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** Writes a file atomically. @throws CommandFailure */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await nodeFileSystem.writeFile(file, Buffer.from(text));
  } catch (cause) {
    throw new CommandFailure(EXIT.environment, `${file} cannot be written: ${systemErrorReason(cause)}.`, {
      cause,
    });
  }
}

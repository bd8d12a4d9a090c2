/** Reads a file argument or stdin, up to a limit. */
import { createReadStream } from 'node:fs';
import { systemErrorReason } from '../disk/system-error.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** The argument that means stdin instead of a file. */
const STDIN = '-';

/**
 * @param file a path, or `-`
 * @param limit in bytes, with the message for a longer file
 * @throws CommandFailure for a file that is longer or cannot be read
 */
export async function readBytes(
  file: string,
  limit: { readonly bytes: number; readonly sentence: string },
): Promise<Buffer> {
  const label = file === STDIN ? 'stdin' : file;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of file === STDIN ? process.stdin : createReadStream(file)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit.bytes) throw new CommandFailure(EXIT.invalid, `${label}: ${limit.sentence}`);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw new CommandFailure(EXIT.environment, `${label} cannot be read: ${systemErrorReason(cause)}.`, {
      cause,
    });
  }
}

/** Reads a release from a file: versions to be live together. */
import type { Digest } from '../../core/digest.ts';
import { isPartial, type PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { parseVersionReference, type VersionNumber } from '../../core/version.ts';
import { parseLock } from '../../workspace/lock-file.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { readBytes } from '../read-bytes.ts';

export interface ReleasedVersion {
  readonly name: PromptName;
  readonly version: VersionNumber;
  /** Optional, as in a lock file. */
  readonly digest?: Digest;
}

/** In bytes: a lock file of 10,000 prompts has a tenth of it. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the versions in `promptforge.lock.json`, except partials, which applications do not fetch; or in a text with a
 * reference such as `support/triage@12` on each line, where `#` begins a comment.
 * @param file a path, or `-` for stdin
 * @throws CommandFailure, WorkspaceError `invalid_lock_file` with the position of the error
 */
export async function readRelease(file: string): Promise<readonly ReleasedVersion[]> {
  const bytes = await readBytes(file, { bytes: MAX_BYTES, sentence: 'A release has at most 16 MiB.' });
  const isJson = /^(?:\xef\xbb\xbf)?\s*\{/.test(Buffer.from(bytes.subarray(0, 1000)).toString('latin1'));
  const released = isJson
    ? [...parseLock(bytes, file)].flatMap(([name, { version, digest }]) =>
        isPartial(name) ? [] : [{ name, version, digest }],
      )
    : linesOf(new TextDecoder().decode(bytes), file);
  if (released.length === 0) throw new CommandFailure(EXIT.invalid, `${file} contains no version.`);
  return released;
}

function linesOf(text: string, file: string): ReleasedVersion[] {
  const byName = new Map<PromptName, ReleasedVersion>();
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const reference = line.replace(/#.*$/s, '').trim();
    if (reference === '') continue;
    const wrong = (message: string, cause?: unknown) =>
      new CommandFailure(EXIT.invalid, `${file}:${index + 1}: ${message}`, { cause });
    try {
      const { prompt, version } = parseVersionReference(reference);
      const other = byName.get(prompt);
      if (other !== undefined && other.version !== version)
        throw wrong(`${prompt} is already listed above with version ${other.version}. Keep one of them.`);
      byName.set(prompt, { name: prompt, version });
    } catch (cause) {
      if (Problem.is(cause)) throw wrong(cause.message, cause);
      throw cause;
    }
  }
  return [...byName.values()];
}

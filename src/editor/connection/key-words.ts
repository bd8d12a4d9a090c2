/** Messages about a key while it is typed and after it was tested. They contain no part of the key but its id, which is no secret. */
import type { KeyRecord } from '../../contract/keys.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { parseKey } from '../../core/key.ts';
import { instantOf } from '../wording/age.ts';

/** Validates a key while it is typed. `wanted` is the environment it is requested for, if any. */
export function keyVerdict(
  text: string,
  wanted: EnvironmentName | undefined,
): string | { readonly note: string } {
  const key = text.trim();
  if (key === '') return 'Paste the key. It begins with pf_.';
  try {
    const { environment, id } = parseKey(key);
    if (wanted !== undefined && environment !== wanted)
      return `This is a key for ${environment}. Enter a key for ${wanted}.`;
    return { note: `A key for ${environment}, ID ${id}. It is never written to files, settings or logs.` };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `You are mara.lindqvist, approver in production, at prompts.example.com. The key expires …` */
export function whoWords({ actor, role, environment, expiresAt }: KeyRecord, registry: string): string {
  const until = expiresAt === null ? '' : ` The key expires on ${instantOf(expiresAt)}.`;
  return `You are ${actor}, ${role} in ${environment}, at ${registry}.${until}`;
}

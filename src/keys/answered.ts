/** Turns failures of a key storage into a problem that names the storage and contains no key. */
import { redactKeys } from '../core/key.ts';
import { Problem } from '../core/problem.ts';

/**
 * @param place as the start of a sentence: `The keychain of this machine`
 * @param remedy what to do, as a sentence
 * @throws Problem `unavailable`
 */
export async function answered<T>(call: PromiseLike<T>, place: string, remedy: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const why = redactKeys(error instanceof Error ? error.message : String(error));
    throw new Problem('unavailable', `${place} does not answer (${why}). ${remedy}`);
  }
}

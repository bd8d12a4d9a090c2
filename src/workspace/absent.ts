/** Prompts that the lock file names, but the registry does not have, although it deletes nothing. */
import type { PromptName } from '../core/name.ts';
import { LOCK_FILE } from './lock-file.ts';
import { PROJECT_FILE } from './project-file.ts';
import type { PromptFileState } from './prompt-state.ts';

const WHY = `It may have been restored from a backup, or ${PROJECT_FILE} names another registry`;

/**
 * Returns true if a registry whose list is known does not have a prompt that the lock file names. A registry deletes
 * nothing: it was restored from a backup, or it is another one.
 */
export function isAbsent({ base, newest }: Pick<PromptFileState, 'base' | 'newest'>): boolean {
  return base !== null && newest === null;
}

/** Why a prompt cannot be published, and what to do. */
export function whyAbsent(name: PromptName): string {
  return `The registry does not have ${name}, which ${LOCK_FILE} names. ${WHY}. To publish it as a new prompt, remove its line from ${LOCK_FILE}.`;
}

/** The same for several. */
export function whyAllAbsent(count: number): string {
  const [prompts, them, lines] =
    count === 1
      ? ['one prompt', 'it as a new prompt', 'its line']
      : [`${count} prompts`, 'them as new prompts', 'their lines'];
  return `The registry does not have ${prompts} that ${LOCK_FILE} names. ${WHY}. To publish ${them}, remove ${lines} from ${LOCK_FILE}.`;
}

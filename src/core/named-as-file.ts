/** Prompts that are named by their file, such as after completion in a shell. */
import { PROMPT_FILE_EXTENSION } from './name.ts';

/** Advice for an unknown name, as a sentence that begins with a space; empty if it is not that of a file. */
export function namedAsFile(name: string): string {
  return name.endsWith(PROMPT_FILE_EXTENSION)
    ? ' Write the name of the prompt, such as support/triage, not its file.'
    : '';
}

/** The prompt whose file a path such as `prompts/support/triage.prompt` is; undefined if it is none of `names`. */
export function promptOfFile(path: string, names: readonly string[]): string | undefined {
  if (!path.endsWith(PROMPT_FILE_EXTENSION)) return undefined;
  const plain = `/${path.slice(0, -PROMPT_FILE_EXTENSION.length)}`;
  return names
    .filter(name => plain.endsWith(`/${name}`))
    .reduce<string | undefined>(
      (longest, name) => (name.length > (longest?.length ?? 0) ? name : longest),
      undefined,
    );
}

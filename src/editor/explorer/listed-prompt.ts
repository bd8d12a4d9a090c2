/** A prompt in the explorer: the registry's entry and the working copy's file, either of which may be missing. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';

export interface ListedPrompt {
  readonly name: PromptName;
  /** Undefined for a file that was never published, and for all prompts while the registry is unreachable. */
  readonly summary: PromptSummary | undefined;
  /** Undefined if the prompt is only in the registry. */
  readonly state: FileState | undefined;
  /** The version that the file is based on. */
  readonly base: number | undefined;
  readonly hasFile: boolean;
  /** True if the file is based on a version that the registry does not have: its list, which is known, lacks the prompt. */
  readonly isAbsent: boolean;
  /** True if the file differs from its base. */
  readonly isEdited: boolean;
  /** For a file that was renamed here: its former prompt, and the version that it was based on. */
  readonly renamedFrom?: { readonly prompt: PromptName; readonly base: number | undefined } | undefined;
  /** The new name of a prompt whose file was renamed here. */
  readonly renamedTo?: PromptName | undefined;
  /** Why its file cannot be a prompt, as a sentence that begins with the file; undefined if it can. */
  readonly trouble?: string | undefined;
}

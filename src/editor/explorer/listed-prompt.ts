/** A prompt in the explorer: the registry's entry and the working copy's file, either of which may be missing. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';

export interface ListedPrompt {
  readonly name: PromptName;
  /** Undefined for a file that was never published, and for all while the registry is unreachable. */
  readonly summary: PromptSummary | undefined;
  /** Undefined when the prompt is in the registry alone. */
  readonly state: FileState | undefined;
  /** The version the file is based on. */
  readonly base: number | undefined;
  readonly hasFile: boolean;
  /** True if the file differs from its base. */
  readonly isEdited: boolean;
  /** Of a file that was given this name here: the prompt that it was, and the version that it was based on. */
  readonly renamedFrom?: { readonly prompt: PromptName; readonly base: number | undefined } | undefined;
  /** The new name of a prompt whose file was renamed here. */
  readonly renamedTo?: PromptName | undefined;
  /** Why its file cannot be a prompt, as a sentence that begins with the file; undefined when it can. */
  readonly trouble?: string | undefined;
}

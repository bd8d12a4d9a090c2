/** The prompts around a prompt, as the language core needs them: all in memory, kept so by whoever owns the files. */
import type { PromptName } from '../core/name.ts';

export interface LibraryPrompt {
  /** Identifies the file; the language core does not look into it. */
  readonly uri: string;
  readonly name: PromptName;
  readonly text: string;
}

/** `<name>.samples.yaml`, beside the prompt of that name. */
export interface LibrarySamples {
  readonly uri: string;
  readonly text: string;
}

export interface Library {
  prompt(name: PromptName): LibraryPrompt | undefined;
  /** Every prompt, partials included, in no order. */
  prompts(): Iterable<LibraryPrompt>;
  samples(name: PromptName): LibrarySamples | undefined;
}

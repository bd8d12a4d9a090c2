/** The types of a client that knows its prompts, as `promptforge generate` writes them. */

/** One prompt: the input that it takes, and the value that the model's answer is declared to be. */
export interface PromptType {
  readonly input: unknown;
  readonly output: unknown;
}

/** A `PromptType` for each name. */
export type PromptTypes<Of> = { readonly [Name in keyof Of]: PromptType };

/** Prompts of which nothing is known: every name, with every input. */
export interface AnyPrompts {
  readonly [name: string]: {
    readonly input: Readonly<Record<string, unknown>>;
    readonly output: unknown;
  };
}

export type NameOf<Of> = Extract<keyof Of, string>;

/** The input may be left out where the prompt requires none. */
export type InputAndOptions<Input, Options> =
  Record<never, never> extends Input
    ? [input?: Input | undefined, options?: Options]
    : [input: Input, options?: Options];

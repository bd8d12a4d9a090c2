/** The types of a client with known prompts, as `promptforge generate` writes them. */

/** One prompt: its input, and the declared output of the model. */
export interface PromptType {
  readonly input: unknown;
  readonly output: unknown;
}

/** A `PromptType` for each name. */
export type PromptTypes<Of> = { readonly [Name in keyof Of]: PromptType };

/** Unknown prompts: any name, with any input. */
export interface AnyPrompts {
  readonly [name: string]: {
    readonly input: Readonly<Record<string, unknown>>;
    readonly output: unknown;
  };
}

export type NameOf<Of> = Extract<keyof Of, string>;

/** The input is optional if the prompt requires none. */
export type InputAndOptions<Input, Options> =
  Record<never, never> extends Input
    ? [input?: Input | undefined, options?: Options]
    : [input: Input, options?: Options];

/** A prompt as far as its types and validators say it. */

export interface DeclaredPrompt {
  readonly name: string;
  readonly metadata: {
    readonly description?: string;
    readonly input: { readonly schema: Readonly<Record<string, unknown>> | null };
    readonly output?: unknown;
  };
}

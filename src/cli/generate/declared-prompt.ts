/** The parts of a prompt that determine its types and validators. */

export interface DeclaredPrompt {
  readonly name: string;
  readonly metadata: {
    readonly description?: string;
    readonly input: { readonly schema: Readonly<Record<string, unknown>> | null };
    readonly output?: unknown;
  };
}

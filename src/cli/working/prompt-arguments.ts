/** Several names after a command, each parsed and each once. */
export function promptArguments<T>(
  parse: (text: string) => T,
): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...new Set([...before, parse(text)])];
}

/** Parses several names after a command, without duplicates. */
export function promptArguments<T>(
  parse: (text: string) => T,
): (text: string, before: readonly T[]) => readonly T[] {
  return (text, before) => [...new Set([...before, parse(text)])];
}

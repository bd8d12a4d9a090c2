/** Distinguishes the URL of a database from a data folder, without loading a driver. */

export function isDatabaseUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

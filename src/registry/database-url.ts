/** Tells a database from a data folder where either may be named, without loading a driver. */

export function isDatabaseUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

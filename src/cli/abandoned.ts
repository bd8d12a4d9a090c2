/** Records that the command abandoned a keychain that never answers, which would keep the process running. */
let abandoned = false;

export function abandon(): void {
  abandoned = true;
}

export function isAnythingAbandoned(): boolean {
  return abandoned;
}

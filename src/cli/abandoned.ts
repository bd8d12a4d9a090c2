/** Records that the command abandoned a call that would keep the process running: to a keychain that never answers. */
let abandoned = false;

export function abandon(): void {
  abandoned = true;
}

export function isAnythingAbandoned(): boolean {
  return abandoned;
}

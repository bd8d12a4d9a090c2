/** Records that something was abandoned that would keep the process from ending: a keychain that never answers. */
let abandoned = false;

export function abandon(): void {
  abandoned = true;
}

export function isAnythingAbandoned(): boolean {
  return abandoned;
}

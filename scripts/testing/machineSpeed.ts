// How fast this machine is right now, so that time limits mean the same on every machine.

import { createHash } from 'node:crypto';

/** The time of one round on the machine the limits were chosen on (2 idle cores of 2.6 GHz), in ms. */
const REFERENCE_MS = 65;
const ROUNDS = 5;

export type MachineSpeed = {
  /** The median of the rounds in ms: wall-clock time, so that whatever else runs beside counts as well. */
  readonly milliseconds: number;
  /** By how much time limits are to be multiplied: 1 or more. */
  readonly factor: number;
};

/** Times a fixed piece of work: hashing, JSON and small objects, as the tests do. Takes about half a second. */
export function measureMachineSpeed(): MachineSpeed {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  }).toSorted((a, b) => a - b);
  const milliseconds = rounds[Math.floor(ROUNDS / 2)] ?? REFERENCE_MS;
  return { milliseconds, factor: Math.max(1, milliseconds / REFERENCE_MS) };
}

function work(): void {
  let text = 'PromptForge';
  for (let n = 0; n < 1500; n++) {
    const items = Array.from({ length: 100 }, (_, index) => ({ index, text: `${text.slice(0, 8)}${index}` }));
    text = createHash('sha256').update(JSON.stringify(items)).digest('hex');
    JSON.parse(JSON.stringify(items));
  }
}

// Measures the current speed of this machine, to adapt time limits.

import { createHash } from 'node:crypto';

/** The time of one round in ms on the reference machine, for which the limits were chosen (2 idle cores, 2.6 GHz). */
const REFERENCE_MS = 65;
const ROUNDS = 5;

export type MachineSpeed = {
  /** The median of the rounds in ms: wall-clock time, so that other running programs count as well. */
  readonly milliseconds: number;
  /** The factor for time limits: 1 or more. */
  readonly factor: number;
};

/** Measures the time of fixed work similar to the tests: hashing, JSON and small objects. Takes about half a second. */
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

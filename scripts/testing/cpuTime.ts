// Measures the processor time of a process and all its descendants, including those that outlive their parents. The
// system only adds up children that a parent waits for, which a killed parent does not do, so this reads /proc.

import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports hundredths of a second, independent of the kernel's clock (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;
const INTERVAL_MS = 500;

type Sample = {
  readonly parent: number;
  /** The start time, because process ids are reused. */
  readonly start: string;
  /** The processor time of the process itself, in ticks. */
  readonly own: number;
  /** The processor time of children that it has waited for, and of theirs, in ticks. */
  readonly waited: number;
};

/** Follows one process and its descendants from its start. */
export class CpuMeter {
  /** All active meters share one look at the system, because reading every process takes time. */
  static readonly #measuring = new Set<CpuMeter>();
  static #timer: NodeJS.Timeout | undefined;

  readonly #followed = new Map<number, Sample>();
  readonly #leader: number;
  #ticks = 0;

  /** @param leader the id of a process that has just been started */
  constructor(leader: number) {
    this.#leader = leader;
    this.#look(samples());
    CpuMeter.#measuring.add(this);
    CpuMeter.#timer ??= setInterval(() => {
      const all = samples();
      for (const meter of CpuMeter.#measuring) meter.#look(all);
    }, INTERVAL_MS).unref();
  }

  /** Ends the measurement. @returns CPU seconds; undefined if there is no /proc */
  stop(): number | undefined {
    this.#look(samples());
    CpuMeter.#measuring.delete(this);
    if (CpuMeter.#measuring.size === 0) {
      clearInterval(CpuMeter.#timer);
      CpuMeter.#timer = undefined;
    }
    return process.platform === 'linux' ? this.#ticks / TICKS_PER_SECOND : undefined;
  }

  #look(all: ReadonlyMap<number, Sample>): void {
    const gone = [...this.#followed].filter(([id, { start }]) => all.get(id)?.start !== start);
    for (const [id] of gone) this.#followed.delete(id);
    for (const [id, before] of this.#followed) {
      const now = all.get(id);
      if (now === undefined) continue;
      const counted = gone
        .filter(([, { parent }]) => parent === id)
        .reduce((sum, [, child]) => sum + child.own + child.waited, 0);
      // A child that started and ended between two looks only appears in the time that its parent waited for.
      this.#ticks += now.own - before.own + Math.max(0, now.waited - before.waited - counted);
      this.#followed.set(id, now);
    }
    for (let found = true; found; ) {
      found = false;
      for (const [id, now] of all) {
        if (this.#followed.has(id)) continue;
        if (id !== this.#leader && !this.#followed.has(now.parent)) continue;
        this.#followed.set(id, now);
        this.#ticks += now.own + now.waited;
        found = true;
      }
    }
  }
}

/** All processes of the system by id; empty if there is no /proc. */
function samples(): Map<number, Sample> {
  const found = new Map<number, Sample>();
  if (process.platform !== 'linux') return found;
  for (const name of readdirSync('/proc')) {
    const id = Number(name);
    if (!Number.isInteger(id)) continue;
    const sample = read(id);
    if (sample !== undefined) found.set(id, sample);
  }
  return found;
}

function read(id: number): Sample | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'latin1');
    // The second field is the program's name in parentheses, which may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      parent: field(4),
      start: String(fields[22 - 3]),
      own: field(14) + field(15),
      waited: field(16) + field(17),
    };
  } catch {
    return undefined; // It has ended in the meantime.
  }
}

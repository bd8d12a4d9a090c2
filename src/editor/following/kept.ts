/**
 * Stores the positions in followed logs, over restarts and for all windows, and alarms until somebody has acknowledged
 * them.
 */
import type { LogPosition } from '../../client/chain-check.ts';

/** A subset of `vscode.Memento`, which stores JSON. An update is visible at once, and on disk when it resolves. */
export interface EventMemento {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): Thenable<void>;
}

export interface Alarm {
  /** `rewritten`: it is not the log seen before; `signer`: another key signs it; `broken`: the registry itself reports an inconsistency. */
  readonly kind: 'rewritten' | 'signer' | 'broken';
  /** As in `Session.place`. */
  readonly registry: string;
  /** RFC 3339 UTC, by this machine's clock. */
  readonly seenAt: string;
  readonly message: string;
}

interface KeptAlarm extends Alarm {
  /** True if the alarm was acknowledged but the log is still broken, so that it is not reported again. */
  readonly isAcknowledged: boolean;
}

const ALARMS = 'promptforge.alarms';

/** `1` is the format version of a position. */
const placeOf = (registry: string) => `promptforge.log.1 ${registry}`;

/** Active alarms, oldest first. */
export function alarmsIn(memory: EventMemento): readonly Alarm[] {
  return allIn(memory).filter(({ isAcknowledged }) => !isAcknowledged);
}

/** @returns undefined if this alarm is already active or was acknowledged */
export function keepAlarm(memory: EventMemento, alarm: Alarm): Thenable<void> | undefined {
  const kept = allIn(memory);
  if (kept.some(each => isSame(each, alarm))) return undefined;
  return memory.update(ALARMS, [...kept, { ...alarm, isAcknowledged: false }]);
}

/**
 * A rewritten log, or one that another key signs, is followed from its current end; a broken one is not reported again
 * while it is broken.
 */
export async function acknowledge(memory: EventMemento, alarm: Alarm): Promise<void> {
  const others = allIn(memory).filter(each => !isSame(each, alarm));
  const kept = alarm.kind === 'broken' ? [...others, { ...alarm, isAcknowledged: true }] : others;
  await memory.update(ALARMS, kept);
  if (alarm.kind !== 'broken') await keepPosition(memory, alarm.registry, undefined);
}

/** The registry has verified all of its log: should it break again, that is new. An active alarm stays active. */
export async function noteVerified(memory: EventMemento, registry: string): Promise<void> {
  const kept = allIn(memory);
  const left = kept.filter(each => !(each.registry === registry && each.isAcknowledged));
  if (left.length < kept.length) await memory.update(ALARMS, left);
}

/** The position up to which the log was seen; undefined if there is none, or it must start again. */
export function positionIn(memory: EventMemento, registry: string): LogPosition | undefined {
  return memory.get<LogPosition>(placeOf(registry));
}

export function keepPosition(
  memory: EventMemento,
  registry: string,
  position: LogPosition | undefined,
): Thenable<void> {
  return memory.update(placeOf(registry), position);
}

function allIn(memory: EventMemento): readonly KeptAlarm[] {
  return memory.get<readonly KeptAlarm[]>(ALARMS) ?? [];
}

function isSame(one: Alarm, other: Alarm): boolean {
  return one.registry === other.registry && one.kind === other.kind;
}

/** A cache that holds so much and no more: what was used longest ago goes first. */

export interface BoundedCache<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
}

/** `weigh` says how much of `capacity` a value takes; one that is heavier than all of it is not kept. */
export function boundedCache<Key, Value>(
  capacity: number,
  weigh: (value: Value) => number,
): BoundedCache<Key, Value> {
  const values = new Map<Key, Value>();
  let weight = 0;
  const drop = (key: Key): void => {
    const value = values.get(key);
    if (value === undefined) return;
    values.delete(key);
    weight -= weigh(value);
  };
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      drop(key);
      values.set(key, value);
      weight += weigh(value);
      for (const oldest of values.keys()) {
        if (weight <= capacity) break;
        drop(oldest);
      }
    },
  };
}

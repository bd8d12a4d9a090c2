/** The number of bytes the body of each call may have. Each limit is above what its schema allows, escaped as JSON may be. */
import type { RouteName } from './routes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Of a call that has no limit of its own: some sentences and a few values. */
const SMALL = 64 * KIB;

const LIMITS: Partial<Record<RouteName, number>> = {
  /** A source of 1 MiB may take six times as much as escaped JSON. */
  publish: 8 * MIB,
  /** Inputs, the conversation so far and small pictures in it. */
  render: 1 * MIB,
  /** 200 prompts, each with a name of 200 characters. */
  promoteRelease: 512 * KIB,
  /** 16 Ki characters, each of which may be an escape of six bytes. */
  requestOwners: 128 * KIB,
  /** 500 references. */
  batch: 256 * KIB,
};

/** In bytes, of the raw body. */
export function maxBodyBytes(route: RouteName): number {
  return LIMITS[route] ?? SMALL;
}

/** Such as `64 KiB`. */
export function shownBytes(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${Math.round(bytes / KIB)} KiB`;
}

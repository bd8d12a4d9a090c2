/**
 * The maximum size of the body of each call, in bytes. Apart from `render`, whose input has no limit, each has room for
 * all that its schema allows, unless it contains escapes that JSON does not require.
 */
import type { RouteName } from './routes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** For calls without a limit of their own: some sentences and a few values. */
const SMALL = 64 * KIB;

const LIMITS: Partial<Record<RouteName, number>> = {
  /** A source of 1 MiB may take six times as much as escaped JSON. */
  publish: 8 * MIB,
  /** Inputs, earlier messages and small pictures in them. */
  render: 1 * MIB,
  /** 200 prompts, each with a name of 200 characters. */
  promoteRelease: 512 * KIB,
  /** 16 Ki characters, each of which may be an escape of six bytes. */
  requestOwners: 128 * KIB,
  /** 500 references. */
  batch: 256 * KIB,
};

/** The maximum size of the raw body, in bytes. */
export function maxBodyBytes(route: RouteName): number {
  return LIMITS[route] ?? SMALL;
}

/** A size in words, such as `64 KiB`. */
export function shownBytes(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${Math.round(bytes / KIB)} KiB`;
}

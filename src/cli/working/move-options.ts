/** Options that `promote` and `rollback` share. */
import { InvalidArgumentError, Option } from 'commander';
import { channelArgument, givenArgument } from '../values.ts';

export interface MoveOptions {
  readonly reason: string;
  readonly channel: ReturnType<typeof channelArgument>;
  /** Milliseconds */
  readonly wait?: number;
  readonly registry?: string;
  readonly json?: true;
}

export function reasonOption(): Option {
  return new Option('--reason <text>', 'the reason; it is kept permanently')
    .argParser(givenArgument)
    .makeOptionMandatory();
}

export function pointerOption(): Option {
  return new Option('--channel <name>', 'the channel to move').argParser(channelArgument).default('stable');
}

export function waitOption(): Option {
  return new Option(
    '--wait [duration]',
    'wait until it is live or rejected, such as 90s, 10m or 2h; 30m by default',
  )
    .preset('30m')
    .argParser(waitArgument);
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000 } as const;
const LONGEST = 24 * UNITS.h;

/** In milliseconds. */
function waitArgument(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const wait = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (wait > 0 && wait <= LONGEST) return wait;
  throw new InvalidArgumentError('Give a number and s, m or h, up to 24h, such as 90s, 10m or 2h.');
}

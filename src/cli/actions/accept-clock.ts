/** Runs `promptforge accept-clock`. */
import { COMMAND_LINE } from '../../registry/access/caller.ts';
import { acceptClock as accept } from '../../registry/proof/accept-clock.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface AcceptClockOptions extends RegistryOptions {
  readonly reason: string;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem */
export async function acceptClock({ reason, json, ...place }: AcceptClockOptions): Promise<void> {
  if (reason === '')
    throw new CommandFailure(EXIT.usage, 'Give the reason with --reason. It is kept in the log.');
  const accepted = await withRegistry(place, { create: false }, store => accept(store, COMMAND_LINE, reason));
  if (json) return printJson(accepted);
  if (accepted === null) return print(line`The clock is already trusted. There is nothing to accept.`);
  await print(
    line`The newest event was from ${accepted.before ?? 'no time'}. Event ${accepted.seq} is from ${accepted.at}, and the log continues from there.`,
  );
}

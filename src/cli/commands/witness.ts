/** `promptforge witness`: records the heads that a registry signs, and raises an alarm if it signs another history. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { LogForked, witnessed } from '../../client/consistency.ts';
import { RegistryClient } from '../../client/registry-client.ts';
import { SignerChanged } from '../../client/signer-changed.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import { Problem } from '../../core/problem.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { keyFrom } from '../key-from.ts';
import { line, print, printText, say, type TerminalText } from '../output.ts';
import { givenArgument, numberArgument } from '../values.ts';
import { type HeadLog, openHeadLog } from '../witness/head-log.ts';

export function witnessCommand(): Command {
  return new Command('witness')
    .argument('<url>', 'the registry, https://…')
    .addOption(
      new Option(
        '--to <place>',
        'the record of heads: a file (JSON Lines), or git:<folder> to commit each to the git repository there',
      )
        .argParser(givenArgument)
        .makeOptionMandatory(),
    )
    .option('--key-file <file>', 'a file with a key of the role author (default: PROMPTFORGE_KEY)')
    .option('--push', 'push the git repository after each commit')
    .option('--watch', 'keep running until stopped or until an alarm')
    .addOption(
      new Option('--interval <seconds>', 'the interval of --watch')
        .default(60)
        .argParser(numberArgument(1, 86_400)),
    )
    .option('--json', 'print each check as one JSON object per line')
    .addHelpText(
      'after',
      `
Works like a Certificate Transparency monitor: run it where operators of the registry cannot
write. It requests the signed head, has the registry prove that it extends the recorded one,
event by event, and records it. If the log was cut, rewritten or forked, or a key signs that
the previous one did not endorse, it records both heads and exits with 1. It exits with 4 if
it cannot check, for example because the registry does not respond.

Examples:
  PROMPTFORGE_KEY=… promptforge witness https://prompts.example.com --to heads.jsonl
  promptforge witness https://prompts.example.com --key-file key --to git:/srv/witness --push --watch`,
    )
    .action((url: string, options: WitnessOptions) => witness(url, options));
}

interface WitnessOptions {
  readonly json?: true;
  readonly to: string;
  readonly keyFile?: string;
  readonly push?: true;
  readonly watch?: true;
  /** In seconds. */
  readonly interval: number;
}

/** @throws CommandFailure with the exit code 1 for an alarm, 4 if it cannot check */
async function witness(url: string, options: WitnessOptions): Promise<void> {
  const { to, watch, interval, push } = options;
  const why = 'Reading the log needs a key with the role author or higher.';
  const registry = clientOf(url, await keyFrom(options.keyFile, why));
  const log = await openHeadLog(to, registry.url, push ?? false);
  const look = (signal?: AbortSignal) => lookAt(registry, log, options.json === true, signal);
  if (!watch) return look();
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
  let failing = false;
  while (!stopping.signal.aborted) {
    try {
      await look(stopping.signal);
      failing = false;
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (!(error instanceof CommandFailure) || error.exitCode !== EXIT.environment) throw error;
      // Reported once until a check succeeds again, because repeated messages would be overlooked.
      if (!failing) await say(line`${error.message} Trying again every ${interval} s.`);
      failing = true;
    }
    await sleep(interval * 1000, undefined, { signal: stopping.signal }).catch(() => {});
  }
}

async function lookAt(
  registry: RegistryClient,
  log: HeadLog,
  asJson: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const kept = await log.last();
  const tell = (text: TerminalText, seq: number) =>
    asJson
      ? printText(`${JSON.stringify({ registry: registry.url, event: seq, before: kept?.seq ?? null })}\n`)
      : print(text);
  try {
    const found = await witnessed(registry, kept, signal);
    if (kept !== null && found.seq === kept.seq) {
      await tell(line`Event ${found.seq} of ${registry.url} is unchanged.`, found.seq);
      return;
    }
    await log.keep(found);
    await tell(
      kept === null
        ? line`Recorded event ${found.seq} of ${registry.url}, the first one.`
        : line`Event ${found.seq} of ${registry.url} continues event ${kept.seq}.`,
      found.seq,
    );
  } catch (error) {
    const found = LogForked.is(error) ? error.found : null;
    if (LogForked.is(error) || SignerChanged.is(error) || Problem.is(error, 'log_broken')) {
      await log.alarm(error.message, found);
      throw new CommandFailure(
        EXIT.refused,
        `ALARM: ${error.message} Both heads are recorded in ${log.path}. If the operator confirms that the registry was restored, start again with another --to.`,
        { cause: error },
      );
    }
    if (RegistryUnreachable.is(error) || Problem.is(error))
      throw new CommandFailure(EXIT.environment, error.message, { cause: error });
    throw error;
  }
}

function clientOf(url: string, key: string): RegistryClient {
  try {
    return new RegistryClient({ url, key });
  } catch (cause) {
    throw new CommandFailure(EXIT.usage, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

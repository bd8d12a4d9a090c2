/** `promptforge witness`: keeps what a registry signs, and raises an alarm when it signs another history. */
import { Command, Option } from 'commander';
import type { WitnessOptions } from '../actions/witness.ts';
import { numberArgument } from '../values.ts';

export function witnessCommand(): Command {
  return new Command('witness')
    .argument('<url>', 'the registry, https://…')
    .addOption(
      new Option(
        '--to <place>',
        'the record of heads: a file (JSON Lines), or git:<folder> to commit each to the git repository there',
      ).makeOptionMandatory(),
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
    .action(async (url: string, options: WitnessOptions) =>
      (await import('../actions/witness.ts')).witness(url, options),
    );
}

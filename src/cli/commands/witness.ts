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
        'where heads are kept: a file (JSON Lines), or git:<folder> to commit each to the git repository there',
      ).makeOptionMandatory(),
    )
    .option('--key-file <file>', 'a file with a key of the role author (default: PROMPTFORGE_KEY)')
    .option('--push', 'push the git repository after each commit')
    .option('--watch', 'go on until it is stopped or raises an alarm')
    .addOption(
      new Option('--interval <seconds>', 'how often --watch looks')
        .default(60)
        .argParser(numberArgument(1, 86_400)),
    )
    .option('--json', 'print each look as one JSON object a line')
    .addHelpText(
      'after',
      `
Like a monitor of Certificate Transparency: run it where those who run the registry cannot
write. It asks for the signed head, has the registry prove that it continues the head kept
before, event by event, and keeps it. It exits with 1, says why and keeps both heads when the
log was cut, rewritten or forked, or when a key signs that the one before did not endorse. It
exits with 4 when it cannot look, for instance because the registry does not answer.

Examples:
  PROMPTFORGE_KEY=… promptforge witness https://prompts.example.com --to heads.jsonl
  promptforge witness https://prompts.example.com --key-file key --to git:/srv/witness --push --watch`,
    )
    .action(async (url: string, options: WitnessOptions) =>
      (await import('../actions/witness.ts')).witness(url, options),
    );
}

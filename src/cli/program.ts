/** The `promptforge` command: defines the commands, and turns every failure into a sentence and an exit code. */
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { COMMAND_GROUPS } from './commands.ts';
import { CommandFailure, EXIT, exitCodeOf } from './exit-code.ts';
import { line, lines, say, showHelp, type TerminalText } from './output.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  refused or failed
  2  wrong usage
  3  invalid prompt or missing input
  4  a data folder, database, registry, file, port or Node version that cannot be used
  5  files and registry, or lock file and what is live, differ ("status --check")
  6  a promotion still waits ("promote --wait")`;

const EXAMPLES = `
Examples:
  promptforge connect https://prompts.example.com
  promptforge publish -m "Name the fees of the new price list"
  promptforge promote support/triage --to staging --reason "Fees of the new price list"
  promptforge serve
  promptforge keys create --environment production --role reader --actor checkout-service
  promptforge render prompts/support/triage.prompt --input ticket.yaml
  promptforge check prompts`;

/** Runs the command line (without Node and script) and resolves with its exit code. Never rejects. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await (await program(argv)).parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return afterUsage(error);
    // If stderr cannot be written either, only the exit code remains.
    await say(line`promptforge: ${error instanceof Error ? error.message : String(error)}`).catch(() => {});
    return exitCodeOf(error);
  }
}

async function afterUsage(error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.ok;
  // Without a command, commander has already shown the help.
  if (error.code !== 'commander.help')
    await say(lines([usageIn(error), line`Add --help for a list of commands and options.`]));
  return EXIT.usage;
}

/** Commander adds its suggestion on a separate line; other line breaks come from the command line. */
function usageIn({ message }: CommanderError): TerminalText {
  const [, wrong = message, meant = ''] =
    /^(?:error: )?(.*?)(?:\n(\(Did you mean .*\)))?$/s.exec(message) ?? [];
  const told = line`promptforge: ${wrong}`;
  return meant === '' ? told : lines([told, line`${meant}`]);
}

/** Fully loads only the commands that `argv` may name; the others only have a description. */
async function program(argv: readonly string[]): Promise<Command> {
  const command = new Command('promptforge')
    .description('Prompts in a registry: edit, publish and promote them, and run the registry itself.')
    .version(packageJson.version)
    // Otherwise "promote … --version 2" would print the version of the command, and promote nothing.
    .enablePositionalOptions()
    .hook('preAction', async (_, acting) => {
      if (acting.options.some(option => option.attributeName() === 'data'))
        (await import('./registry-options.ts')).chooseOneRegistry(acting);
    })
    .addHelpText(
      'after',
      `${EXAMPLES}\n${EXIT_CODES}\n\nSee "promptforge help <command>" for details of a command.`,
    );
  for (const { title, commands } of COMMAND_GROUPS)
    for (const { name, description, load } of commands) {
      const each = argv.includes(name) ? await load() : new Command(name);
      command.addCommand(each.description(description).helpGroup(title));
    }
  forAll(command, each => {
    each
      .exitOverride()
      .configureOutput({ outputError: () => {}, writeOut: showHelp('stdout'), writeErr: showHelp('stderr') });
    refuseSecondValues(each);
  });
  return command;
}

/** Otherwise the last value would count, and `publish -m "Subject" -m "Why"` would lose the first one forever. */
function refuseSecondValues(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean()) continue;
    let given: string | null | undefined;
    command.on(`option:${option.name()}`, (value: string | null) => {
      if (given !== undefined && given !== value)
        throw new CommandFailure(
          EXIT.usage,
          `${option.flags} is given twice, with different values. Give it once.`,
        );
      given = value;
    });
  }
}

function forAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const each of command.commands) forAll(each, change);
}

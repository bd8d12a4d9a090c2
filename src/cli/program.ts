/** The `promptforge` command: what there is, and how every failure becomes one sentence and an exit code. */
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { acceptClockCommand } from './commands/accept-clock.ts';
import { acceptHeadCommand } from './commands/accept-head.ts';
import { backupCommand } from './commands/backup.ts';
import { checkCommand } from './commands/check.ts';
import { copyCommand } from './commands/copy.ts';
import { environmentsCommand } from './commands/environments.ts';
import { exportCommand } from './commands/export.ts';
import { generateCommand } from './commands/generate.ts';
import { keysCommand } from './commands/keys.ts';
import { liveCommand } from './commands/live.ts';
import { migrateCommand } from './commands/migrate.ts';
import { renderCommand } from './commands/render.ts';
import { serveCommand } from './commands/serve.ts';
import { signingKeyCommand } from './commands/signing-key.ts';
import { snapshotCommand } from './commands/snapshot.ts';
import { verifyCommand } from './commands/verify.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { witnessCommand } from './commands/witness.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { line, lines, type Shown, say, showHelp } from './output.ts';
import { chooseOneRegistry } from './registry-options.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  refused or failed
  2  wrong usage
  3  invalid prompt or missing input
  4  a data folder, database, file, port or Node version that cannot be used`;

const EXAMPLES = `
Examples:
  promptforge serve
  promptforge keys create --environment production --role reader --actor checkout-service
  promptforge render prompts/support/triage.prompt --input ticket.yaml
  promptforge check prompts`;

/** Runs the command line (without Node and script) and resolves with its exit code. Never rejects. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return afterUsage(error);
    // When stderr cannot be written either, the exit code is all that can be told.
    await say(line`promptforge: ${error instanceof Error ? error.message : String(error)}`).catch(() => {});
    return exitCodeOf(error);
  }
}

async function afterUsage(error: CommanderError): Promise<number> {
  if (error.exitCode === 0) return EXIT.ok;
  // Without a command commander has shown the help already.
  if (error.code !== 'commander.help')
    await say(lines([usageIn(error), line`Add --help to see what there is.`]));
  return EXIT.usage;
}

/** Commander puts what was meant on a line of its own; whatever else breaks a line came from the command line. */
function usageIn({ message }: CommanderError): Shown {
  const [, wrong = message, meant = ''] =
    /^(?:error: )?(.*?)(?:\n(\(Did you mean .*\)))?$/s.exec(message) ?? [];
  const told = line`promptforge: ${wrong}`;
  return meant === '' ? told : lines([told, line`${meant}`]);
}

function program(): Command {
  const command = new Command('promptforge')
    .description('The registry of prompts: run it, hand out its keys, check and render prompt files.')
    .version(packageJson.version)
    .hook('preAction', (_, acting) => chooseOneRegistry(acting))
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES}\n\n"promptforge help <command>" says more about one.`);
  for (const each of [
    serveCommand(),
    keysCommand(),
    liveCommand(),
    environmentsCommand(),
    migrateCommand(),
    backupCommand(),
    copyCommand(),
    verifyCommand(),
    acceptHeadCommand(),
    acceptClockCommand(),
    witnessCommand(),
    signingKeyCommand(),
    exportCommand(),
    webhooksCommand(),
    renderCommand(),
    checkCommand(),
    snapshotCommand(),
    generateCommand(),
  ])
    command.addCommand(each);
  forAll(command, each => {
    each
      .exitOverride()
      .configureOutput({ outputError: () => {}, writeOut: showHelp('stdout'), writeErr: showHelp('stderr') });
  });
  return command;
}

function forAll(command: Command, change: (command: Command) => void): void {
  change(command);
  for (const each of command.commands) forAll(each, change);
}

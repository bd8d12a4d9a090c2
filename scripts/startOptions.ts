// The options of `npm start`.

import { parseArgs } from 'node:util';

const HELP = `npm start opens VS Code with PromptForge and a demo: a bank's prompts, and a registry with five months of their history.

  npm start                  where you left off
  npm start -- --governed    the demo with a team: production asks for approval, and you are one of two people
  npm start -- --fresh       start over: what you changed in this demo is deleted
  npm start -- --browser     VS Code in the browser, even where the desktop's is installed
  npm start -- --no-open     open nothing: only print the address
  npm start -- --help        this text

Ctrl-C stops it. The two demos are kept apart and can be open at the same time.`;

export interface StartOptions {
  readonly governed: boolean;
  readonly fresh: boolean;
  readonly browser: boolean;
  readonly noOpen: boolean;
}

/**
 * Parses the command line. For `--help` or invalid options, prints the help and ends the process.
 * @param commandLine without the program and the script
 */
export function startOptions(commandLine: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...commandLine],
      options: {
        governed: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        browser: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (!values.help) return { ...values, noOpen: values['no-open'] };
  } catch (error) {
    // Only the first sentence: Node's message continues with advice about positional arguments, which do not apply.
    const [message] = (error instanceof Error ? error.message : String(error)).split('. ');
    console.error(`${message}.\n\n${HELP}`);
    process.exit(2);
  }
  console.log(HELP);
  process.exit(0);
}

/** A terminal: a shell that keeps what earlier commands set, as the reader's does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Shell extends AsyncDisposable {
  /**
   * Runs commands to their end.
   * @returns what they printed on both streams
   * @throws {Error} with that where one of them fails
   */
  run(commands: string): Promise<string>;
  /** Starts commands that go on, and resolves when they have printed this. @throws {Error} where they end before */
  start(commands: string, printed: RegExp): Promise<void>;
}

export function aShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  // A group of its own, so that what it started ends with it.
  const shell = spawn('bash', ['-e'], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const hear = (text: string) => {
    output += text;
    shell.emit('heard');
  };
  shell.stdout.setEncoding('utf8').on('data', hear);
  shell.stderr.setEncoding('utf8').on('data', hear);
  shell.stdin.on('error', () => {}); // it has ended, which is told below
  // By one pipe, in the order in which it was printed.
  shell.stdin.write('exec 2>&1\n');
  let hasEnded = false;
  const ended = once(shell, 'close').then(() => {
    hasEnded = true;
    shell.emit('heard');
  });
  let blocks = 0;

  async function printed(commands: string, what: RegExp): Promise<string> {
    for (;;) {
      const found = what.exec(output);
      if (found !== null) return output.slice(0, found.index);
      if (hasEnded) throw new Error(`These commands fail:\n${commands}\n${output}`);
      await once(shell, 'heard');
    }
  }

  return {
    async run(commands) {
      const end = `-- end of block ${++blocks} --`;
      output = '';
      // Programs must not read the commands that follow.
      shell.stdin.write(`{\n${commands}\n} < /dev/null\necho '${end}'\n`);
      return printed(commands, new RegExp(end));
    },
    async start(commands, until) {
      shell.stdin.write(commands);
      await printed(commands, until);
    },
    async [Symbol.asyncDispose]() {
      if (!hasEnded) end(shell);
      await ended;
    },
  };
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}

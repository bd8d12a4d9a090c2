// Runs a program and captures its output.

import { spawn } from 'node:child_process';

export type CommandOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
};

/**
 * Runs a program without a shell, and waits until it ends.
 * @returns its output on both streams
 * @throws {Error} if it cannot start; with the last lines of its output if its exit code is not 0
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) return resolve(output);
      const lastLines = output.trimEnd().split('\n').slice(-20).join('\n');
      reject(new Error(`${[command, ...args].join(' ')} exited with ${code}:\n${lastLines}`));
    });
  });
}

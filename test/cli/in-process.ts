/** The command without a process of its own, where a process shows no more: no start to pay for each time. */
import { run } from '../../src/cli/program.ts';
import type { Outcome } from './promptforge.ts';

/**
 * Runs a command line that neither serves nor reads stdin. One at a time: what is written to stdout and stderr
 * meanwhile is what the command wrote.
 */
export async function inProcess(args: readonly string[]): Promise<Outcome> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  try {
    const code = await run(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.restore();
    stderr.restore();
  }
}

function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const { write, isTTY } = stream;
  const chunks: string[] = [];
  stream.isTTY = false;
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const written = rest.at(-1);
    if (typeof written === 'function') written();
    return true;
  }) as typeof stream.write;
  return {
    text: () => chunks.join(''),
    restore: () => Object.assign(stream, { write, isTTY }),
  };
}

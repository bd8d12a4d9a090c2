/** The command without a process of its own, where a process shows no more: no start to pay for each time. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { run } from '../../src/cli/program.ts';
import type { Outcome, Surroundings } from './promptforge.ts';

let isRunning = false;

/**
 * Runs a command line that neither serves, nor reads stdin, nor asks the keychain. One at a time: what is written to
 * stdout and stderr meanwhile is what the command wrote.
 */
export async function inProcess(
  args: readonly string[],
  { cwd, env = {} }: Pick<Surroundings, 'cwd' | 'env'> = {},
): Promise<Outcome> {
  assert.ok(!isRunning, 'Two commands at once need a process each.');
  isRunning = true;
  using undo = new DisposableStack();
  undo.defer(() => {
    isRunning = false;
  });
  const before = { cwd: process.cwd(), isTTY: process.stdin.isTTY };
  if (cwd !== undefined) {
    process.chdir(cwd);
    undo.defer(() => process.chdir(before.cwd));
  }
  // As where a program runs it: nobody is asked.
  process.stdin.isTTY = false;
  undo.defer(() => {
    process.stdin.isTTY = before.isTTY;
  });
  for (const [name, value] of Object.entries(env)) undo.defer(setVariable(name, value));
  const [stdout, stderr] = [undo.use(capture(process.stdout)), undo.use(capture(process.stderr))];
  const keychain = undo.use(withoutKeychain());
  const code = await run(args);
  assert.ok(!keychain.wasAsked(), 'A command that asks the keychain needs a process of its own.');
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** GLib connects to a keychain once a process: that one belongs to the tests of the keychain. */
function withoutKeychain(): Disposable & { wasAsked(): boolean } {
  let wasAsked = false;
  const keytar = loadedKeytar();
  const before = { ...keytar };
  for (const name of Object.keys(before))
    keytar[name] = async () => {
      wasAsked = true;
      throw new Error('No test may ask this keychain.');
    };
  return { wasAsked: () => wasAsked, [Symbol.dispose]: () => void Object.assign(keytar, before) };
}

/** Its functions, which every import shares; none where its native part cannot be loaded. */
function loadedKeytar(): Record<string, unknown> {
  try {
    return createRequire(import.meta.url)('keytar');
  } catch {
    return {};
  }
}

/** @returns what sets it back */
function setVariable(name: string, value: string): () => void {
  const before = process.env[name];
  process.env[name] = value;
  return () => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  };
}

function capture(stream: NodeJS.WriteStream): Disposable & { text(): string } {
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
    [Symbol.dispose]: () => void Object.assign(stream, { write, isTTY }),
  };
}

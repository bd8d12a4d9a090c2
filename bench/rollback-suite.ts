/**
 * Runs inside VS Code: rolls production back with the command, counts the questions, and measures the time from the
 * confirmation until an application gets the old text; in turn with a direct call of the client.
 */
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { RegistryClient } from '../src/client/registry-client.ts';
import { STABLE } from '../src/core/channel.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parseKey } from '../src/core/key.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import type { Dialogs, PickQuestion } from '../src/editor/asking/ask.ts';
import type { Inside } from '../src/extension.ts';
import { originOf } from '../src/keys/origin.ts';

const RUNS = 15;
const PROMPT = parsePromptName('support/triage');
const production = parseEnvironmentName('production');

/** The input from the benchmark, as JSON in `PROMPTFORGE_BENCH_IN`. */
export interface Given {
  readonly url: string;
  /** The key of an approver in production. */
  readonly key: string;
  /** The key of an application in production. */
  readonly reader: string;
}

export interface Measured {
  /** The number of times that Enter is pressed, including once to run the command. */
  readonly presses: readonly number[];
  /** Milliseconds from the confirmation until delivery gave the old text. */
  readonly command: readonly number[];
  /** The same for a direct call of the client, in milliseconds. */
  readonly bare: readonly number[];
  /** Milliseconds from running the command until the last question, if all are answered at once. */
  readonly questions: readonly number[];
}

export async function run(): Promise<void> {
  const out = process.env['PROMPTFORGE_BENCH_OUT'];
  const given: Given = JSON.parse(process.env['PROMPTFORGE_BENCH_IN'] ?? '{}');
  if (out === undefined) throw new Error('PROMPTFORGE_BENCH_OUT names the file to write.');
  const inside: Inside | undefined = await vscode.extensions
    .getExtension('promptforge.promptforge')
    ?.activate();
  if (inside === undefined) throw new Error('The extension is not there.');
  const { session, prompts } = inside.workbench;
  const { store } = await session.keyStore();
  const { key } = parseKey(given.key);
  await store.set(originOf(given.url), production, key);
  await session.forget(production);
  await prompts.refresh();
  const client = new RegistryClient({ url: given.url, key: given.key });
  const measured = {
    presses: [] as number[],
    command: [] as number[],
    bare: [] as number[],
    questions: [] as number[],
  };
  for (let index = 0; index < RUNS; index += 1) {
    await forward(client);
    const began = performance.now();
    await promote(client, 1, 2, 'Bare');
    await oldText(given);
    measured.bare.push(performance.now() - began);
    await forward(client);
    await prompts.refresh();
    // Without an open prompt, the command asks for it.
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const asked = await rollBack(inside, given);
    measured.presses.push(asked.presses);
    measured.command.push(asked.took);
    measured.questions.push(asked.questions);
  }
  await writeFile(out, JSON.stringify(measured satisfies Measured));
}

async function rollBack(inside: Inside, given: Given) {
  const began = performance.now();
  let presses = 1;
  let questions = 0;
  let served: Promise<number> | undefined;
  const pick = async <Value>({ options }: PickQuestion<Value>): Promise<Value | undefined> => {
    presses += 1;
    return (await options)[0]?.value; // The option that Enter chooses.
  };
  const ask: Dialogs = {
    pick,
    pickMany: () => Promise.reject(new Error('Nothing is picked from several.')),
    text: () => Promise.reject(new Error('Nothing is typed.')),
    sent: () => undefined,
    async confirm() {
      presses += 1;
      questions = performance.now() - began;
      const confirmed = performance.now();
      served = oldText(given).then(() => performance.now() - confirmed);
      return true;
    },
    tell: async (severity, message) => {
      if (severity !== 'info') throw new Error(message);
      return undefined;
    },
  };
  inside.answerWith(ask);
  await vscode.commands.executeCommand('promptforge.rollBack');
  if (served === undefined) throw new Error('The rollback was not asked about.');
  return { presses, questions, took: await served };
}

/** Resolves when an application gets version 1. */
async function oldText({ url, reader }: Given): Promise<void> {
  const headers = { authorization: `Bearer ${reader}` };
  for (;;) {
    const answer = await fetch(`${url}/v1/prompts/${PROMPT}`, { headers });
    await answer.text();
    if (answer.headers.get('promptforge-version') === `${PROMPT}@1`) return;
  }
}

async function forward(client: RegistryClient): Promise<void> {
  const { pointers } = await client.getPrompt(PROMPT);
  const live = pointers.find(({ environment }) => environment === production)?.version;
  if (live === 1) await promote(client, 2, 1, 'Forward');
}

async function promote(client: RegistryClient, version: number, expected: number, reason: string) {
  const [to, from] = [parseVersionNumber(version), parseVersionNumber(expected)];
  await client.promote(PROMPT, {
    environment: production,
    channel: STABLE,
    version: to,
    expected: from,
    reason,
  });
}

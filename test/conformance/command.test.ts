/** The first rules of every topic once more through `promptforge render --json`, on files. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inProcess } from '../cli/in-process.ts';
import { type Outcome, promptforge } from '../cli/promptforge.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { RULES } from './rules/all.ts';
import { expected, type Rule } from './rules/rule.ts';

const OF_EACH_TOPIC = 2;

async function renderedByCommand(
  rule: Rule,
  run: (args: readonly string[]) => Promise<Outcome>,
): Promise<unknown> {
  await using folder = await temporaryFolder();
  const put = async (name: string, text: string) => {
    await writeFile(join(folder.path, name), text);
    return join(folder.path, name);
  };
  await mkdir(join(folder.path, '.git'));
  for (const [name, text] of Object.entries(rule.partials ?? {})) await put(`_${name}.prompt`, text);
  const args = ['render', await put('a.prompt', rule.source), '--json'];
  for (const given of ['input', 'messages', 'context'] as const)
    if (rule[given] !== undefined)
      args.push(`--${given}`, await put(`${given}.json`, JSON.stringify(rule[given])));
  const { code, stdout, stderr } = await run(args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('Dotprompt by the command', () => {
  for (const [number, [topic, rules]] of Object.entries(RULES).entries())
    for (const rule of rules.slice(0, OF_EACH_TOPIC))
      it(`${topic} ${rule.rule}`, async () => {
        // A process of its own shows no more than that it is the same command.
        const run = number === 0 ? promptforge : inProcess;
        assert.deepEqual(await renderedByCommand(rule, run), { messages: expected(rule) });
      });
});

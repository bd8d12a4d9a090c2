/** The command as a whole process, as shells and CI start it, compared with bare Node, in turn. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommand } from '../scripts/build.ts';
import { ROOT } from '../scripts/projectRoot.ts';
import { atMost, median, type Report } from './report.ts';

const RUNS = 21;
const PROMPTS = 200;

export async function measure(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'promptforge-bench-'));
  try {
    const built = join(ROOT, 'out', 'bench-command');
    await buildCommand(built);
    const command = join(built, 'cli.js');
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, '');
    writePrompts(folder);
    const times: Record<'bare' | 'version' | 'check', number[]> = { bare: [], version: [], check: [] };
    for (let run = 0; run < RUNS; run++) {
      times.bare.push(timed(folder, empty));
      times.version.push(timed(folder, command, '--version'));
      times.check.push(timed(folder, command, 'check'));
    }
    const [bare, version, check] = [median(times.bare), median(times.version), median(times.check)];
    const over = version - bare;
    return {
      title: 'The command as whole processes',
      figures: [
        { name: 'node with an empty file', value: bare, unit: 'ms' },
        { name: 'promptforge --version, over that', value: over, unit: 'ms', limit: atMost(over, 80, 'ms') },
        {
          name: `promptforge check of ${PROMPTS} prompts with a partial and two samples each`,
          value: check,
          unit: 'ms',
          limit: atMost(check, 1000, 'ms'),
        },
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns milliseconds @throws {Error} if the process fails */
function timed(cwd: string, ...args: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}

/** Writes prompts of about 2 KB each. */
function writePrompts(folder: string): void {
  const prompts = join(folder, 'prompts', 'support');
  mkdirSync(prompts, { recursive: true });
  writeFileSync(join(folder, 'promptforge.json'), '{"registry": "https://prompts.example.com"}');
  writeFileSync(join(folder, 'prompts', '_header.prompt'), 'You work for a bank. Be brief.\n');
  const body = 'Sort the mail into one of the queues, and say why in one sentence. '.repeat(25);
  for (let index = 1; index < PROMPTS; index++) {
    const schema = 'mail: string, what the customer wrote\n    amount?: number\n    kind(enum): [card, fee]';
    writeFileSync(
      join(prompts, `p${index}.prompt`),
      `---\nmodel: openai/gpt-5-mini\ninput:\n  schema:\n    ${schema}\n---\n{{role "system"}}\n{{> header}}\n${body}\n{{#if amount}}{{amount}}{{/if}}\n{{role "user"}}\n{{kind}}: {{mail}}\n`,
    );
    writeFileSync(
      join(prompts, `p${index}.samples.yaml`),
      '- name: one\n  input: {mail: My card is blocked., kind: card}\n- name: two\n  input: {mail: Hello, kind: fee, amount: 3}\n',
    );
  }
}

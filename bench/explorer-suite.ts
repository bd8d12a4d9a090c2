/**
 * Runs inside VS Code: measures the time from a list of ten thousand prompts to the first level of the explorer's tree.
 */
import { writeFile } from 'node:fs/promises';
import { EventEmitter } from 'vscode';
import type { PromptSummary } from '../src/contract/prompts.ts';
import { digestOf } from '../src/core/digest.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import type { Session } from '../src/editor/connection/session.ts';
import { mergeListed } from '../src/editor/explorer/merge-listed.ts';
import type { PromptList } from '../src/editor/explorer/prompt-list.ts';
import { PromptsTree } from '../src/editor/explorer/prompts-tree.ts';
import { PromptLives } from '../src/editor/lives/prompt-lives.ts';

const PROMPTS = 10_000;
const RUNS = 15;

/** Milliseconds of each run, for prompts in folders and without folders. */
export interface Measured {
  readonly folders: readonly number[];
  readonly flat: readonly number[];
}

export async function run(): Promise<void> {
  const out = process.env['PROMPTFORGE_BENCH_OUT'];
  if (out === undefined) throw new Error('PROMPTFORGE_BENCH_OUT names the file to write.');
  const folders = summaries(index => `team-${index % 40}/area-${index % 7}/prompt-${index}`);
  const flat = summaries(index => `prompt-${index}`);
  const measured: Measured = { folders: await times(folders), flat: await times(flat) };
  await writeFile(out, JSON.stringify(measured));
}

async function times(list: readonly PromptSummary[]): Promise<number[]> {
  const taken: number[] = [];
  for (let run = 0; run < RUNS; run++) taken.push(await firstLevel(list));
  return taken;
}

/** The time from the list's arrival to all items of the first level, in ms. Requests them as VS Code does. */
async function firstLevel(list: readonly PromptSummary[]): Promise<number> {
  const changed = new EventEmitter<void>();
  const prompts = { onDidChange: changed.event, listed: mergeListed([], new Map()) };
  const session = {
    registry: 'embedded',
    environments: [],
    state: { kind: 'connected' },
    onDidChange: changed.event,
  };
  const tree = new PromptsTree(
    session as unknown as Session,
    prompts as unknown as PromptList,
    new PromptLives(session as unknown as Session),
  );
  const arrived = performance.now();
  prompts.listed = mergeListed(list, new Map());
  changed.fire();
  for (const node of await tree.getChildren()) tree.getTreeItem(node);
  return performance.now() - arrived;
}

function summaries(nameOf: (index: number) => string): PromptSummary[] {
  return Array.from({ length: PROMPTS }, (_, index) => {
    const name = parsePromptName(nameOf(index));
    const version = parseVersionNumber(1 + (index % 30));
    return {
      name,
      archived: false,
      newest: {
        prompt: name,
        version,
        digest: digestOf(name),
        base: null,
        message: 'A message as people write it',
        author: 'mara.lindqvist',
        publishedAt: '2026-09-12T10:00:00.000Z',
        bytes: 2048,
        partials: {},
      },
      pointers: ['development', 'staging', 'production'].map(environment => ({
        environment: parseEnvironmentName(environment),
        channel: 'stable' as PromptSummary['pointers'][number]['channel'],
        version,
        promotedAt: '2026-09-12T10:00:00.000Z',
        promotedBy: 'jonas.weber',
        promotion: `${environment}-${index}`,
      })),
      outdatedPartials: [],
    };
  });
}

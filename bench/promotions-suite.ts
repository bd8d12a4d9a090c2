/**
 * Runs inside VS Code: measures the time until the Promotions view has all rows, after they arrive and after it opens.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parseKey } from '../src/core/key.ts';
import type { Inside } from '../src/extension.ts';
import { originOf } from '../src/keys/origin.ts';

const RUNS = 10;
/** VS Code collects changes of a tree for 200 ms after the first one. A longer pause makes each run a first one. */
const REST_MS = 700;
const LIMIT_MS = 60_000;

/** The input from the benchmark, as JSON in `PROMPTFORGE_BENCH_IN`. */
export interface Given {
  readonly url: string;
  /** The key of an approver in production. */
  readonly key: string;
  /** The number of promotions that the view must have. */
  readonly entries: number;
}

/** Milliseconds of each run. */
export interface Measured {
  /** From the list's arrival until the window has every row. */
  readonly arrives: readonly number[];
  /** From opening the hidden view until the window has every row. */
  readonly opens: readonly number[];
  /** From the request to the registry until the window has every row. */
  readonly asks: readonly number[];
}

export async function run(): Promise<void> {
  const out = process.env['PROMPTFORGE_BENCH_OUT'];
  const given: Given = JSON.parse(process.env['PROMPTFORGE_BENCH_IN'] ?? '{}');
  if (out === undefined) throw new Error('PROMPTFORGE_BENCH_OUT names the file to write.');
  const inside: Inside | undefined = await vscode.extensions
    .getExtension('promptforge.promptforge')
    ?.activate();
  if (inside === undefined) throw new Error('The extension is not there.');
  const { session, prompts, promotions } = inside.workbench;
  const production = parseEnvironmentName('production');
  const { store } = await session.keyStore();
  await store.set(originOf(given.url), production, parseKey(given.key).key);
  await session.forget(production);
  await prompts.refresh();
  await promotions.load();
  if (promotions.promotions.length < given.entries)
    throw new Error(`The view has ${promotions.promotions.length} of ${given.entries} promotions.`);
  const rows = rowsOf(inside);
  await vscode.commands.executeCommand('promptforge.promotions.focus');
  await rows.rest();
  const measured = { arrives: [] as number[], opens: [] as number[], asks: [] as number[] };
  for (let index = 0; index < RUNS; index += 1) {
    rows.forget();
    const asked = performance.now();
    await promotions.load();
    const arrived = performance.now();
    const done = await rows.all(given.entries);
    measured.arrives.push(done - arrived);
    measured.asks.push(done - asked);
    await rows.rest();
    await vscode.commands.executeCommand('workbench.view.explorer');
    await rows.rest();
    rows.forget();
    const opened = performance.now();
    await vscode.commands.executeCommand('promptforge.promotions.focus');
    // VS Code does not request the rows again if it has kept the tree.
    measured.opens.push((rows.asked > 0 ? await rows.all(given.entries) : performance.now()) - opened);
    await rows.rest();
  }
  await writeFile(out, JSON.stringify(measured satisfies Measured));
}

/** Counts the rows that VS Code requests. */
function rowsOf({ promotionsView: { tree } }: Inside) {
  let asked = 0;
  let last = performance.now();
  const { getTreeItem } = tree;
  tree.getTreeItem = node => {
    const item = getTreeItem.call(tree, node);
    if (node.kind !== 'group') asked += 1;
    last = performance.now();
    return item;
  };
  return {
    get asked() {
      return asked;
    },
    forget() {
      asked = 0;
    },
    /** Resolves with the time when the window has received `count` rows. */
    async all(count: number): Promise<number> {
      const end = performance.now() + LIMIT_MS;
      while (asked < count) {
        if (performance.now() > end) throw new Error(`VS Code asked for ${asked} of ${count} rows.`);
        await delay(1);
      }
      // VS Code processes messages in order, so it has received the rows when this resolves.
      await vscode.commands.executeCommand('setContext', 'promptforge.bench', asked);
      return performance.now();
    },
    /** Resolves when VS Code has not requested rows for a while. */
    async rest(): Promise<void> {
      do await delay(REST_MS);
      while (performance.now() - last < REST_MS);
    },
  };
}

// The output of `npm test` while it runs: a line for each finished stage, and one for the progress of the others.

import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { TestFailure } from './progress.ts';
import type { RunningStage, StageResult } from './runStage.ts';

const REDRAW_MS = 500;
/** The interval of progress lines if the output is no terminal, as in CI. */
const LINE_MS = 15_000;
const LINES_OF_A_REASON = 25;
/** The maximum number of lines of a failed stage without tests, whose output explains the failure. */
const LINES_OF_A_LOG = 60;

export class Screen {
  readonly #running: () => readonly RunningStage[];
  readonly #started = Date.now();
  readonly #timer: NodeJS.Timeout;
  #statusLine = '';

  constructor(running: () => readonly RunningStage[]) {
    this.#running = running;
    this.#timer = setInterval(() => this.#showStatus(), process.stdout.isTTY ? REDRAW_MS : LINE_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  /** Prints the line of a finished stage, and the reasons if it failed. */
  ended(result: StageResult, logEnd: string): void {
    this.#clear();
    const { stage, failure, progress, log } = result;
    if (failure === undefined) {
      console.log(`  ✔ ${stage.name.padEnd(20)} ${testsOf(result).padEnd(16)} ${costOf(result)}`);
      return;
    }
    console.log(`  ✘ ${stage.name.padEnd(20)} ${failure}  ${costOf(result)}`);
    for (const each of progress.failures) console.log(failureText(each));
    if (progress.failures.length === 0) console.log(indented(lastLines(logEnd, LINES_OF_A_LOG)));
    console.log(`    All that it printed: ${relative(process.cwd(), log) || log}`);
  }

  #showStatus(): void {
    const line = statusOf(this.#running(), (Date.now() - this.#started) / 1000);
    if (line === this.#statusLine) return;
    if (!process.stdout.isTTY) {
      console.log(line);
    } else {
      this.#clear();
      process.stdout.write(line.slice(0, Math.max(20, process.stdout.columns - 1)));
    }
    this.#statusLine = line;
  }

  #clear(): void {
    if (process.stdout.isTTY && this.#statusLine !== '') process.stdout.write('\r\u001b[K');
    this.#statusLine = '';
  }
}

/** The title and the reason of a failed test, without the stack's lines in packages. */
export function failureText({ title, reason }: TestFailure): string {
  const lines = reason
    .split('\n')
    .filter(line => !/^\s+at .*(node_modules|node:internal|\(native\))/.test(line));
  return `    ✘ ${title}\n${indented(lines.slice(0, LINES_OF_A_REASON).join('\n'), 8)}`;
}

function statusOf(running: readonly RunningStage[], seconds: number): string {
  const parts = running.map(each => {
    const { passed, skipped, failures, total } = each.progress();
    const done = passed + skipped + failures.length;
    const failed = failures.length === 0 ? '' : `, ${failures.length} failed`;
    if (total > 0) return `${each.stage.name} ${done}/${total}${failed}`;
    const said = each.stage.showsOutput ? stripVTControlCharacters(each.lastLine()).trim() : '';
    return said === '' ? each.stage.name : `${each.stage.name}: ${said}`;
  });
  return `    … ${clock(seconds)}  ${parts.join('  ·  ')}`;
}

function testsOf({ stage, progress }: StageResult): string {
  if (!stage.counts) return 'done';
  return `${progress.passed} passed${progress.skipped > 0 ? `, ${progress.skipped} skipped` : ''}`;
}

function costOf({ seconds, cpuSeconds }: StageResult): string {
  const wall = `${seconds.toFixed(1).padStart(6)} s`;
  return cpuSeconds === undefined ? wall : `${wall} ${cpuSeconds.toFixed(1).padStart(7)} CPU-s`;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

function indented(text: string, by = 4): string {
  return text.replaceAll(/^/gm, ' '.repeat(by));
}

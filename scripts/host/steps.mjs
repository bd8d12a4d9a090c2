// Shows the progress of a command: one line per running step. A terminal updates the lines in place; other outputs get
// a line when a step begins, every few seconds while it changes, and when it ends.
// Plain JavaScript, because bootstrap.mjs uses it.

import { performance } from 'node:perf_hooks';

const EVERY_MS = 5_000;

/** @typedef {(message: string) => void} Say replaces the text of a step */

export class Steps {
  #out;
  /** The lines of the running steps, in the order in which the steps began. @type {Line[]} */
  #running = [];
  /** The number of lines that the terminal shows. */
  #shown = 0;

  /** @param {NodeJS.WriteStream} out */
  constructor(out = process.stderr) {
    this.#out = out;
  }

  /**
   * Shows a step while it runs, from its first text on. The last text remains after the step has ended.
   * @template T
   * @param {(say: Say) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async during(work) {
    const line = { text: '', printed: '' };
    const timer = setInterval(() => this.#print(line), EVERY_MS);
    timer.unref();
    try {
      const result = await work(message => this.#update(line, message));
      this.#end(line);
      return result;
    } catch (error) {
      this.#end(line);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** @param {Line} line @param {string} message */
  #update(line, message) {
    line.text = message;
    if (!this.#running.includes(line)) {
      this.#running.push(line);
      this.#print(line);
    }
    this.#draw();
  }

  /** @param {Line} line */
  #end(line) {
    if (!this.#running.includes(line)) return;
    this.#erase();
    this.#running = this.#running.filter(each => each !== line);
    if (this.#out.isTTY) this.#out.write(`${line.text}\n`);
    else this.#print(line);
    this.#draw();
  }

  /** Prints each text once, if the output is no terminal. @param {Line} line */
  #print(line) {
    if (this.#out.isTTY || line.text === line.printed) return;
    line.printed = line.text;
    this.#out.write(`${line.text}\n`);
  }

  #draw() {
    if (!this.#out.isTTY) return;
    this.#erase();
    // Truncates lines, because a wrapped line would count as two.
    const width = (this.#out.columns ?? 80) - 1;
    for (const { text } of this.#running) this.#out.write(`${text.slice(0, width)}\n`);
    this.#shown = this.#running.length;
  }

  #erase() {
    if (this.#shown > 0) this.#out.write(`\x1b[${this.#shown}A\x1b[J`);
    this.#shown = 0;
  }
}

/** @typedef {{text: string, printed: string}} Line */

/**
 * Starts measuring time.
 * @returns {() => string} returns the elapsed time, such as "3.2 s"
 */
export function stopwatch() {
  const started = performance.now();
  return () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** Reads the samples of a preview's subject, again with each change of their file. */
import type * as vscode from 'vscode';
import { type SamplesFile, samplesAt } from './samples-file.ts';

export class SamplesReading {
  /** The number of reads that were begun, and the last one that ended. */
  #begun = 0;
  #ended = 0;
  #trouble: string | undefined;

  /** True while the last read is outdated. */
  get isUnderWay(): boolean {
    return this.#ended !== this.#begun;
  }

  /** The error in the file, as in `SamplesFile.trouble`. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Drops the error, because another prompt is shown. */
  forget(): void {
    this.#trouble = undefined;
  }

  /** @returns undefined if a newer read was begun meanwhile */
  async read(uri: vscode.Uri | undefined): Promise<SamplesFile | undefined> {
    this.#begun += 1;
    const own = this.#begun;
    const file = await samplesAt(uri);
    // An older reading may end after a newer one.
    if (own !== this.#begun) return undefined;
    this.#ended = own;
    this.#trouble = file.trouble;
    return file;
  }
}

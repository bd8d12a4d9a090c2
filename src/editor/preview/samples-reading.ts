/** The samples of what a preview shows, read again with each change of their file. */
import type * as vscode from 'vscode';
import { type SamplesFile, samplesAt } from './samples-file.ts';

export class SamplesReading {
  /** Readings that were begun, and the last of them that ended. */
  #begun = 0;
  #ended = 0;
  #trouble: string | undefined;

  /** True while what was read last is out of date. */
  get isUnderWay(): boolean {
    return this.#ended !== this.#begun;
  }

  /** The error in the file, as `SamplesFile.trouble`. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Forgets the error: another prompt is shown. */
  forget(): void {
    this.#trouble = undefined;
  }

  /** @returns undefined if a newer reading was begun meanwhile */
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

/**
 * Finds renames of files that were also edited, for example on a colleague's branch: the registry has the text that the
 * old file was based on.
 */
import type { RegistryClient } from '../client/registry-client.ts';
import { RegistryUnreachable } from '../client/unreachable.ts';
import { plainText } from '../core/line-endings.ts';
import { Problem } from '../core/problem.ts';
import { type NamedText, similarRenames } from '../core/renames.ts';
import type { NotedRenames, PromptRenames } from './noted-renames.ts';
import type { WorkingCopyState } from './prompt-state.ts';
import type { PromptsFolder } from './prompts-folder.ts';
import { sourceOf } from './recovery.ts';

/** The maximum number of files on each side; each is compared with every other. */
const MOST_COMPARED = 30;
/** In UTF-16 code units; a longer file is only recognized by its exact text. */
const LONGEST = 50_000;

export class SimilarRenames {
  readonly #folder: PromptsFolder;
  readonly #noted: NotedRenames;
  /** The files that were compared last; they are not compared again while nothing changes. */
  #compared = '';

  constructor(folder: PromptsFolder, noted: NotedRenames) {
    this.#folder = folder;
    this.#noted = noted;
  }

  /** All renames, including those of the state. If the registry cannot be reached, only the state's. */
  async find(
    { prompts, renamed }: Pick<WorkingCopyState, 'prompts' | 'renamed'>,
    registry: Pick<RegistryClient, 'getSources'>,
    signal?: AbortSignal,
  ): Promise<PromptRenames> {
    const known = new Set([...renamed].flat());
    const open = [...prompts.values()].filter(({ name }) => !known.has(name));
    const gone = open.flatMap(({ name, base, file }) =>
      base === null || file !== null ? [] : [{ prompt: name, version: base.version, digest: base.digest }],
    );
    const fresh = open.filter(({ base, file, newest }) => base === null && file !== null && newest === null);
    const compared = JSON.stringify([gone, fresh.map(({ name, bytes }) => [name, bytes])]);
    const isPointless = gone.length === 0 || fresh.length === 0 || compared === this.#compared;
    if (isPointless || gone.length > MOST_COMPARED || fresh.length > MOST_COMPARED) return renamed;
    try {
      const sources = await registry.getSources(gone, signal);
      const old = gone.flatMap(({ prompt, digest }) => named(prompt, sources.get(digest)));
      const files: NamedText[] = [];
      for (const { name } of fresh) files.push(...named(name, await sourceOf(name, this.#folder)));
      const all = new Map([...renamed, ...similarRenames(old, files)]);
      this.#compared = compared;
      await this.#noted.write(all);
      return all;
    } catch (error) {
      if (!Problem.is(error) && !RegistryUnreachable.is(error)) throw error;
      return renamed; // until the registry can be reached, they count as two prompts
    }
  }
}

function named(name: NamedText['name'], source: string | undefined): NamedText[] {
  return source === undefined || source.length > LONGEST ? [] : [{ name, text: plainText(source) }];
}

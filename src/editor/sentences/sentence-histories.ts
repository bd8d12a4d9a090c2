/** The sentence histories of this window: each is read once, cached within a limit, and extended by new versions. */
import { LRUCache } from 'lru-cache';
import { keptSource, type SentenceHistory, sentenceHistory } from '../../client/sentence-history.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Session } from '../connection/session.ts';
import { EMBEDDED } from '../versions/uri.ts';

/** The total size of the texts in UTF-16 code units; a history takes about ten times as much. */
const MAX_KEPT = 2 * 1024 * 1024;
const MAX_HISTORIES = 50;

interface Reading {
  readonly history: Promise<SentenceHistory>;
  readonly controller: AbortController;
  /** The number of versions read so far. */
  versions: number;
  waiting: number;
}

export class SentenceHistories {
  readonly #session: Session;
  readonly #kept = new LRUCache<string, SentenceHistory>({
    max: MAX_HISTORIES,
    maxSize: MAX_KEPT,
    sizeCalculation: ({ blame, versions }) => blame.text.length + 500 * versions.size + 1,
  });
  readonly #reading = new Map<string, Reading>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The cached history of a version of the connected registry, if there is one. */
  peek(prompt: PromptName, version: VersionNumber): SentenceHistory | undefined {
    return this.#kept.get(this.#keyOf(prompt, version));
  }

  /** The number of versions read so far of a history in progress. */
  progressOf(prompt: PromptName, version: VersionNumber): number {
    return this.#reading.get(this.#keyOf(prompt, version))?.versions ?? 0;
  }

  /**
   * Reads a history, from the cache while the registry is unreachable. Stops when all callers have aborted.
   * @throws MissingKey, Problem, RegistryUnreachable; the reason of `signal`
   */
  async of(prompt: PromptName, version: VersionNumber, signal: AbortSignal): Promise<SentenceHistory> {
    signal.throwIfAborted();
    const kept = this.peek(prompt, version);
    if (kept !== undefined) return kept;
    const key = this.#keyOf(prompt, version);
    const reading = this.#reading.get(key) ?? this.#start(key, prompt, version);
    reading.waiting += 1;
    const gone = Promise.withResolvers<never>();
    const leave = () => gone.reject(signal.reason);
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([reading.history, gone.promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      reading.waiting -= 1;
      if (reading.waiting === 0) reading.controller.abort();
    }
  }

  dispose(): void {
    for (const { controller } of this.#reading.values()) controller.abort();
    this.#kept.clear();
  }

  #start(key: string, prompt: PromptName, version: VersionNumber): Reading {
    const controller = new AbortController();
    const onProgress = (versions: number) => {
      reading.versions = versions;
    };
    const history = this.#read(prompt, version, controller.signal, onProgress);
    const reading: Reading = { history, controller, versions: 0, waiting: 0 };
    this.#reading.set(key, reading);
    const ended = () => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    };
    controller.signal.addEventListener('abort', ended);
    history.then(
      found => {
        ended();
        this.#kept.set(key, found);
      },
      ended, // waiting callers get the error
    );
    return reading;
  }

  async #read(
    prompt: PromptName,
    version: VersionNumber,
    signal: AbortSignal,
    onProgress: (versions: number) => void,
  ): Promise<SentenceHistory> {
    const session = this.#session;
    const { registry = EMBEDDED, state } = session;
    const source =
      state.kind === 'offline'
        ? keptSource(await session.cache(), session.cacheUrl(registry))
        : await session.clientFor({ kind: 'read' });
    const since = this.#before(prompt, version);
    return sentenceHistory(source, prompt, version, { signal, onProgress, since });
  }

  /** The history of the newest version before this one that has one. */
  #before(prompt: PromptName, version: VersionNumber): SentenceHistory | undefined {
    const prefix = this.#keyOf(prompt, '');
    const earlier = [...this.#kept.entries()]
      .filter(([key, history]) => key.startsWith(prefix) && history.version < version)
      .map(([, history]) => history);
    return earlier.sort((one, other) => other.version - one.version)[0];
  }

  #keyOf(prompt: PromptName, version: VersionNumber | ''): string {
    const { registry = EMBEDDED } = this.#session;
    return `${this.#session.cacheUrl(registry)}\n${prompt}@${version}`;
  }
}

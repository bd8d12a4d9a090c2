/** Reads and writes the storage. It may hold anything, so everything read from it is checked. */
import { asObject, keyOf, promptIn } from './delivery.ts';
import type { Entry, Slot, Slots } from './entries.ts';
import { PromptForgeError } from './errors.ts';
import { tightened } from './freshness.ts';
import { inTime } from './in-time.ts';
import type { Settings } from './settings.ts';
import type { PromptStorage, Wanted } from './types.ts';

export interface Stored {
  /** Puts the stored text into the slot. Resolves when it was read, failed, or took too long. */
  read(slot: Slot, wanted: Wanted): Promise<void>;
  /** Writes an entry to the storage. Resolves when it is written, failed, or took too long. */
  keep(slot: Slot, entry: Entry, wanted: Wanted): Promise<void>;
}

const FORMAT = 2;
/** The interval at which an unchanged text is stored again, to record its age; milliseconds. */
const STORED_AGAIN = 60_000;
/** A call waits for the storage at most this number of milliseconds, and at most this share of its timeout. */
const READING_TIME = 500;
const READING_SHARE = 1 / 4;
const WRITING_TIME = 10_000;
/** In milliseconds. */
const MAX_CLOCK_DIFFERENCE = 60_000;

/** @param report receives read and write errors */
export function stored(
  settings: Settings,
  storage: PromptStorage,
  slots: Slots,
  report: (error: PromptForgeError) => void,
): Stored {
  const { clock, wallClock, maxStale, timeout } = settings;

  function failed(message: string, cause: unknown): void {
    report(new PromptForgeError('storage_failed', message, {}, { cause }));
  }

  return {
    async read(slot, wanted) {
      const reading = attempt(() => storage.get(storageKey(wanted, settings))).then(text => {
        if (typeof text !== 'string' || slot.entry !== undefined) return;
        const entry = entryIn(text, wanted, settings);
        slots.put(keyOf(wanted), { ...entry, freshness: tightened(entry.freshness, maxStale) });
      });
      try {
        // A late text, as on a busy machine, is still used if nothing else is known by then.
        await inTime(reading, Math.min(READING_TIME, timeout * READING_SHARE));
      } catch (cause) {
        failed(
          `The stored ${wanted.name} cannot be used. It is replaced when the registry answers. Check what else writes to the storage.`,
          cause,
        );
      }
    },
    async keep(slot, entry, wanted) {
      const now = clock();
      if (slot.stored?.etag === entry.etag && now - slot.stored.at < STORED_AGAIN) return;
      slot.stored = { at: now, etag: entry.etag };
      // Writes run one after the other, so that a late write of an older text does not replace a newer one.
      const before = slot.writing;
      slot.writing = (async () => {
        try {
          // If a worker ended during the previous write, it never settles.
          await inTime(Promise.resolve(before), WRITING_TIME).catch(() => undefined);
          // The time by the machine's clock, which other processes share. The client's own clock may have run ahead.
          const text = storedText(entry, wallClock() - (clock() - entry.checkedAt), settings);
          await inTime(
            attempt(() => storage.set(storageKey(wanted, settings), text)),
            WRITING_TIME,
          );
        } catch (cause) {
          failed(
            `${entry.prompt.reference} could not be stored. It is served from memory; make the storage writable so that it is there after a restart.`,
            cause,
          );
        }
      })();
      await slot.writing;
    },
  };
}

type Owner = Pick<Settings, 'url' | 'environment'>;

/** Includes the registry and environment, so that a text stored for another is never found. */
function storageKey(wanted: Wanted, { url, environment }: Owner): string {
  return `promptforge/${FORMAT}/${url}/${environment}/${keyOf(wanted)}`;
}

function storedText({ prompt, etag, freshness }: Entry, checkedAt: number, { url }: Owner): string {
  return sealed({ format: FORMAT, url, prompt, etag, checkedAt, freshness });
}

/** Adds a checksum, the only way to detect a damaged letter in a text. */
export function sealed(content: object): string {
  return JSON.stringify({ ...content, checksum: checksumOf(JSON.stringify(content)) });
}

/** @throws {Error} for a text that is damaged, or not stored by this package for this registry and environment */
function entryIn(text: string, wanted: Wanted, { url, environment, clock, wallClock }: Settings): Entry {
  const { checksum, ...stored } = asObject(JSON.parse(text));
  if (checksum !== checksumOf(JSON.stringify(stored))) throw new Error('It is not as it was stored.');
  const { format, prompt, etag, checkedAt } = stored;
  const { maxAge, staleWhileRevalidate, staleIfError } = asObject(stored['freshness']);
  const numbers = [checkedAt, maxAge, staleWhileRevalidate, staleIfError];
  const fits = format === FORMAT && stored['url'] === url && typeof etag === 'string';
  if (!fits || !numbers.every(each => typeof each === 'number' && each >= 0))
    throw new Error('It was not stored by this package for this registry.');
  const age = wallClock() - (checkedAt as number);
  // From a machine whose clock is ahead, it would appear younger than it is.
  if (age < -MAX_CLOCK_DIFFERENCE) throw new Error('It was stored in the future.');
  const delivery = { ...asObject(prompt), template: asObject(prompt)['text'] };
  return {
    prompt: promptIn(delivery, wanted, environment, url),
    etag: etag as string,
    checkedAt: clock() - Math.max(0, age),
    freshness: { maxAge, staleWhileRevalidate, staleIfError } as Entry['freshness'],
    size: text.length,
    isStored: true,
  };
}

/** Turns an error that a storage throws synchronously into a rejection. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

/** FNV-1a over UTF-16 code units: it detects damage, but no deliberate change. */
function checksumOf(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum;
}

/** Finds the version that was live at an instant, from the log, independent of any clock. */
import type { Live, LiveQuery } from '../../contract/live.ts';
import { type Channel, LATEST } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { suggestChannel } from '../channels.ts';
import type { Contents, Prepare } from '../delivery/content.ts';
import { readEnvironment } from '../environments.ts';
import { readPromotion } from '../promotions/read.ts';
import { readPrompt } from '../prompts/version-rows.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { logTime } from '../store/log.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';

/** The time in which a version was on a channel. */
interface Span {
  readonly version: VersionNumber;
  /** The promotion's id; null if publishing moved the channel. */
  readonly promotion: number | null;
  readonly from: string;
  readonly until: string | null;
  /** Of the event that began it. */
  readonly seq: number;
}

/**
 * @throws what `check` throws for a version that the reader may not read; Problem `prompt_not_found`, `environment_not_found`, `not_live_yet` before the channel's first version,
 * `invalid_request` for an instant that has not come yet
 */
export async function readLive(
  store: Pick<Store, 'read' | 'now'>,
  contents: Contents,
  prompt: PromptName,
  query: LiveQuery,
  reader: LiveReader,
): Promise<Live> {
  const { found, prepare } = await store.read(snapshot =>
    findLive(snapshot, store.now, contents, prompt, query),
  );
  await reader.check(found.version);
  const { template: text, source, digest, origin } = await prepare(reader.key);
  return { ...found, digest, text, source, ...(origin !== undefined && { origin }) };
}

export interface LiveReader {
  /** The key on whose behalf the text is prepared. */
  readonly key: string;
  readonly check: (version: VersionNumber) => Promise<void>;
}

interface Found {
  readonly found: Omit<Live, 'text' | 'source' | 'digest' | 'origin'>;
  /** Prepares its text after the snapshot is closed. */
  readonly prepare: Prepare;
}

async function findLive(
  snapshot: ReadSnapshot,
  now: Store['now'],
  contents: Contents,
  prompt: PromptName,
  query: LiveQuery,
): Promise<Found> {
  const { name: environment } = await readEnvironment(snapshot, query.environment);
  await readPrompt(snapshot, prompt);
  const at = await instant(snapshot, now, query.at);
  const { channel } = query;
  const spans =
    channel === LATEST
      ? publishedSpans(snapshot, prompt)
      : promotedSpans(snapshot, prompt, environment, channel);
  const span = await spans.at(at);
  if (span === undefined) {
    const first = await spans.first();
    const meant = first === null ? await suggestChannel(snapshot, channel) : undefined;
    throw notLiveYet({ prompt, environment, channel, at }, first, meant);
  }
  const { version, from, until, seq } = span;
  const prepare = await contents(snapshot, prompt, version);
  const promotion = span.promotion === null ? null : await readPromotion(snapshot, String(span.promotion));
  const row = await snapshot.selectFrom('events').selectAll().where('seq', '=', seq).executeTakeFirst();
  const event = row && authentic(snapshot, row);
  if (event?.prompt !== prompt || event.version !== version || event.at !== from)
    throw broken(`No event made version ${version} of "${prompt}" live at ${from}.`);
  const { hash } = event;
  const where = { prompt, environment, channel, at };
  const found = { ...where, version, promotion, from, until, event: { seq, hash } };
  return { found, prepare };
}

/** Digits after milliseconds are cut off, because the log has none. @throws Problem `invalid_request` */
async function instant(
  snapshot: ReadSnapshot,
  now: Store['now'],
  asked: string | undefined,
): Promise<string> {
  const present = await logTime(snapshot, now);
  if (asked === undefined) return present;
  const at = new Date(asked).toISOString();
  if (at <= present) return at;
  throw new Problem(
    'invalid_request',
    `"at" is in the future: for this registry it is ${present}. Omit "at" to ask for now.`,
    { fields: [{ pointer: '/at', message: 'has not come yet' }] },
  );
}

interface Spans {
  /** The span that includes the instant; undefined before the first. */
  at(instant: string): Promise<Span | undefined>;
  /** When the first span began; null if there was none. */
  first(): Promise<string | null>;
}

/** Of several promotions within one millisecond, the last one in the log counts. */
function promotedSpans(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  environment: EnvironmentName,
  channel: Channel,
): Spans {
  const applied = snapshot
    .selectFrom('promotions')
    .select(['id', 'version', 'applied_at', 'applied_seq'])
    .where('prompt', '=', prompt)
    .where('environment', '=', environment)
    .where('channel', '=', channel)
    .$narrowType<{ applied_at: string; applied_seq: number }>();
  const later = (instant: string) =>
    applied
      .where('applied_at', '>', instant)
      .orderBy('applied_at')
      .orderBy('applied_seq')
      .limit(1)
      .executeTakeFirst();
  return {
    async at(instant) {
      const row = await applied
        .where('applied_at', '<=', instant)
        .orderBy('applied_at', 'desc')
        .orderBy('applied_seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { id, version, applied_at: from, applied_seq: seq } = row;
      return { version, promotion: id, from, until: (await later(instant))?.applied_at ?? null, seq };
    },
    first: async () => (await later(''))?.applied_at ?? null,
  };
}

/** The spans of `latest`, the newest version at each time. */
function publishedSpans(snapshot: ReadSnapshot, prompt: PromptName): Spans {
  const versions = snapshot
    .selectFrom('versions')
    .select(['version', 'published_at', 'seq'])
    .where('prompt', '=', prompt);
  const later = (instant: string) =>
    versions.where('published_at', '>', instant).orderBy('version').limit(1).executeTakeFirst();
  return {
    async at(instant) {
      const row = await versions
        .where('published_at', '<=', instant)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { version, published_at: from, seq } = row;
      return { version, promotion: null, from, until: (await later(instant))?.published_at ?? null, seq };
    },
    first: async () => (await later(''))?.published_at ?? null,
  };
}

/** @param meant the suggested channel; undefined if the requested one exists */
function notLiveYet(
  { prompt, environment, channel, at }: Pick<Live, 'prompt' | 'environment' | 'channel' | 'at'>,
  firstLiveAt: string | null,
  meant: Channel | undefined,
): Problem {
  const where = `on the channel "${channel}" of ${environment}`;
  const advice = meant === undefined ? '' : ` Did you mean the channel "${meant}"?`;
  return new Problem(
    'not_live_yet',
    firstLiveAt === null
      ? `"${prompt}" has never been live ${where}.${advice} Ask for another channel or environment, or promote a version.`
      : `At ${at} no version of "${prompt}" was live ${where} yet. The first became live at ${firstLiveAt}.`,
    { firstLiveAt },
  );
}

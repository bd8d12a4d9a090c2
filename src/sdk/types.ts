/** The types of the client's public API: plain data, and no type of another package. */
import type { PromptForgeError } from './errors.ts';
import type { AnyPrompts, InputAndOptions, NameOf, PromptTypes } from './typed.ts';

export type * from './typed.ts';

/** The source of a text. */
export type Source =
  /** Just fetched, or confirmed as unchanged. */
  | 'network'
  /** From memory, within the registry's `max-age`. */
  | 'cache'
  /** From memory, older than that: it is being refreshed, or the registry could not be reached. */
  | 'stale'
  /** From the storage, because the registry could not be reached. */
  | 'stored'
  /** From the snapshot, for the same reason. */
  | 'bundled'
  /** The text that the call gave. */
  | 'fallback';

/** A tool that the prompt declares, its schemas as JSON Schema. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema?: Readonly<Record<string, unknown>>;
  readonly outputSchema?: Readonly<Record<string, unknown>>;
}

/** The declarations of the front matter; schemas are JSON Schema. */
export interface Metadata {
  /** Such as `openai/gpt-5`. */
  readonly model?: string;
  readonly description?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: {
    readonly schema: Readonly<Record<string, unknown>> | null;
    readonly default: Readonly<Record<string, unknown>>;
  };
  readonly output?: unknown;
  /** Absent in a registry of an earlier release. */
  readonly tools?: readonly Tool[];
  readonly ext: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The whole front matter as written. */
  readonly raw: Readonly<Record<string, unknown>>;
}

interface About {
  readonly name: string;
  /** Such as `support/triage@12`, to be logged beside each model call. */
  readonly reference: string;
  readonly version: number;
  /** `sha256:` and hex, of the version's source. */
  readonly digest: string;
  /** Null for an exact version. */
  readonly channel: string | null;
  readonly environment: string;
  readonly metadata: Metadata;
  /** Seconds since the registry last confirmed this version. */
  readonly age: number;
  readonly source: Exclude<Source, 'fallback'>;
}

/** One version of a prompt. The same metadata is given again, so it is frozen. */
export interface Prompt extends About {
  /** The template: front matter taken off, partials resolved, variables unchanged. */
  readonly text: string;
}

/** The text used when a prompt is not available: it has no version. */
export interface FallbackPrompt {
  readonly text: string;
  readonly name: string;
  readonly version: null;
  readonly reference: null;
  readonly digest: null;
  readonly channel: string | null;
  readonly environment: string;
  readonly metadata: Metadata;
  readonly age: null;
  readonly source: 'fallback';
}

export type AnyPrompt = Prompt | FallbackPrompt;

/** A part of a message, as Dotprompt defines it: one of these keys. */
export interface Part {
  readonly text?: string;
  readonly media?: { readonly url: string; readonly contentType?: string };
  readonly data?: Readonly<Record<string, unknown>>;
  readonly toolRequest?: { readonly name: string; readonly input?: unknown; readonly ref?: string };
  readonly toolResponse?: { readonly name: string; readonly output?: unknown; readonly ref?: string };
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface Message {
  readonly role: 'system' | 'user' | 'model' | 'tool';
  readonly content: readonly Part[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A prompt with an input put in. */
export type Rendered<Of extends AnyPrompt = Prompt> = Of extends AnyPrompt
  ? Omit<Of, 'text'> & RenderedText
  : never;

export interface RenderedText {
  /** The messages' text, in order, an empty line between two messages. */
  readonly text: string;
  readonly messages: readonly Message[];
}

export interface GetOptions {
  /** Default: `stable`. */
  readonly channel?: string | undefined;
  /** An exact version, in place of a channel. */
  readonly version?: number | undefined;
  /** Given back when nothing else can be had. */
  readonly fallback?: string | undefined;
  /** Stops waiting; the request continues for other callers. */
  readonly signal?: AbortSignal | undefined;
}

/** A given version has no fallback. */
interface NoFallback {
  readonly fallback?: undefined;
}

export interface RenderOptions extends GetOptions {
  /** The registry renders: one request each time, and nothing is served when it is away. */
  readonly remote?: boolean | undefined;
  /** Earlier messages, inserted at `{{history}}`. */
  readonly messages?: readonly Message[] | undefined;
  /** The values of `{{@name}}`, by name. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Also refuses an input that does not fit its schema. The registry checks that, so it implies `remote`. */
  readonly strict?: boolean | undefined;
}

export interface Wanted<Name extends string = string> {
  readonly name: Name;
  readonly channel?: string | undefined;
  readonly version?: number | undefined;
}

/** Keeps texts beyond the life of the process: values by key, both plain text. */
export interface PromptStorage {
  /** Null or undefined if there is none. */
  get(key: string): Promise<string | null | undefined>;
  set(key: string, value: string): Promise<unknown>;
}

/** Made by `promptforge snapshot`: what an environment served at one time. */
export interface Snapshot {
  readonly format: string;
  /** The registry's URL. */
  readonly registry: string;
  readonly environment: string;
  /** RFC 3339 */
  readonly createdAt: string;
  readonly prompts: readonly SnapshotPrompt[];
}

export interface SnapshotPrompt extends Omit<Prompt, 'age' | 'source' | 'environment' | 'metadata'> {
  readonly metadata: unknown;
}

export interface FetchEvent extends Wanted {
  /** Milliseconds. */
  readonly duration: number;
  /** True if the registry responded that nothing has changed. */
  readonly unchanged: boolean;
  /** Undefined if the request failed. */
  readonly reference: string | undefined;
  readonly error: PromptForgeError | undefined;
}

export interface StaleEvent {
  readonly prompt: Prompt;
  /** Why the registry could not be reached; undefined while a request is pending. */
  readonly error: PromptForgeError | undefined;
}

export interface FallbackEvent {
  /** From the storage, the snapshot or the call itself. */
  readonly prompt: AnyPrompt;
  readonly error: PromptForgeError;
}

/** Called on events. An error that one throws does not reach the caller of a prompt. */
export interface Hooks {
  readonly onFetch?: ((event: FetchEvent) => void) | undefined;
  readonly onStale?: ((event: StaleEvent) => void) | undefined;
  readonly onFallback?: ((event: FallbackEvent) => void) | undefined;
  /** Called for failures that no caller waits for: of the storage, a hook, the feed. */
  readonly onError?: ((error: PromptForgeError) => void) | undefined;
}

export interface ClientOptions extends Hooks {
  /** The registry's URL, such as `https://prompts.example.com`. */
  readonly url: string;
  /** A reader key of the environment; a function is called before each request, so that keys can be replaced. */
  readonly key: string | (() => string | Promise<string>);
  /** Such as `production`: nothing of another environment is ever given. */
  readonly environment: string;
  /** The maximum duration of a call in milliseconds; default: 2000. */
  readonly timeout?: number | undefined;
  /** The number of retries within `timeout`; default: 2. */
  readonly retries?: number | undefined;
  /**
   * Seconds beyond `max-age` for which a text is given all the same, at most: it shortens both
   * `stale-while-revalidate` and `stale-if-error`. The snapshot and fallbacks are not bound by it.
   */
  readonly maxStale?: number | undefined;
  /** The maximum number of prompts in memory; default: 1000. */
  readonly maxEntries?: number | undefined;
  /** The maximum number of characters in memory; default: 64 Mi. */
  readonly maxCharacters?: number | undefined;
  readonly storage?: PromptStorage | undefined;
  /** The output of `promptforge snapshot`, imported or parsed; it is validated. */
  readonly snapshot?: unknown;
  /** Default: `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Allows `http://` beyond this machine: the key crosses the network unencrypted. */
  readonly allowHttp?: boolean | undefined;
  /** Keeps a worker alive for what happens in the background, such as `promise => ctx.waitUntil(promise)`. */
  readonly waitUntil?: ((background: Promise<unknown>) => void) | undefined;
  /** Milliseconds since 1970, for tests. */
  readonly now?: (() => number) | undefined;
}

export interface WatchOptions extends Pick<GetOptions, 'channel'> {
  readonly signal?: AbortSignal | undefined;
}

/** @typeParam Of the existing prompts, as `promptforge generate` writes them; default: any */
export interface PromptClient<Of extends PromptTypes<Of> = AnyPrompts> {
  readonly environment: string;
  /** A prompt's text. Returns at once while it is fresh or being refreshed; otherwise requests it. @throws PromptForgeError */
  get(name: NameOf<Of>, options?: GetOptions & NoFallback): Promise<Prompt>;
  get(name: NameOf<Of>, options: GetOptions): Promise<AnyPrompt>;
  /** The same with an input put in, in this process unless `remote` is set. @throws PromptForgeError */
  render<Name extends NameOf<Of>>(
    name: Name,
    ...given: InputAndOptions<Of[Name]['input'], RenderOptions & NoFallback>
  ): Promise<Rendered>;
  render<Name extends NameOf<Of>>(
    name: Name,
    input: InputAndOptions<Of[Name]['input'], never>[0],
    options: RenderOptions,
  ): Promise<Rendered<AnyPrompt>>;
  /**
   * Many prompts, with one request for each 100.
   * @returns in the requested order
   * @throws PromptForgeError the first error, if one of them is not available from any source
   */
  preload(prompts: readonly (NameOf<Of> | Wanted<NameOf<Of>>)[]): Promise<Prompt[]>;
  /**
   * Calls `listener` with each new version of the channel, until the returned function is called. A single long-polling
   * request serves all listeners.
   */
  watch(name: NameOf<Of>, listener: (prompt: Prompt) => void, options?: WatchOptions): () => void;
  /** Ends what is watched and what runs in the background. */
  close(): void;
}

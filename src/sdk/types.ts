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
  /** Older than that: it is being refreshed, or the request failed. */
  | 'stale'
  /** From the storage: the request failed, or it is an exact version within the registry's `max-age`. */
  | 'stored'
  /** From the snapshot, because the request failed. */
  | 'bundled'
  /** The call's `fallback`. */
  | 'fallback';

/** A tool that the prompt declares; its schemas are JSON Schema. */
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
  /** Absent if the registry is of an earlier release. */
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
  /** SHA-256 of the version's source: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Null for an exact version. */
  readonly channel: string | null;
  readonly environment: string;
  readonly metadata: Metadata;
  /** Seconds since the registry last confirmed this version. */
  readonly age: number;
  readonly source: Exclude<Source, 'fallback'>;
}

/** One version of a prompt. All callers share its metadata, so that is frozen. */
export interface Prompt extends About {
  /** The template, without front matter, with partials resolved and variables as written. */
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

/** A part of a message, as Dotprompt defines it: it has one of these keys. */
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

/** A prompt that was rendered with an input. */
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
  /** Returned if no other source has the prompt. */
  readonly fallback?: string | undefined;
  /** Stops waiting; the request continues for other callers. */
  readonly signal?: AbortSignal | undefined;
}

/** Options without a fallback: the result always is a version. */
interface NoFallback {
  readonly fallback?: undefined;
}

export interface RenderOptions extends GetOptions {
  /** Lets the registry render, with one request for each call. If that fails, only `fallback` is left. */
  readonly remote?: boolean | undefined;
  /** Earlier messages, inserted at `{{history}}`. */
  readonly messages?: readonly Message[] | undefined;
  /** The values of `{{@name}}`, by name. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
  /** Also rejects an input that does not match the schema. The registry validates it, so this implies `remote`. */
  readonly strict?: boolean | undefined;
}

export interface Wanted<Name extends string = string> {
  readonly name: Name;
  readonly channel?: string | undefined;
  readonly version?: number | undefined;
}

/** Keeps texts beyond the life of the process. Keys and values are strings. */
export interface PromptStorage {
  /** Null or undefined if there is none. */
  get(key: string): Promise<string | null | undefined>;
  set(key: string, value: string): Promise<unknown>;
}

/** The prompts that an environment served at one time, as `promptforge snapshot` writes them. */
export interface Snapshot {
  readonly format: string;
  /** The registry's URL. */
  readonly registry: string;
  readonly environment: string;
  /** RFC 3339. */
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
  /** The error of the last request; undefined if it did not fail and a refresh is pending. */
  readonly error: PromptForgeError | undefined;
}

export interface FallbackEvent {
  /** From the storage or the snapshot, or the call's `fallback`. */
  readonly prompt: AnyPrompt;
  readonly error: PromptForgeError;
}

/** Called on events. An error that one throws does not reach the caller of a prompt. */
export interface Hooks {
  readonly onFetch?: ((event: FetchEvent) => void) | undefined;
  readonly onStale?: ((event: StaleEvent) => void) | undefined;
  readonly onFallback?: ((event: FallbackEvent) => void) | undefined;
  /** Called for errors that no caller waits for: of the storage, a hook or the feed. */
  readonly onError?: ((error: PromptForgeError) => void) | undefined;
}

export interface ClientOptions extends Hooks {
  /** The registry's URL, such as `https://prompts.example.com`. */
  readonly url: string;
  /** A reader key of the environment; a function is called before each request, so that keys can be replaced. */
  readonly key: string | (() => string | Promise<string>);
  /** The environment's name, such as `production`. Responses from another environment are rejected. */
  readonly environment: string;
  /** The maximum duration of a call in milliseconds; default: 2000. */
  readonly timeout?: number | undefined;
  /** The number of retries within `timeout`; default: 2. */
  readonly retries?: number | undefined;
  /**
   * The maximum number of seconds beyond `max-age` for which a text is served. It shortens both
   * `stale-while-revalidate` and `stale-if-error`, but does not limit the snapshot and fallbacks.
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
  /** Keeps a worker alive for work in the background, such as `promise => ctx.waitUntil(promise)`. */
  readonly waitUntil?: ((background: Promise<unknown>) => void) | undefined;
  /** Milliseconds since 1970, for tests. */
  readonly now?: (() => number) | undefined;
}

export interface WatchOptions extends Pick<GetOptions, 'channel'> {
  readonly signal?: AbortSignal | undefined;
}

/** @typeParam Of the types of the existing prompts, as `promptforge generate` writes them; default: any prompt */
export interface PromptClient<Of extends PromptTypes<Of> = AnyPrompts> {
  readonly environment: string;
  /**
   * Reads a prompt. Returns a text within `max-age` or `stale-while-revalidate` at once; otherwise requests it.
   * @throws PromptForgeError if no source has the prompt
   */
  get(name: NameOf<Of>, options?: GetOptions & NoFallback): Promise<Prompt>;
  get(name: NameOf<Of>, options: GetOptions): Promise<AnyPrompt>;
  /** Renders a prompt with an input, in this process unless `remote` or `strict` is set. @throws PromptForgeError */
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
   * Loads many prompts, with one request for each 100 or, if they are longer, for each MiB.
   * @returns the prompts, in the requested order
   * @throws PromptForgeError the first error, if one of them is not available from any source
   */
  preload(prompts: readonly (NameOf<Of> | Wanted<NameOf<Of>>)[]): Promise<Prompt[]>;
  /**
   * Calls `listener` with each new version of the channel, until the returned function is called. A single long-polling
   * request serves all listeners.
   */
  watch(name: NameOf<Of>, listener: (prompt: Prompt) => void, options?: WatchOptions): () => void;
  /** Stops following channels; later calls of `watch` have no effect. */
  close(): void;
}

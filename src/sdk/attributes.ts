/** Span attributes that name the prompt of a model call, after OpenTelemetry's semantic conventions for generative AI. */
import type { AnyPrompt } from './types.ts';

export interface PromptAttributes {
  readonly 'gen_ai.prompt.name': string;
  readonly 'gen_ai.prompt.version'?: string;
  readonly 'promptforge.prompt.digest'?: string;
  readonly 'promptforge.prompt.source': string;
}

/** The attributes of a prompt, to set on the span of the model call or to log with it. */
export function attributesOf(
  prompt: Pick<AnyPrompt, 'name' | 'version' | 'digest' | 'source'>,
): PromptAttributes {
  const { name, version, digest, source } = prompt;
  return {
    'gen_ai.prompt.name': name,
    ...(version !== null && { 'gen_ai.prompt.version': String(version) }),
    ...(digest !== null && { 'promptforge.prompt.digest': digest }),
    'promptforge.prompt.source': source,
  };
}

interface Span {
  setAttributes(attributes: object): unknown;
}

interface OpenTelemetry {
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

/** The global under which `@opentelemetry/api` 1 registers itself, and the context key of its span. */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** Sets the attributes on the active span, if the application has loaded OpenTelemetry and a span is active. */
export function noteOnSpan(prompt: Parameters<typeof attributesOf>[0]): void {
  const api = (globalThis as Record<symbol, unknown>)[API] as OpenTelemetry | undefined;
  if (api?.context === undefined) return;
  const span = api.context.active().getValue(SPAN) as Span | undefined;
  span?.setAttributes(attributesOf(prompt));
}

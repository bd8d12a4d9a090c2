/**
 * Renders a delivery in this process with the registry's own evaluator, so that the text is identical. It generates no
 * code, so it also runs where that is not allowed.
 */
import type { Message as DotpromptMessage } from 'dotprompt';
import { evaluate } from '../core/evaluate/evaluate.ts';
import type { LinkedPartial } from '../core/flatten.ts';
import { withDefaults } from '../core/inputs/with-defaults.ts';
import { toMessages } from '../core/messages.ts';
import { Problem } from '../core/problem.ts';
import { promptData, requiredInputs } from '../core/prompt-data.ts';
import { checkConversation } from './conversation.ts';
import { type ErrorCode, PromptForgeError } from './errors.ts';
import { jsonOf } from './json-input.ts';
import { renderedOf } from './rendered.ts';
import type { AnyPrompt, Message, Rendered, RenderOptions } from './types.ts';

export { PromptForgeError };

const NO_PARTIALS: ReadonlyMap<string, LinkedPartial> = new Map();

/**
 * Renders a prompt with an input. Of the input schema, only required inputs are checked.
 * @param input values by variable name; it is converted to JSON and back
 * @throws PromptForgeError `missing_input`, `invalid_input`, `invalid_source`, `too_expensive`
 */
export function renderPrompt<Of extends AnyPrompt>(
  prompt: Of,
  input: Readonly<Record<string, unknown>> = {},
  options: Pick<RenderOptions, 'messages' | 'context'> = {},
): Rendered<Of> {
  const { metadata, text: template, reference, name } = prompt;
  const label = reference ?? name;
  const given = jsonOf({ input, ...options });
  checkConversation(given);
  const { messages, context } = given as Pick<RenderOptions, 'messages' | 'context'>;
  const history = (messages ?? []) as DotpromptMessage[];
  const values = withDefaults(jsonOf(given['input']), metadata.input.default);
  const missing = requiredInputs(metadata.input.schema).filter(each => !Object.hasOwn(values, each));
  if (missing.length > 0) throw missingInput(label, missing);
  try {
    const segments = evaluate({
      linked: { template, partials: NO_PARTIALS },
      label,
      source: template,
      templateOffset: 0,
      input: values,
      data: {
        metadata: { prompt: promptData(metadata.raw, metadata.output), messages },
        ...jsonOf(context ?? {}),
      },
      history,
      // The registry has validated a published template, but not a fallback.
      isPublished: reference !== null,
    });
    const rendered = renderedOf(toMessages(segments, history) as readonly Message[]);
    return { ...prompt, ...rendered } as unknown as Rendered<Of>;
  } catch (error) {
    throw asRenderingError(error, label);
  }
}

function missingInput(label: string, missing: readonly string[]): PromptForgeError {
  const names = missing.map(name => `"${name}"`).join(', ');
  return new PromptForgeError(
    'missing_input',
    `${label} needs the input${missing.length > 1 ? 's' : ''} ${names}. Give ${missing.length > 1 ? 'them' : 'it'} a value.`,
    { missing },
  );
}

function asRenderingError(error: unknown, label: string): PromptForgeError {
  const code: ErrorCode = Problem.is(error, 'too_expensive') ? 'too_expensive' : 'invalid_source';
  const message = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  return new PromptForgeError(
    code,
    Problem.is(error) ? String(message) : `${label} cannot be rendered: ${message}. Correct the template.`,
    {},
    { cause: error },
  );
}

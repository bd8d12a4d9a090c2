/** The initial content of a new prompt: valid, with the parts that a prompt consists of. */
import { isPartial, lastSegment, type PromptName } from '../core/name.ts';

export function skeletonOf(name: PromptName): string {
  if (isPartial(name)) {
    const reference = lastSegment(name).slice(1);
    return `{{!-- Used as {{> ${reference}}} by the prompts beside it and below. --}}\nWrite here what several prompts share.\n`;
  }
  return [
    '---',
    `description: What ${lastSegment(name)} is for, in one sentence.`,
    'input:',
    '  schema:',
    '    question: string, what the user asks',
    '---',
    '{{role "system"}}',
    'You are a helpful assistant. Answer briefly and say so when you do not know.',
    '',
    '{{role "user"}}',
    '{{question}}',
    '',
  ].join('\n');
}

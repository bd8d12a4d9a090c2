/** The keys that Dotprompt knows in front matter: what they hold and what they are for. Completion, hover and the checks read them. */

export type KeyType = 'text' | 'number' | 'integer' | 'boolean' | 'mapping' | 'list' | 'schema' | 'any';

export interface KnownKey {
  readonly name: string;
  readonly type: KeyType;
  readonly description: string;
  /** The only values there are. */
  readonly values?: readonly string[];
  /** Values that are usual, among others. */
  readonly usual?: readonly string[];
  /** Of a mapping, or of a list's items. */
  readonly keys?: readonly KnownKey[];
  /** Whether there may be other keys than `keys`, or nothing is known of them. */
  readonly isOpen?: true;
  /** What a list's items are. */
  readonly items?: 'text' | 'mapping';
}

const CONFIG_KEYS: readonly KnownKey[] = [
  {
    name: 'temperature',
    type: 'number',
    description: 'How much the model varies its answers; 0 is the least.',
  },
  {
    name: 'topP',
    type: 'number',
    description: 'The model chooses from the likeliest tokens that make up this probability together.',
  },
  { name: 'topK', type: 'integer', description: 'The model chooses from this many of the likeliest tokens.' },
  { name: 'maxOutputTokens', type: 'integer', description: 'The answer has at most this many tokens.' },
  {
    name: 'stopSequences',
    type: 'list',
    items: 'text',
    description: 'The answer ends before the first of these texts.',
  },
];

const TOOL_KEYS: readonly KnownKey[] = [
  { name: 'name', type: 'text', description: 'The name by which the model calls the tool.' },
  { name: 'description', type: 'text', description: 'What the tool does, for the model.' },
  { name: 'inputSchema', type: 'any', description: 'JSON Schema of what the tool takes.' },
  { name: 'outputSchema', type: 'any', description: 'JSON Schema of what the tool answers.' },
];

export const FRONT_MATTER_KEYS: readonly KnownKey[] = [
  {
    name: 'name',
    type: 'text',
    description: 'The name of the prompt. The registry goes by the path of the file.',
  },
  { name: 'variant', type: 'text', description: 'Which of several forms of the prompt this is.' },
  {
    name: 'version',
    type: 'text',
    description: 'A version of the author’s own. The registry numbers versions itself.',
  },
  { name: 'description', type: 'text', description: 'What the prompt is for, in a sentence.' },
  { name: 'model', type: 'text', description: 'The model to call, such as "vendor/name".' },
  {
    name: 'config',
    type: 'mapping',
    isOpen: true,
    keys: CONFIG_KEYS,
    description: 'Settings for the model; which there are depends on the model.',
  },
  {
    name: 'tools',
    type: 'list',
    items: 'text',
    description: 'The names of the tools that the model may call.',
  },
  {
    name: 'toolChoice',
    type: 'text',
    usual: ['auto', 'required', 'none'],
    description: 'Whether the model may, must or must not call a tool. Genkit reads it.',
  },
  {
    name: 'maxTurns',
    type: 'integer',
    description: 'How many times the model may call tools, one after the other. Genkit reads it.',
  },
  {
    name: 'returnToolRequests',
    type: 'boolean',
    description: 'Whether calls of tools are returned instead of made. Genkit reads it.',
  },
  {
    name: 'use',
    type: 'list',
    description: 'The middleware that a call of the model goes through. Genkit reads it.',
  },
  {
    name: 'toolDefs',
    type: 'list',
    items: 'mapping',
    keys: TOOL_KEYS,
    description: 'Tools that the model may call, with their schemas.',
  },
  {
    name: 'input',
    type: 'mapping',
    description: 'The variables of the prompt.',
    keys: [
      {
        name: 'schema',
        type: 'schema',
        description: 'The variables and their types, as Picoschema or JSON Schema.',
      },
      {
        name: 'default',
        type: 'mapping',
        isOpen: true,
        description: 'The values of variables that the caller does not give.',
      },
    ],
  },
  {
    name: 'output',
    type: 'mapping',
    description: 'What the model is asked to answer.',
    keys: [
      {
        name: 'format',
        type: 'text',
        usual: ['json', 'text', 'array', 'enum', 'jsonl', 'media'],
        description: 'The form of the answer. Applications may define more.',
      },
      {
        name: 'schema',
        type: 'schema',
        description: 'The shape of the answer, as Picoschema or JSON Schema.',
      },
    ],
  },
  {
    name: 'metadata',
    type: 'mapping',
    isOpen: true,
    description: 'Anything that tools want to keep with the prompt.',
  },
];

/** The keys that are known at `path` (`[]` is the top, `['input']` inside `input`); none where anything may stand. */
export function knownKeysAt(path: readonly string[]): readonly KnownKey[] {
  let keys = FRONT_MATTER_KEYS;
  for (const step of path) keys = keys.find(({ name }) => name === step)?.keys ?? [];
  return keys;
}

/** The key at `path`, such as `['output', 'format']`. */
export function knownKeyAt(path: readonly string[]): KnownKey | undefined {
  return knownKeysAt(path.slice(0, -1)).find(({ name }) => name === path.at(-1));
}

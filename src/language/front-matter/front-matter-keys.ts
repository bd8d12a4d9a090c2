/** The front matter keys of Dotprompt: their types and purpose, for completion, hovers and checks. */

export type KeyType = 'text' | 'number' | 'integer' | 'boolean' | 'mapping' | 'list' | 'schema' | 'any';

export interface FrontMatterKey {
  readonly name: string;
  readonly type: KeyType;
  readonly description: string;
  /** The only allowed values. */
  readonly values?: readonly string[];
  /** Usual values; others are allowed. */
  readonly usual?: readonly string[];
  /** The keys of a mapping, or of a list's items. */
  readonly keys?: readonly FrontMatterKey[];
  /** True if other keys than `keys` are allowed, or the keys are not known. */
  readonly isOpen?: true;
  /** The type of a list's items. */
  readonly items?: 'text' | 'mapping';
}

const CONFIG_KEYS: readonly FrontMatterKey[] = [
  {
    name: 'temperature',
    type: 'number',
    description: 'How much the model varies its output; 0 is the least.',
  },
  {
    name: 'topP',
    type: 'number',
    description: 'The model chooses from the most likely tokens whose probabilities add up to this.',
  },
  {
    name: 'topK',
    type: 'integer',
    description: 'The model chooses from this many of the most likely tokens.',
  },
  { name: 'maxOutputTokens', type: 'integer', description: 'The maximum number of tokens in the output.' },
  {
    name: 'stopSequences',
    type: 'list',
    items: 'text',
    description: 'The output ends before the first of these texts.',
  },
];

const TOOL_KEYS: readonly FrontMatterKey[] = [
  { name: 'name', type: 'text', description: 'The name by which the model calls the tool.' },
  { name: 'description', type: 'text', description: 'A description of the tool for the model.' },
  { name: 'inputSchema', type: 'any', description: 'The JSON Schema of the input of the tool.' },
  { name: 'outputSchema', type: 'any', description: 'The JSON Schema of the output of the tool.' },
];

export const FRONT_MATTER_KEYS: readonly FrontMatterKey[] = [
  {
    name: 'name',
    type: 'text',
    description: 'The name of the prompt. The registry uses the path of the file instead.',
  },
  { name: 'variant', type: 'text', description: 'The variant of the prompt.' },
  {
    name: 'version',
    type: 'text',
    description: 'A version given by the author. The registry assigns its own version numbers.',
  },
  { name: 'description', type: 'text', description: 'The purpose of the prompt, in one sentence.' },
  { name: 'model', type: 'text', description: 'The model to call, such as "vendor/name".' },
  {
    name: 'config',
    type: 'mapping',
    isOpen: true,
    keys: CONFIG_KEYS,
    description: 'Settings for the model. Each model has its own.',
  },
  {
    name: 'tools',
    type: 'list',
    items: 'text',
    description: 'The names of the tools the model may call.',
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
    description: 'The maximum number of consecutive tool calls. Genkit reads it.',
  },
  {
    name: 'returnToolRequests',
    type: 'boolean',
    description: 'Whether tool calls are returned instead of executed. Genkit reads it.',
  },
  {
    name: 'use',
    type: 'list',
    description: 'The middleware for calls to the model. Genkit reads it.',
  },
  {
    name: 'toolDefs',
    type: 'list',
    items: 'mapping',
    keys: TOOL_KEYS,
    description: 'The tools the model may call, with their schemas.',
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
        description: 'The default values of variables the caller does not provide.',
      },
    ],
  },
  {
    name: 'output',
    type: 'mapping',
    description: 'The expected output of the model.',
    keys: [
      {
        name: 'format',
        type: 'text',
        usual: ['json', 'text', 'array', 'enum', 'jsonl', 'media'],
        description: 'The format of the output. Applications may define more.',
      },
      {
        name: 'schema',
        type: 'schema',
        description: 'The schema of the output, as Picoschema or JSON Schema.',
      },
    ],
  },
  {
    name: 'metadata',
    type: 'mapping',
    isOpen: true,
    description: 'Other data that tools keep with the prompt.',
  },
];

/** The keys that are known at `path` (`[]` is the top, `['input']` inside `input`); none if anything may be. */
export function knownKeysAt(path: readonly string[]): readonly FrontMatterKey[] {
  let keys = FRONT_MATTER_KEYS;
  for (const step of path) keys = keys.find(({ name }) => name === step)?.keys ?? [];
  return keys;
}

/** The key at `path`, such as `['output', 'format']`. */
export function knownKeyAt(path: readonly string[]): FrontMatterKey | undefined {
  return knownKeysAt(path.slice(0, -1)).find(({ name }) => name === path.at(-1));
}

/**
 * The helpers that prompts may call: syntax, parameters and effect, for completion, hovers and checks. From
 * handlebarsjs.com/guide/builtin-helpers.html, google.github.io/dotprompt/reference/template and the helpers' sources
 * in Handlebars and Dotprompt.
 */

export interface HelperParameter {
  readonly name: string;
  /** The values it accepts, if they are limited; with `suggested`, it also accepts others. */
  readonly values?: readonly string[];
  readonly suggested?: true;
}

export interface HelperOption extends HelperParameter {
  readonly required?: true;
  readonly description: string;
}

export interface KnownHelper {
  readonly name: string;
  /** `block` for `{{#name}}…{{/name}}`, `value` for `{{name}}` and `(name)`. */
  readonly as: 'block' | 'value';
  /** The positional arguments, in order. All are required. */
  readonly parameters: readonly HelperParameter[];
  /** True if more arguments may follow `parameters`. */
  readonly takesMore?: true;
  /** The named arguments, such as `indent=2`. */
  readonly options: readonly HelperOption[];
  /** True if named arguments other than `options` have a meaning. */
  readonly anyOption?: true;
  /** The values of the body's block parameters, in order: `as |item index|`. */
  readonly blockParams?: readonly string[];
  /** One sentence or two. */
  readonly description: string;
  /** A template that uses it. */
  readonly example: string;
  readonly documentation: string;
}

const HANDLEBARS = 'https://handlebarsjs.com/guide/builtin-helpers.html';
const DOTPROMPT = 'https://google.github.io/dotprompt/reference/template/';
const INCLUDE_ZERO: HelperOption = {
  name: 'includeZero',
  values: ['true', 'false'],
  description: 'Whether 0 counts as true.',
};

const ALL: readonly KnownHelper[] = [
  {
    name: 'if',
    as: 'block',
    parameters: [{ name: 'condition' }],
    options: [INCLUDE_ZERO],
    description:
      'Writes its body if the condition is true, otherwise the part after `{{else}}`. `false`, `0`, an empty text, an empty list, `null` and a missing value count as false.',
    example: '{{#if urgent}}Answer at once.{{else}}Take your time.{{/if}}',
    documentation: `${HANDLEBARS}#if`,
  },
  {
    name: 'unless',
    as: 'block',
    parameters: [{ name: 'condition' }],
    options: [INCLUDE_ZERO],
    description:
      'Writes its body if the condition is false: `false`, `0`, an empty text, an empty list, `null` or a missing value.',
    example: '{{#unless history}}This is the first message.{{/unless}}',
    documentation: `${HANDLEBARS}#unless`,
  },
  {
    name: 'each',
    as: 'block',
    parameters: [{ name: 'items' }],
    options: [],
    blockParams: ['item', 'index'],
    description:
      'Writes its body once for each item of a list, or each property of an object; `this` is the item, `@index` its number from 0, `@key` its name. If there are none, writes the part after `{{else}}`.',
    example: '{{#each items}}\n- {{this}}\n{{else}}\nNothing.\n{{/each}}',
    documentation: `${HANDLEBARS}#each`,
  },
  {
    name: 'with',
    as: 'block',
    parameters: [{ name: 'context' }],
    options: [],
    blockParams: ['value'],
    description:
      'Writes its body with the properties of an object as variables. If the object is missing or empty, writes the part after `{{else}}`.',
    example: '{{#with customer}}{{name}}, {{country}}{{/with}}',
    documentation: `${HANDLEBARS}#with`,
  },
  {
    name: 'lookup',
    as: 'value',
    parameters: [{ name: 'object' }, { name: 'key' }],
    options: [],
    description:
      'A property of an object, or an item of a list, chosen by a name or number that is itself a value.',
    example: '{{lookup prices country}}',
    documentation: `${HANDLEBARS}#lookup`,
  },
  {
    name: 'log',
    as: 'value',
    parameters: [],
    takesMore: true,
    options: [
      {
        name: 'level',
        values: ['debug', 'info', 'warn', 'error'],
        description: 'How important the message is.',
      },
    ],
    description: 'Does nothing. It exists for prompts that other tools render.',
    example: '{{log "rendered for" customer level="debug"}}',
    documentation: `${HANDLEBARS}#log`,
  },
  {
    name: 'role',
    as: 'value',
    parameters: [{ name: 'name', values: ['system', 'user', 'model', 'tool'], suggested: true }],
    options: [],
    anyOption: true,
    description: 'Starts a message of this role. It ends at the next role.',
    example: '{{role "system"}}\nYou are a helpful teller.\n{{role "user"}}\n{{question}}',
    documentation: `${DOTPROMPT}#role`,
  },
  {
    name: 'history',
    as: 'value',
    parameters: [],
    options: [],
    description:
      'Inserts the earlier messages of the conversation here. Without it, they come before the last user message.',
    example: '{{role "system"}}\nYou are a helpful teller.\n{{history}}',
    documentation: `${DOTPROMPT}#history`,
  },
  {
    name: 'media',
    as: 'value',
    parameters: [],
    options: [
      {
        name: 'url',
        required: true,
        description: 'The URL of the picture, sound or file. It may be a data: URL.',
      },
      { name: 'contentType', description: 'Its media type, such as "image/png".' },
    ],
    description: 'A picture, sound or file as a part of the message.',
    example: '{{media url=photo contentType="image/jpeg"}}',
    documentation: `${DOTPROMPT}#media`,
  },
  {
    name: 'section',
    as: 'value',
    parameters: [{ name: 'name' }],
    options: [],
    description: 'A named place in the message that the caller of the prompt fills.',
    example: '{{section "output"}}',
    documentation: `${DOTPROMPT}#section`,
  },
  {
    name: 'json',
    as: 'value',
    parameters: [{ name: 'value' }],
    options: [{ name: 'indent', description: 'The number of spaces for each level; 0 writes one line.' }],
    description: 'The value as JSON.',
    example: '{{json order indent=2}}',
    documentation: `${DOTPROMPT}#json`,
  },
  {
    name: 'ifEquals',
    as: 'block',
    parameters: [{ name: 'one' }, { name: 'other' }],
    options: [],
    description:
      'Writes its body if both values are equal and of the same type (`5` is not `"5"`), otherwise the part after `{{else}}`.',
    example: '{{#ifEquals tone "formal"}}Dear {{name}},{{else}}Hi {{name}},{{/ifEquals}}',
    documentation: `${DOTPROMPT}#ifequals`,
  },
  {
    name: 'unlessEquals',
    as: 'block',
    parameters: [{ name: 'one' }, { name: 'other' }],
    options: [],
    description:
      'Writes its body if the two values differ or have different types (`5` and `"5"`), otherwise the part after `{{else}}`.',
    example: '{{#unlessEquals language "en"}}Answer in {{language}}.{{/unlessEquals}}',
    documentation: `${DOTPROMPT}#unlessequals`,
  },
];

/** By name. Handlebars' own `helperMissing` and `blockHelperMissing` are not for authors. */
export const HELPERS: ReadonlyMap<string, KnownHelper> = new Map(ALL.map(helper => [helper.name, helper]));

/** The number of positional arguments; `most` is infinite if there is no limit. */
export function arityOf({ parameters, takesMore }: KnownHelper): {
  readonly least: number;
  readonly most: number;
} {
  return { least: parameters.length, most: takesMore ? Number.POSITIVE_INFINITY : parameters.length };
}

/** The syntax of a helper: `{{#each items as |item index|}}…{{/each}}`, `{{json value indent=…}}`. */
export function signatureOf(helper: KnownHelper): string {
  const { name, parameters, options, blockParams, takesMore, anyOption } = helper;
  const words = [
    name,
    ...parameters.map(parameter => parameter.name),
    ...(takesMore ? ['…'] : []),
    ...options.map(option => `${option.name}=…`),
    ...(anyOption ? ['key=…'] : []),
    ...(blockParams ? [`as |${blockParams.join(' ')}|`] : []),
  ].join(' ');
  return helper.as === 'block' ? `{{#${words}}}…{{/${name}}}` : `{{${words}}}`;
}

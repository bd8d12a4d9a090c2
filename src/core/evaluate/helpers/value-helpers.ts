/** The helpers that return a value: Handlebars' `lookup` and `log`, and Dotprompt's. */
import type { Part } from 'dotprompt';
import { INTERNAL_HELPERS } from '../../known-helpers.ts';
import type { Problem } from '../../problem.ts';
import { writtenPath } from '../../written-path.ts';
import { invalidAt } from '../problems.ts';
import { ownProperty } from '../read-path.ts';
import { Structure } from '../structure.ts';
import {
  checkCount,
  checkNoStructure,
  type HelperInvocation,
  textOfArgument,
  type ValueHelper,
} from './call.ts';
import { jsonOf } from './text.ts';

/** The roles that Dotprompt defines. */
const ROLES: readonly string[] = ['system', 'user', 'model', 'tool'];

export const VALUE_HELPERS: ReadonlyMap<string, ValueHelper> = new Map<string, ValueHelper>([
  ['json', json],
  ['lookup', lookup],
  ['log', () => undefined],
  ['role', role],
  ['history', () => new Structure({ kind: 'history' })],
  ['media', media],
  ['section', section],
]);

function json(call: HelperInvocation): string {
  checkCount(call, 1, '{{json value}}');
  const [value] = call.args;
  checkNoStructure(value, call.scope, call.node);
  if (value === null || value === undefined || typeof value === 'function') throw nothingToWrite(call);
  return jsonOf(value, call.hash['indent'], call.scope, call.node);
}

function lookup(call: HelperInvocation): unknown {
  const [object, key] = call.args;
  if (call.args.length > 0 && !object) return object;
  checkCount(call, 2, '{{lookup object key}}');
  const name = typeof key === 'number' ? key : textOfArgument(key, call);
  return name === undefined ? undefined : ownProperty(object, name);
}

function role(call: HelperInvocation): unknown {
  const { args, hash } = call;
  const role = textOfArgument(args[0], call);
  if (role === undefined || !ROLES.includes(role)) throw unknownRole(role, call);
  const given = Object.entries(hash).flatMap(([name, value]) => {
    const text = textOfArgument(value, call);
    return text === undefined ? [] : [[name, text] as const];
  });
  const metadata = given.length === 0 ? undefined : Object.fromEntries(given);
  return new Structure({ kind: 'role', role, metadata });
}

function unknownRole(role: string | undefined, { args, scope, node }: HelperInvocation): Problem {
  const known = 'The roles are "system", "user", "model" and "tool".';
  // Do not repeat a value of the input.
  const isWritten = node.params[0]?.type === 'StringLiteral';
  const what =
    role === undefined
      ? `{{role}} needs the name of a role${args.length === 0 ? '' : ', and this value is empty'}`
      : `${isWritten ? `"${role.slice(0, 40)}"` : 'This value'} is not a role`;
  const advice = role === 'assistant' ? `${known} For the model's answers, write {{role "model"}}.` : known;
  return invalidAt(scope.template, node, `${what}. ${advice}`);
}

function section(call: HelperInvocation): Structure {
  const purpose = textOfArgument(call.args[0], call);
  if (purpose === undefined || purpose.trim() === '')
    throw invalidAt(
      call.scope.template,
      call.node,
      '{{section}} needs a name: write {{section "name"}}, or wrap it in {{#if …}} if the name may be missing.',
    );
  return new Structure({ kind: 'part', part: { metadata: { purpose, pending: true } } });
}

function media(call: HelperInvocation): Structure {
  const given = call.hash['url'];
  if (typeof given === 'number' || typeof given === 'boolean')
    throw invalidAt(
      call.scope.template,
      call.node,
      `{{media}} needs a URL, and this value is a ${typeof given}.`,
    );
  const url = textOfArgument(given, call);
  if (url === undefined || url.trim() === '')
    throw invalidAt(
      call.scope.template,
      call.node,
      '{{media}} needs a URL, and this one is missing. Provide the input, or wrap the tag in {{#if …}} if it may be missing.',
    );
  const contentType = textOfArgument(call.hash['contentType'], call);
  const media = { url, ...(contentType ? { contentType } : {}) };
  return new Structure({ kind: 'part', part: { media } satisfies Part });
}

function nothingToWrite({ scope, node }: HelperInvocation): Problem {
  const [argument] = node.params;
  const name = argument?.type === 'PathExpression' ? writtenPath(argument) : undefined;
  const around = name === undefined ? '{{#if …}}' : `{{#if ${name}}}…{{/if}}`;
  return invalidAt(
    scope.template,
    node,
    `${name === undefined ? 'This value' : `"${name}"`} is not given, so {{json}} has nothing to write. Provide the input, or wrap the tag in ${around}.`,
  );
}

/** Rejects Handlebars' internal helpers and unknown names, which an already published version may call. */
export function refuseUnknown({ name, scope, node }: HelperInvocation): never {
  const why = INTERNAL_HELPERS.has(name)
    ? `"${name}" is internal to Handlebars. Remove it.`
    : `There is no helper "${name}", and variables take no arguments. Remove what follows the name.`;
  throw invalidAt(scope.template, node, why);
}

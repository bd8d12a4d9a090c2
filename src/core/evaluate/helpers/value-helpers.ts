/** The helpers that give a value: Handlebars' `lookup` and `log`, and Dotprompt's. */
import type { Part } from 'dotprompt';
import { invalidAt } from '../problems.ts';
import { ownProperty } from '../read-path.ts';
import { Structure } from '../structure.ts';
import { type Call, checkCount, checkNoStructure, textOfArgument, type ValueHelper } from './call.ts';
import { jsonOf } from './text.ts';

/** Another name separates no messages: Dotprompt knows roles of small letters alone. */
const ROLE_NAME = /^[a-z]+$/;
/** What stands for an argument that is not given, where Handlebars hands over its options. */
const NO_ARGUMENT = '[object Object]';

export const VALUE_HELPERS: ReadonlyMap<string, ValueHelper> = new Map<string, ValueHelper>([
  ['json', json],
  ['lookup', lookup],
  ['log', () => undefined],
  ['role', role],
  ['history', () => new Structure({ kind: 'history' })],
  ['media', media],
  ['section', section],
]);

function json(call: Call): string {
  checkCount(call, 1, '{{json value}}');
  const [value] = call.args;
  checkNoStructure(value, call.scope, call.node);
  return jsonOf(value, call.hash['indent'], call.scope, call.node);
}

function lookup(call: Call): unknown {
  const [object, key] = call.args;
  if (call.args.length > 0 && !object) return object;
  checkCount(call, 2, '{{lookup object key}}');
  return ownProperty(object, typeof key === 'number' ? key : textOfArgument(key, call));
}

function role(call: Call): unknown {
  const { args, hash } = call;
  const role = args.length === 0 ? NO_ARGUMENT : textOfArgument(args[0], call);
  if (!ROLE_NAME.test(role)) return `<<<dotprompt:role:${role}>>>`;
  const given = args.length === 0 ? [] : Object.entries(hash);
  const metadata =
    given.length === 0
      ? undefined
      : Object.fromEntries(given.map(([name, value]) => [name, textOfArgument(value, call)]));
  return new Structure({ kind: 'role', role, metadata });
}

function section(call: Call): Structure {
  const purpose = call.args.length === 0 ? NO_ARGUMENT : textOfArgument(call.args[0], call);
  return new Structure({ kind: 'part', part: { metadata: { purpose, pending: true } } });
}

function media(call: Call): Structure {
  const { url, contentType } = call.hash;
  const media = {
    url: textOfArgument(url, call),
    ...(contentType ? { contentType: textOfArgument(contentType, call) } : {}),
  };
  return new Structure({ kind: 'part', part: { media } satisfies Part });
}

/** Handlebars' own names for what is missing: nobody may call them. */
export function refuseInternal({ name, scope, node }: Call): never {
  throw invalidAt(scope.template, node, `"${name}" is internal to Handlebars. Remove it.`);
}

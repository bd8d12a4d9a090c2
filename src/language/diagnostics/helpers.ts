/** Whether every helper that a body calls is there, in the right form, with the arguments it takes. */
import type { Analysis } from '../analysis.ts';
import { type Finding, MAX_FINDINGS } from '../finding.ts';
import { arityOf, HELPERS, type KnownHelper } from '../helpers.ts';
import { nearest } from '../near.ts';
import type { Call } from '../nodes.ts';
import type { HelperUse } from '../resolve.ts';

export function checkHelpers({ resolved, frontMatter }: Analysis): Finding[] {
  const findings: Finding[] = [];
  const variables = new Set(frontMatter.variables.map(({ name }) => name));
  for (const use of resolved.helpers) {
    const known = use.known ? HELPERS.get(use.name) : undefined;
    if (known !== undefined) findings.push(...checkCall(use, known));
    // Handlebars' own helperMissing and its like are known, and nobody calls them.
    else if (!use.known) findings.push(unknownHelper(use, variables));
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}

function unknownHelper({ name, span, call, scope }: HelperUse, variables: ReadonlySet<string>): Finding {
  const [first = name] = name.split(/[./]/, 1);
  const isPath = first !== name;
  const isValue = isPath || variables.has(name) || scope.blockParams.some(param => param.name === name);
  if (isValue) {
    const hasArguments = call.params.length > 0 || call.hash.length > 0;
    const message = hasArguments
      ? `"${name}" is a variable, and variables take no arguments. Remove what follows it.`
      : `"${name}" is a variable, and no helper: remove the parentheses.`;
    return { code: 'unknown-helper', span, message, data: { name } };
  }
  const near = nearest(name, HELPERS.keys());
  const advice =
    near === undefined ? `There are ${[...HELPERS.keys()].join(', ')}.` : `Did you mean "${near}"?`;
  return {
    code: 'unknown-helper',
    span,
    message: `There is no helper "${name}". ${advice}`,
    data: near === undefined ? { name } : { name, near },
  };
}

function* checkCall(use: HelperUse, helper: KnownHelper): Generator<Finding, void, undefined> {
  const { call, as, block, span } = use;
  const wrong = (message: string): Finding => ({ code: 'wrong-arguments', span, message });
  const { name } = helper;
  if (helper.as === 'block' && as !== 'block') {
    yield wrong(`"${name}" is a block helper: write "${exampleOf(helper)}".`);
    return;
  }
  if (helper.as === 'value' && as === 'block') {
    yield wrong(`"${name}" is not a block helper: write "${exampleOf(helper)}".`);
    return;
  }
  const { least, most } = arityOf(helper);
  const count = call.params.length;
  if (count < least || count > most)
    yield wrong(
      `"${name}" takes ${wordsOfCount(helper)}, not ${count === 0 ? 'none' : count}: write "${exampleOf(helper)}".`,
    );
  for (const option of helper.options)
    if (option.required && !call.hash.some(pair => pair.name === option.name))
      yield wrong(`"${name}" needs "${option.name}=": write "${exampleOf(helper)}".`);
  if (!helper.anyOption) yield* unknownOptions(call, helper);
  const [param] = block?.blockParams ?? [];
  if (param !== undefined && helper.blockParams === undefined)
    yield {
      code: 'wrong-arguments',
      span: param.span,
      message: `"${name}" names nothing for its body: remove "as |…|".`,
    };
}

/** Handlebars ignores them, so that a misspelt one does nothing. */
function* unknownOptions(
  { hash }: Call,
  { name, options }: KnownHelper,
): Generator<Finding, void, undefined> {
  for (const { name: written, span } of hash) {
    if (options.some(option => option.name === written)) continue;
    const names = options.map(option => option.name);
    const near = nearest(written, names);
    const there =
      names.length === 0 ? 'it takes none' : `there is ${names.map(each => `${each}=`).join(', ')}`;
    yield {
      code: 'unknown-option',
      span,
      message: `"${name}" does nothing with "${written}=": ${near === undefined ? `${there}.` : `did you mean "${near}="?`}`,
      data: near === undefined ? { name } : { name, near },
    };
  }
}

function wordsOfCount(helper: KnownHelper): string {
  const { least } = arityOf(helper);
  if (helper.takesMore) return `${least} or more arguments`;
  if (least === 0) return helper.options.length > 0 ? 'named arguments only' : 'no arguments';
  return least === 1 ? 'one argument' : `${least} arguments`;
}

/** `{{#if condition}}…{{/if}}`, `{{media url=…}}` */
function exampleOf({ name, as, parameters, options }: KnownHelper): string {
  const named = options.filter(({ required }) => required).map(option => `${option.name}=…`);
  const words = [name, ...parameters.map(parameter => parameter.name), ...named].join(' ');
  return as === 'block' ? `{{#${words}}}…{{/${name}}}` : `{{${words}}}`;
}

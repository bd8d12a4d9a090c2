/** Names after `@` that rendering itself sets: a context must not override the prompt's metadata. */

const GIVEN: Readonly<Record<string, string>> = {
  metadata: 'what the front matter declares, and the conversation',
  root: 'the whole input',
};

/** Says what is wrong with the first name in `context` that it may not give; undefined if nothing is. */
export function takenContextName(
  context: Readonly<Record<string, unknown>>,
): { readonly name: string; readonly sentence: string } | undefined {
  const name = Object.keys(GIVEN).find(each => Object.hasOwn(context, each));
  if (name === undefined) return undefined;
  return {
    name,
    sentence: `The context gives "${name}", but {{@${name}}} is always ${GIVEN[name]}. Use another name.`,
  };
}

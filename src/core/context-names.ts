/** Names after `@` that rendering itself sets, so that a context cannot override the prompt's metadata. */

const GIVEN: Readonly<Record<string, string>> = {
  metadata: 'what the front matter declares, and the conversation',
  root: 'the whole input',
};

/** The first name that `context` must not set, and why; undefined if there is none. */
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

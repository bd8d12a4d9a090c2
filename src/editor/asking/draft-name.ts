/** The names under which drafts are kept. */

/**
 * What is written for one registry is not offered for another.
 * @param what the question is about, such as `publish support/triage`
 * @param session `place` as `Session` has it; undefined while the window is connected to none
 */
export function draftName(what: string, { place }: { readonly place: string | undefined }): string {
  return place === undefined ? what : `${what} ${place}`;
}

/** As `draftName`, of a question about the files of a project: two folders may be connected to one registry. */
export function draftOfFiles(
  what: string,
  session: { readonly place: string | undefined; readonly project: { readonly root: string } | undefined },
): string {
  const name = draftName(what, session);
  return session.project === undefined ? name : `${name} ${session.project.root}`;
}

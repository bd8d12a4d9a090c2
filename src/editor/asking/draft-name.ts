/** The names under which drafts are kept. */

/**
 * Names a draft after its registry, so that it is never offered for another.
 * @param what the question's subject, such as `publish support/triage`
 * @param session `place` as in `Session`; undefined while the window is not connected
 */
export function draftName(what: string, { place }: { readonly place: string | undefined }): string {
  return place === undefined ? what : `${what} ${place}`;
}

/** Like `draftName`, for a question about a project's files, because two folders may be connected to one registry. */
export function draftOfFiles(
  what: string,
  session: { readonly place: string | undefined; readonly project: { readonly root: string } | undefined },
): string {
  const name = draftName(what, session);
  return session.project === undefined ? name : `${name} ${session.project.root}`;
}

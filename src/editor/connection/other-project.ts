/** Thrown if a command's file or version belongs to another project than the shown one. */
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { type OpenProject, projectOf } from './find-project.ts';
import type { Session } from './session.ts';

export class OtherProject extends Error {
  /** The project to switch to; undefined if no project in this window matches. */
  readonly project: OpenProject | undefined;

  constructor(message: string, project: OpenProject | undefined) {
    super(message);
    this.project = project;
  }
}

/** The project of a file, if it is not the one that the window shows. */
export function otherProjectOf(
  path: string,
  { projects }: Pick<Session, 'projects'>,
): OpenProject | undefined {
  const found = projects.length > 1 ? projectOf(path, projects) : undefined;
  return found?.isShown === false ? found : undefined;
}

/** @throws OtherProject for a file of another project */
export function checkFileIsShown(path: string, session: Session): void {
  const other = otherProjectOf(path, session);
  if (other !== undefined)
    throw new OtherProject(
      `This file belongs to the project ${other.name}, and this window shows ${shownName(session)}.`,
      other,
    );
}

/** @param registry of a document. @throws OtherProject if the window is connected to another one */
export function checkRegistryIsShown(registry: string, session: Session): void {
  if (session.registry === undefined || registry === session.registry) return;
  const name = registry === EMBEDDED ? 'the embedded registry' : registryName(registry);
  const other = session.projects.find(({ project }) => project?.registry === registry);
  throw new OtherProject(
    other === undefined
      ? `This belongs to ${name}, and this window is connected to another registry.`
      : `This belongs to ${name}, the registry of the project ${other.name}, and this window shows ${shownName(session)}.`,
    other,
  );
}

function shownName({ projects }: Session): string {
  return projects.find(({ isShown }) => isShown)?.name ?? 'another one';
}

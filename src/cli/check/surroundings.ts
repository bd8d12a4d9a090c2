/** The folders in which a file's partials are looked up, and its prompts folder, cached for each folder. */
import { dirname } from 'node:path';
import { nearestProject } from '../../workspace/nearest-project.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import { isInside } from '../../workspace/source-file.ts';
import { partialsRoot } from '../partials-root.ts';

export interface FileProject {
  readonly root: string | undefined;
  /** The project whose prompts folder contains the file; undefined for a file outside of one. */
  readonly project: Project | undefined;
}

/** @returns a function from a file to its folders; it throws WorkspaceError for an invalid promptforge.json */
export function surroundingsByFolder(): (file: string) => Promise<FileProject> {
  const known = new Map<string, Promise<FileProject>>();
  return file => {
    const folder = dirname(file);
    const asked = known.get(folder) ?? read(file, folder);
    known.set(folder, asked);
    return asked;
  };
}

async function read(file: string, folder: string): Promise<FileProject> {
  const root = await partialsRoot(file, nodeFileSystem);
  const project = await nearestProject(folder, nodeFileSystem);
  const isPrompts = project !== undefined && isInside(project.promptsFolder, file);
  return { root, project: isPrompts ? project : undefined };
}

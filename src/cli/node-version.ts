/** Checks the version of Node that runs the command. */

/**
 * The first version in which `node:sqlite` works without a flag: nodejs.org/docs/latest-v22.x/api/sqlite.html,
 * "History".
 */
const OLDEST = [22, 13] as const;

/** Why the command cannot run on this version of Node, as one sentence; undefined if it can. */
export function checkNodeVersion(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `PromptForge needs Node ${OLDEST.join('.')} or newer, but this is Node ${version}. Install a newer Node: https://nodejs.org.`;
}

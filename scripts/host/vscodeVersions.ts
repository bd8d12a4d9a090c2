// Which VS Code versions the extension is proved on, and what each needs to run without the desktop build.

/** A VS Code that the npm package `code-server` carries. */
export type HostVersion = {
  /** The VS Code version, as `vscode.version` says it. */
  readonly vscode: string;
  /** The version of the package `code-server` that holds it. */
  readonly codeServer: string;
  /** The Node its server runs on: the one its own release was built for. 1.105's extension host hangs on Node 24. */
  readonly node: string;
  /** What its installation downloads, in megabytes, with its Node if that is not ours; on Linux. */
  readonly megabytes: number;
};

/** The minimum engine of package.json. */
export const OLDEST: HostVersion = {
  vscode: '1.105.1',
  codeServer: '4.105.1',
  node: '22.20.0',
  megabytes: 125,
};

/** The newest there is. */
export const NEWEST: HostVersion = {
  vscode: '1.139.1',
  codeServer: '4.139.1',
  node: '24.21.0',
  megabytes: 66,
};

/**
 * The host for a version written in full or as `major.minor`.
 * @throws {Error} when the extension is not proved on that version
 */
export function hostVersion(version: string): HostVersion {
  const known = [OLDEST, NEWEST];
  const found = known.find(each => each.vscode === version || each.vscode.startsWith(`${version}.`));
  if (found === undefined) {
    throw new Error(
      `No VS Code ${version} here: the host is made for ${known.map(each => each.vscode).join(' and ')}.`,
    );
  }
  return found;
}

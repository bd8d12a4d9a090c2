// The VS Code versions that the extension is tested on, and how to run each without the desktop build.

/** A version of VS Code that the npm package `code-server` contains. */
export type HostVersion = {
  /** The VS Code version, as in `vscode.version`. */
  readonly vscode: string;
  /** The version of the package `code-server` that contains it. */
  readonly codeServer: string;
  /** The Node that its release was built for. The extension host of 1.105 hangs on Node 24. */
  readonly node: string;
  /** The size of the download on Linux in megabytes, including its Node if that is not the project's. */
  readonly megabytes: number;
};

/** The minimum version in package.json. */
export const OLDEST: HostVersion = {
  vscode: '1.105.1',
  codeServer: '4.105.1',
  node: '22.20.0',
  megabytes: 125,
};

/** The newest supported version. */
export const NEWEST: HostVersion = {
  vscode: '1.139.1',
  codeServer: '4.139.1',
  node: '24.21.0',
  megabytes: 66,
};

/**
 * Finds a version, given in full or as `major.minor`.
 * @throws {Error} if the extension is not tested on that version
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

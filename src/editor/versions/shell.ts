/** Command lines for the person's shell: whatever an address or an input contains stays text. */
import { posix, win32 } from 'node:path';

export type Shell = 'posix' | 'powershell';

/** An HTTP request as `curl` makes it. */
export interface CurlRequest {
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: object;
}

/** The environment variable with the key: all users of the machine can read a command line. */
const KEY_VARIABLE = 'PROMPTFORGE_KEY';
/** Each of these ends a string in single quotes in PowerShell. */
const POWERSHELL_QUOTES = /['\u2018-\u201b]/g;

/** The kind of shell in VS Code's terminal. @param path of its executable; empty if it is unknown */
export function shellOf(platform: NodeJS.Platform, path: string): Shell {
  const name = (platform === 'win32' ? win32 : posix)
    .basename(path)
    .toLowerCase()
    .replace(/\.exe$/, '');
  if (/^(pwsh|powershell)/.test(name)) return 'powershell';
  return platform !== 'win32' || /^(ba|z|da|k|fi)?sh$/.test(name) ? 'posix' : 'powershell';
}

/** The command line that sends a request with the key in the environment, for a shell. */
export function curlCommand({ url, body }: CurlRequest, shell: Shell): string {
  const json = body === undefined ? undefined : quoted(inertJson(body), shell);
  if (shell === 'posix')
    return [
      `curl ${quoted(url, shell)}`,
      `-H "Authorization: Bearer $${KEY_VARIABLE}"`,
      ...(json === undefined ? [] : [`-H 'Content-Type: application/json'`, `--data-raw ${json}`]),
    ].join(' \\\n  ');
  // In Windows PowerShell `curl` is another command, and it removes the quotes of an argument: JSON is piped.
  return [
    ...(json === undefined ? [] : [`${json} |`]),
    `curl.exe ${quoted(url, shell)}`,
    `-H "Authorization: Bearer $env:${KEY_VARIABLE}"`,
    ...(json === undefined ? [] : [`-H 'Content-Type: application/json'`, `--data-binary '@-'`]),
  ].join(' `\n  ');
}

/** Quotes text as one argument. */
function quoted(text: string, shell: Shell): string {
  return shell === 'posix'
    ? `'${text.replaceAll("'", `'\\''`)}'`
    : `'${text.replaceAll(POWERSHELL_QUOTES, '$&$&')}'`;
}

/**
 * JSON in ASCII only, without a single quote or two backslashes in a row: fish treats those as escapes in single
 * quotes, and a pipe of Windows PowerShell only transfers ASCII.
 */
function inertJson(value: object): string {
  return JSON.stringify(value)
    .replaceAll('\\\\', '\\u005c')
    .replaceAll(/['\u007f-\uffff]/g, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

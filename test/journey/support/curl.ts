/** Requests a URL with a key, as an application does, with the real `curl`. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { patience } from '../../../scripts/host/patience.ts';

export interface Fetched {
  readonly status: number;
  /** The header PromptForge-Version, such as `support/triage@2`. */
  readonly version: string;
  readonly body: string;
}

/** @throws Error with curl's message if there was no response */
export async function curl(url: string, key: string): Promise<Fetched> {
  // The key goes through stdin, because everyone on the machine can read a command line.
  const child = spawn('curl', [
    '-sS',
    '--max-time',
    String(Math.ceil(patience(60_000) / 1000)),
    '-K',
    '-',
    '-w',
    '\n%{http_code} %header{promptforge-version}',
    url,
  ]);
  child.stdin.end(`header = "Authorization: Bearer ${key}"\n`);
  const [out, error, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise(resolve => child.on('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`curl ended with ${code}: ${error}`);
  const at = out.lastIndexOf('\n');
  const [status = '', version = ''] = out.slice(at + 1).split(' ');
  return { status: Number(status), version, body: out.slice(0, at) };
}

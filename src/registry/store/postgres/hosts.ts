/** Splits a URL with several hosts, a form that only PostgreSQL has, into one URL for each. */

/** Scheme and user; hosts and ports; the rest. An IPv6 address is in brackets. */
const PARTS = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*)(.*)$/is;

/** The URL itself if it names one host or none; undefined if hosts and ports do not match. */
export function splitHosts(text: string): string[] | undefined {
  const [, before = '', authority = '', after = ''] = PARTS.exec(text) ?? [];
  const hosts = authority.split(',');
  if (hosts.length > 1)
    return hosts.every(hasName) ? hosts.map(host => `${before}${host}${after}`) : undefined;
  if (authority !== '') return [text];
  return splitParameters(text);
}

function hasName(host: string): boolean {
  return host !== '' && !host.startsWith(':');
}

/** `postgres:///database?host=a,b&port=5432,5433`, which libpq accepts too. */
function splitParameters(text: string): string[] | undefined {
  const url = URL.parse(text);
  const hosts = url?.searchParams.get('host')?.split(',') ?? [];
  if (url === null || hosts.length < 2) return [text];
  const ports = url.searchParams.get('port')?.split(',') ?? [];
  if (!hosts.every(hasName) || (ports.length > 1 && ports.length !== hosts.length)) return undefined;
  return hosts.map((host, index) => {
    const one = new URL(url);
    one.searchParams.set('host', host);
    const port = ports[index] ?? ports[0];
    if (port !== undefined) one.searchParams.set('port', port);
    return one.href;
  });
}

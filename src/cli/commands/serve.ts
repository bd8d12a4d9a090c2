/** `promptforge serve`: runs the registry of a team as a process that logs to stdout and stops on a signal. */
import { Command, Option } from 'commander';
import { DELIVERY_CACHE_BYTES } from '../../registry/delivery/delivery-cache.ts';
import { DEFAULT_LIMITS } from '../../registry/serving/limits.ts';
import { databaseOption, dataOption, fromEnvironment, signedHeadOption } from '../registry-options.ts';
import type { ServeOptions } from '../run-server.ts';
import { addressArgument, givenArgument, listArgument, numberArgument, proxyArgument } from '../values.ts';

const MIB = 1024 * 1024;

export function serveCommand(): Command {
  return new Command('serve')
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--host <address>', 'the address to listen on', givenArgument, '127.0.0.1')
    .addOption(
      fromEnvironment(
        new Option('--port <number>', 'the port to listen on; 0 takes any that is free')
          .default(7878)
          .argParser(numberArgument(0, 65535)),
        'PROMPTFORGE_PORT',
      ),
    )
    .option('--tls-cert <file>', 'a certificate chain (PEM): speak HTTPS; needs --tls-key', givenArgument)
    .option('--tls-key <file>', 'the private key of the certificate (PEM)', givenArgument)
    .option(
      '--registry-key <file>',
      "the registry's own key (PEM), created if it does not exist; all processes on one database share it (default: registry-key.pem in the data folder)",
      givenArgument,
    )
    .addOption(signedHeadOption())
    .option(
      '--webhooks-to-private-networks',
      'let webhooks send to this machine and private networks, and by plain HTTP',
    )
    .addOption(
      new Option(
        '--delivery-only',
        'only deliver, without writing: for a data folder or database that other processes write, or a read replica',
      ).conflicts('webhooksToPrivateNetworks'),
    )
    .addOption(
      new Option(
        '--workers <number>',
        'threads only for delivery; more than 1 needs Linux; 0: deliveries share a thread with everything else',
      )
        .default(1)
        .argParser(numberArgument(0, 64)),
    )
    .option(
      '--public-url <url>',
      'the public URL of this registry, such as https://prompts.example.com; messages to Slack and Teams link to it',
      addressArgument,
    )
    .option('--behind-proxy', 'a proxy in front terminates TLS: allow plain HTTP beyond this machine')
    .option(
      '--trusted-proxy <addresses>',
      'addresses of proxies in front, or blocks such as 10.0.0.0/8, separated by commas; their X-Forwarded-For gives the address of the client',
      listArgument(proxyArgument),
    )
    .addOption(
      new Option('--rate-limit <number>', 'requests per second for one key; 0: no limit')
        .default(5000)
        .argParser(numberArgument(0, 1_000_000)),
    )
    .addOption(
      new Option(
        '--environment-rate-limit <number>',
        'the same for all keys of an environment together; 0: no limit',
      )
        .default(20_000)
        .argParser(numberArgument(0, 1_000_000)),
    )
    .addOption(
      new Option('--max-connections <number>', 'maximum number of open connections')
        .default(DEFAULT_LIMITS.maxConnections)
        .argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--max-connections-per-address <number>',
        'the same from one address (IPv6: one /64); half of all by default',
      ).argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--max-connections-per-key <number>',
        'the same with one key; a quarter of all by default',
      ).argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--max-unauthenticated <number>',
        'connections that have not sent a valid key yet; a new one replaces the oldest; half of all by default',
      ).argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--max-unauthenticated-per-address <number>',
        'the same from one address; a tenth of all by default',
      ).argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--failed-keys <number>',
        'requests per second without a valid key from one address, with bursts of ten times as many, before the response is 429',
      )
        .default(DEFAULT_LIMITS.failedKeys.perAddress.perSecond)
        .argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option('--max-waiting <number>', 'concurrent calls of one key that wait for changes')
        .default(DEFAULT_LIMITS.maxWaitingPerKey)
        .argParser(numberArgument(1, 1_000_000)),
    )
    .addOption(
      new Option(
        '--delivery-cache <MiB>',
        'memory for cached deliveries; the least recently used are dropped',
      )
        .default(DELIVERY_CACHE_BYTES / MIB)
        .argParser(numberArgument(1, 1024 * 1024)),
    )
    .addOption(
      new Option(
        '--request-timeout <seconds>',
        'for receiving a request, and again for its response; waiting for changes takes up to 30 s more',
      )
        .default(DEFAULT_LIMITS.requestTimeout / 1000)
        .argParser(numberArgument(1, 3600)),
    )
    .addOption(
      new Option(
        '--drain-delay <seconds>',
        'how long to keep serving after a stop signal while /readyz reports 503 to load balancers',
      )
        .default(0)
        .argParser(numberArgument(0, 600)),
    )
    .addHelpText(
      'after',
      `
Creates the data folder if it does not exist. Logs one JSON object per line to stdout; the first
has the URL and the place of the data. Listens beyond 127.0.0.1 only with TLS or --behind-proxy.
SIGTERM or SIGINT (Ctrl-C) lets running requests finish, for up to 10 s; a second one stops at once.
SIGHUP reloads the certificate.

Examples:
  promptforge serve
  promptforge serve --data /var/lib/promptforge --port 8080
  PROMPTFORGE_DATABASE=postgres://app:secret@db.example.com/prompts promptforge serve --registry-key /etc/promptforge/key.pem
  promptforge serve --host 0.0.0.0 --port 443 --tls-cert chain.pem --tls-key key.pem
  promptforge serve --host 0.0.0.0 --behind-proxy
  promptforge serve --delivery-only --database postgres://app@replica.example.com/prompts`,
    )
    .action(async (options: ServeOptions) => (await import('../run-server.ts')).serve(options));
}

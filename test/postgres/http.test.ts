/** The registry's own tests over HTTP, on PostgreSQL: what goes over the wire is the same, whatever is behind it. */
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { isDatabaseUrl } from '../../src/registry/database-url.ts';
import { keepRegistriesIn } from '../registry/a-registry.ts';
import '../attack/authorize-at-commit.test.ts';
import '../attack/release-decisions.test.ts';
import '../registry/approvals.test.ts';
import '../registry/deliveries.test.ts';
import '../registry/delivery.test.ts';
import '../registry/dry-run.test.ts';
import '../registry/environments.test.ts';
import '../registry/four-eyes.test.ts';
import '../registry/keys.test.ts';
import '../registry/line-comments.test.ts';
import '../registry/lists.test.ts';
import '../registry/log.test.ts';
import '../registry/name-case.test.ts';
import '../registry/origin.test.ts';
import '../registry/owners.test.ts';
import '../registry/planned-promotions.test.ts';
import '../registry/promote.test.ts';
import '../registry/promotion-comments.test.ts';
import '../registry/publish.test.ts';
import '../registry/releases.test.ts';
import '../registry/search.test.ts';
import '../registry/webhooks.test.ts';
import '../registry/work/linking.test.ts';
import '../registry/work/long-requests.test.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

before(() =>
  keepRegistriesIn(
    async () => {
      const database = await aReusedDatabase();
      return { path: database.asServer, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
    },
    (place, options) =>
      isDatabaseUrl(place)
        ? openDatabase(place, { ...options, connections: 2, patience: PATIENT })
        : openDataFolder(place, options),
  ),
);

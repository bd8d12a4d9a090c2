/**
 * Makes deliveries from the store: reads a version in one snapshot, and prepares the response after the snapshot is
 * closed. Text that can be cut out of its source is ready at once, without parsing.
 */
import { hash } from 'node:crypto';
import { MEDIA } from '../../contract/headers.ts';
import type { Delivery } from '../../contract/prompts.ts';
import type { Digest } from '../../core/digest.ts';
import { publishedTemplate, sourceKindOf } from '../../core/source.ts';
import { versionReference } from '../../core/version.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { type Chosen, chooseVersion } from './choose-version.ts';
import { type Contents, checkDigest, type DeliveredContent } from './content.ts';
import type { CachedDelivery, DeliverySpec } from './delivery-cache.ts';
import type { DeliveredVersion } from './headers.ts';
import type { LangfuseWork } from './langfuse-json.ts';
import { preparedDelivery } from './prepared.ts';

/** A read version, to be prepared for the key that requests it. */
export type ReadDelivery =
  | { readonly ready: CachedDelivery }
  | { readonly prepare: (key: string) => Promise<CachedDelivery> };

/** A version according to the log and its row. */
export interface VersionText {
  readonly source: string;
  readonly digest: Digest;
  readonly publishedAt: string;
  /** By the reference as written. */
  readonly partials: object;
}

export interface DeliveryMaker {
  /** @throws Problem as `chooseVersion` does */
  read(snapshot: ReadSnapshot, spec: DeliverySpec): Promise<ReadDelivery>;
  /**
   * The same for a version that was already chosen.
   * @param known the version's text, if it need not be read
   * @throws Problem `prompt_not_found`, `version_not_found`
   */
  readChosen(
    snapshot: ReadSnapshot,
    spec: DeliverySpec,
    version: Chosen['version'],
    known?: VersionText,
  ): Promise<ReadDelivery>;
}

export interface DeliveryMakerParts {
  readonly contents: Contents;
  readonly json: (value: unknown, key: string) => Promise<string | Buffer>;
  /** Runs `langfuseJson` on behalf of a key. */
  readonly langfuse: (work: LangfuseWork, key: string) => Promise<string | Buffer>;
}

export function deliveryMaker({ contents, json, langfuse }: DeliveryMakerParts): DeliveryMaker {
  async function readChosen(
    snapshot: ReadSnapshot,
    spec: DeliverySpec,
    version: Chosen['version'],
    known?: VersionText,
  ): Promise<ReadDelivery> {
    const chosen = { version, channel: 'channel' in spec.wanted ? spec.wanted.channel : null };
    if (spec.representation === 'text/plain') {
      const row = known ?? (await readVersion(snapshot, spec.prompt, version));
      if (Object.keys(row.partials).length === 0) return { ready: cutOut(spec, chosen, row) };
    }
    const prepareContent = await contents(snapshot, spec.prompt, version);
    return { prepare: async key => prepared(spec, chosen, await prepareContent(key), key) };
  }

  /** Without partials the text is a part of the source. */
  function cutOut(spec: DeliverySpec, chosen: Chosen, row: VersionText): CachedDelivery {
    const { source, digest, publishedAt } = row;
    checkDigest(versionReference(spec.prompt, chosen.version), source, digest);
    const template = publishedTemplate(source, sourceKindOf(spec.prompt));
    return withText(spec, chosen, { digest, publishedAt }, template, `"${digest}"`);
  }

  async function prepared(
    spec: DeliverySpec,
    chosen: Chosen,
    content: DeliveredContent,
    key: string,
  ): Promise<CachedDelivery> {
    const { template, metadata, digest, partials } = content;
    if (spec.representation === 'text/plain') {
      // With partials, the same source may have different texts, so its digest alone does not identify this one.
      const etag = partials.size === 0 ? `"${digest}"` : `"${digest}-${shortHash(template)}"`;
      return withText(spec, chosen, content, template, etag);
    }
    const { prompt, environment } = spec;
    const { version, channel } = chosen;
    const reference = versionReference(prompt, version);
    const body = { name: prompt, version, reference, digest, environment, channel, template, metadata };
    const { source } = content;
    const text = await (spec.representation === 'langfuse'
      ? langfuse({ reference, source, partials, metadata, channel }, key)
      : json(body satisfies Delivery, key));
    const etag = `"${digest}-${shortHash(text)}"`;
    return { spec, prepared: preparedDelivery(deliveredOf(spec, chosen, content), etag, MEDIA.json, text) };
  }

  function withText(
    spec: DeliverySpec,
    chosen: Chosen,
    of: Pick<DeliveredContent, 'digest' | 'publishedAt'>,
    template: string,
    etag: string,
  ): CachedDelivery {
    return { spec, prepared: preparedDelivery(deliveredOf(spec, chosen, of), etag, MEDIA.text, template) };
  }

  return {
    async read(snapshot, spec) {
      const { version } = await chooseVersion(snapshot, spec.environment, spec.prompt, spec.wanted);
      return readChosen(snapshot, spec, version);
    },
    readChosen,
  };
}

function deliveredOf(
  { prompt, environment }: DeliverySpec,
  { version, channel }: Chosen,
  { digest, publishedAt }: Pick<DeliveredContent, 'digest' | 'publishedAt'>,
): DeliveredVersion {
  return { prompt, environment, version, channel, digest, publishedAt };
}

function shortHash(text: string | Buffer): string {
  return hash('sha256', text, 'hex').slice(0, 16);
}

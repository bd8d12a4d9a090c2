/**
 * The columns of tables of which many rows are read. A query that names them is faster than `*`, because their order is
 * known beforehand.
 */
import type {
  ApprovalsTable,
  CommentsTable,
  EventsTable,
  PromotionsTable,
  Tables,
  VersionsTable,
} from './tables.ts';

/** All columns of a table, checked by the compiler. */
function columnsOf<Table>(
  columns: Readonly<Record<keyof Table & string, true>>,
): readonly (keyof Table & string)[] {
  return Object.keys(columns) as (keyof Table & string)[];
}

export const COLUMNS = {
  events: columnsOf<EventsTable>({
    seq: true,
    at: true,
    actor: true,
    key: true,
    kind: true,
    prompt: true,
    version: true,
    environment: true,
    channel: true,
    data: true,
    previous_hash: true,
    hash: true,
    mac: true,
  }),
  versions: columnsOf<Omit<VersionsTable, 'source'>>({
    prompt: true,
    version: true,
    digest: true,
    base: true,
    message: true,
    author: true,
    published_at: true,
    bytes: true,
    partials: true,
    origin: true,
    seq: true,
  }),
  promotions: columnsOf<PromotionsTable>({
    id: true,
    prompt: true,
    environment: true,
    channel: true,
    version: true,
    from_version: true,
    rollback: true,
    reason: true,
    state: true,
    requested_by: true,
    requested_at: true,
    applied_at: true,
    applied_seq: true,
    effective_at: true,
    held: true,
    closed: true,
    superseded_by: true,
    release: true,
    atomic: true,
  }),
  approvals: columnsOf<ApprovalsTable>({ seq: true, promotion: true, actor: true, at: true, comment: true }),
  comments: columnsOf<CommentsTable>({
    id: true,
    promotion: true,
    actor: true,
    at: true,
    text: true,
    side: true,
    line: true,
  }),
} satisfies { readonly [Table in keyof Tables]?: readonly (keyof Tables[Table])[] };

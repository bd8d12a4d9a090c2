/**
 * The columns of the tables that are read in great numbers. A query that names them is answered faster than one of all
 * columns: their order is known before it is asked.
 */
import type {
  ApprovalsTable,
  CommentsTable,
  EventsTable,
  PromotionsTable,
  Tables,
  VersionsTable,
} from './tables.ts';

/** Each of them, which the compiler holds to the table. */
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

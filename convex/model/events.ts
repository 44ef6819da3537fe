/** Lists of recent raw events, which the tables of sign-ins and of storage operations share. */
import { v } from "convex/values";
import type { Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { moment, order } from "./fields.ts";
import { readPage } from "./paging.ts";
import type { Listing, Page } from "./paging.ts";
import { pageArgs } from "./records.ts";

export const eventListArgs = {
  ...pageArgs,
  from: v.optional(moment()),
  to: v.optional(moment()),
  /** Only events of this request of the product. */
  eventRequestId: v.optional(v.string()),
  order: v.optional(order),
};

type EventTable = "authEvents" | "storageEvents";
type Wanted = {
  cursor: string | null;
  limit: number;
  from?: number;
  to?: number;
  eventRequestId?: string;
  order?: Infer<typeof order>;
};

/**
 * Read one page of events by time, newest first by default.
 *
 * @param indexed - field that has an index of its own (`by_<field>_at`), and the wanted value.
 * @param equals - values that the events must have; undefined ones are not asked for.
 */
export async function listEvents<Table extends EventTable>(
  ctx: QueryCtx,
  table: Table,
  { cursor, limit, from, to, eventRequestId, order }: Wanted,
  indexed: keyof Doc<Table> & string,
  equals: { [Name in keyof Doc<Table> & string]?: Doc<Table>[Name] | undefined },
): Promise<Page<Doc<Table>>> {
  const wanted = Object.entries(equals).filter(([, value]) => value !== undefined);
  const listing = {
    table,
    ...sourceOf(indexed, equals[indexed], eventRequestId),
    sortField: "at",
    from,
    to,
    order: order ?? "desc",
    cursor,
    limit,
    filters: equals,
  } as Listing<Table>;
  return await readPage(ctx, listing, (event) =>
    wanted.every(([name, value]) => event[name as keyof Doc<Table>] === value),
  );
}

function sourceOf(field: string, value: unknown, requestId: string | undefined) {
  if (requestId !== undefined) return { index: "by_requestId", equals: { requestId } };
  if (value !== undefined) return { index: `by_${field}_at`, equals: { [field]: value } };
  return { index: "by_at", equals: {} };
}

/**
 * Pages of an index, cut by key: rows that are written or deleted between two calls neither shift
 * nor repeat the rest.
 *
 * Convex's own `.paginate()` is not used: a filter over a list of labels cannot be expressed in
 * it, and a page must end by documents scanned as well as by bytes.
 */
import type { IndexNames, NamedTableInfo, TableNamesInDataModel } from "convex/server";
import { getDocumentSize } from "convex/values";
import type { Value } from "convex/values";
import type { DataModel, Doc } from "../_generated/dataModel.js";
import type { QueryCtx } from "../_generated/server.js";
import { Checks } from "./checks.ts";
import { refusal } from "./errors.ts";
import type { Order } from "./fields.ts";
import { canonical } from "./idempotency.ts";
import { PAGE_ITEMS, SCAN_BYTES, SCAN_DOCUMENTS } from "./limits.ts";

type Tables = TableNamesInDataModel<DataModel>;
type Indexes<Table extends Tables> = IndexNames<NamedTableInfo<DataModel, Table>>;
export type Page<Item> = { items: Item[]; nextCursor: string | null };

/** A range of one index: equal leading fields, then the field that the list is sorted by. */
export type Listing<Table extends Tables> = {
  table: Table;
  index: Indexes<Table> & string;
  equals: Record<string, Value | undefined>;
  sortField: keyof Doc<Table> & string;
  /** First value of the sort field, inclusive. */
  from?: number | string | undefined;
  /** End of the sort field's values, exclusive. */
  to?: number | string | undefined;
  order: Order;
  cursor: string | null;
  limit: number;
  maxLimit?: number;
  /** What `accept` filters by: a cursor is valid only for the list that made it. */
  filters?: Record<string, Value | undefined>;
};

/**
 * The last row of a page: its sort value, its creation time, and the ids already handed out of
 * rows that are equal in both.
 */
type Position = { value: number | string; createdAt: number; ids: string[] };

type SystemFields = { _id: string; _creationTime: number };

/** Index ranges as Convex builds them, without the types that one index would give them. */
type Range = {
  eq(field: string, value: Value | undefined): Range;
  gt(field: string, value: Value): Range;
  gte(field: string, value: Value): Range;
  lt(field: string, value: Value): Range;
  lte(field: string, value: Value): Range;
};

/** What a filter says of a row that it had to read more for, and how many bytes that was. */
type Judged = { isWanted: boolean; bytes: number };

/**
 * Read one page. A page is short, with a cursor, when so many rows were scanned that reading on
 * would pass the budgets of `limits.ts`.
 *
 * @param accept - filter that no index answers.
 * @throws VALIDATION for a limit out of bounds or a cursor of another list.
 */
export async function readPage<Table extends Tables>(
  ctx: QueryCtx,
  listing: Listing<Table>,
  accept: (doc: Doc<Table>) => boolean | Promise<Judged> = () => true,
): Promise<Page<Doc<Table>>> {
  const checks = new Checks();
  checks.integer("limit", listing.limit, 1, listing.maxLimit ?? PAGE_ITEMS);
  checks.done();
  const mark = fingerprint(listing);
  let position = listing.cursor === null ? null : decoded(listing.cursor, mark);
  const known = new Set(position?.ids);
  const items: Doc<Table>[] = [];
  let scanned = 0;
  let bytes = 0;
  for (const bounds of ranges(listing, position)) {
    for await (const doc of rows(ctx, listing, bounds)) {
      if (known.has(doc._id)) continue;
      const isFull =
        items.length === listing.limit || scanned >= SCAN_DOCUMENTS || bytes >= SCAN_BYTES;
      if (isFull) return { items, nextCursor: encoded(position!, mark) };
      scanned += 1;
      bytes += getDocumentSize(doc);
      position = after(position, doc[listing.sortField], doc as unknown as SystemFields);
      const judged = accept(doc);
      const { isWanted, bytes: more } =
        typeof judged === "boolean" ? { isWanted: judged, bytes: 0 } : await judged;
      if (more > 0) scanned += 1;
      bytes += more;
      if (isWanted) items.push(doc);
    }
  }
  return { items, nextCursor: null };
}

function rows<Table extends Tables>(
  ctx: QueryCtx,
  listing: Listing<Table>,
  bounds: (range: Range) => Range,
): AsyncIterable<Doc<Table>> {
  const build = (range: unknown) => {
    let built = range as Range;
    for (const [field, value] of Object.entries(listing.equals)) built = built.eq(field, value);
    return bounds(built) as never;
  };
  return ctx.db.query(listing.table).withIndex(listing.index, build).order(listing.order) as never;
}

/** Ranges to read one after the other: the rest of the rows equal to the position, then the rest. */
function ranges<Table extends Tables>(
  { sortField, from, to, order }: Listing<Table>,
  position: Position | null,
): ((range: Range) => Range)[] {
  const isDescending = order === "desc";
  const within = (range: Range, lower: boolean, upper: boolean) => {
    let built = range;
    if (lower && from !== undefined) built = built.gte(sortField, from);
    if (upper && to !== undefined) built = built.lt(sortField, to);
    return built;
  };
  if (position === null) return [(range) => within(range, true, true)];
  const { value, createdAt } = position;
  return [
    (range) => {
      const equal = range.eq(sortField, value);
      return isDescending
        ? equal.lte("_creationTime", createdAt)
        : equal.gte("_creationTime", createdAt);
    },
    (range) =>
      isDescending
        ? within(range, true, false).lt(sortField, value)
        : within(range.gt(sortField, value), false, true),
  ];
}

function after(position: Position | null, value: Position["value"], doc: SystemFields): Position {
  const isTie = position?.value === value && position.createdAt === doc._creationTime;
  const ids = isTie ? [...position.ids, doc._id] : [doc._id];
  return { value, createdAt: doc._creationTime, ids };
}

function encoded(position: Position, mark: string): string {
  const text = JSON.stringify([mark, position.value, position.createdAt, position.ids]);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decoded(cursor: string, mark: string): Position {
  try {
    const text = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const [found, value, createdAt, ids] = JSON.parse(text) as unknown[];
    const isIntact =
      found === mark &&
      (typeof value === "number" || typeof value === "string") &&
      typeof createdAt === "number" &&
      Array.isArray(ids) &&
      ids.every((id) => typeof id === "string");
    if (isIntact) return { value, createdAt, ids };
  } catch {
    // Not base64 or not JSON: refused below like any other foreign cursor.
  }
  throw refusal("VALIDATION", "The cursor is not one of this list.", [
    { field: "cursor", message: "must be the nextCursor of the same list" },
  ]);
}

/** Short checksum (FNV-1a) of what a list selects; guards against mix-ups, not against forgery. */
function fingerprint<Table extends Tables>(listing: Listing<Table>): string {
  const { table, index, order, equals, from, to, filters } = listing;
  const text = canonical({ table, index, order, equals, from, to, filters } as never);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash.toString(36);
}

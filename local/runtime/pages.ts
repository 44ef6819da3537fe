/** Pages of queries (`paginate`): where each ends, and the cursors that lead on. */

import { isAfter, type Candidate } from "./candidates.ts";
import type { CursorCodec, Position } from "./cursor.ts";
import type { KeyRange, Order } from "./keyindex.ts";
import { AFTER, accepts, checkOperators, isFiltered, resolve, scan, search } from "./query.ts";
import type { QueryJson } from "./query.ts";
import type { Transaction } from "./transaction.ts";

/** What `convex/server` asks for: the names are those of `1.0/queryPage`. */
export interface PageRequest {
  query: QueryJson;
  cursor: string | null;
  endCursor: string | null;
  pageSize: number;
  /** Documents and bytes to read at most, before filters; null or 0 for as many as it takes. */
  maximumRowsRead?: number | null;
  maximumBytesRead?: number | null;
}

export interface Page {
  /** The documents as JSON texts. */
  texts: string[];
  isDone: boolean;
  continueCursor: string;
  /** A cursor in the middle of what was read, for a page that had better be two. */
  splitCursor: string | null;
  pageStatus: "SplitRecommended" | "SplitRequired" | null;
}

/**
 * Reads one page.
 *
 * @throws FunctionError for cursors of another query.
 */
export function page(tx: Transaction, cursors: CursorCodec, request: PageRequest): Page {
  const { query, pageSize } = request;
  checkOperators(query);
  if (query.source.type === "Search") return searchPage(tx, cursors, request);
  const name = JSON.stringify(query);
  const { index, range, order } = resolve(tx, query.source);
  const start = request.cursor === null ? null : cursors.decode(name, request.cursor);
  const end = request.endCursor === null ? null : cursors.decode(name, request.endCursor);
  const rest = between(range, order, start, end);
  const wanted = end === null ? Math.max(1, pageSize) : Infinity;
  const rows = rest ? scan(tx, index, rest, order, isFiltered(query) ? Infinity : wanted) : [];
  const texts: string[] = [];
  const read: Buffer[] = [];
  const isSpent = budget(request);
  let last: Position = end ?? "end";
  let pageStatus: Page["pageStatus"] = null;
  for (const row of rows) {
    read.push(row.key);
    if (accepts(query, row.text)) texts.push(row.text);
    // A full page is never the last one, though nothing may follow.
    if (texts.length >= wanted) {
      last = row.key;
      break;
    }
    if (isSpent(row.size)) {
      last = row.key;
      pageStatus = "SplitRequired";
      break;
    }
  }
  if (read.length > pageSize) pageStatus ??= "SplitRecommended";
  const middle = pageStatus && read.length > 1 ? read[(read.length - 1) >> 1] : undefined;
  return {
    texts,
    isDone: last === "end",
    continueCursor: cursors.encode(name, last),
    splitCursor: middle ? cursors.encode(name, middle) : null,
    pageStatus,
  };
}

/** Counts documents and their bytes; says when either of the request's bounds is reached. */
function budget({ maximumRowsRead, maximumBytesRead }: PageRequest): (size: number) => boolean {
  let rows = maximumRowsRead || Infinity;
  let bytes = maximumBytesRead || Infinity;
  return (size) => {
    rows -= 1;
    bytes -= size;
    return rows <= 0 || bytes <= 0;
  };
}

/** A page of a search begins after a document by its score; as there, a full page is not the last. */
function searchPage(tx: Transaction, cursors: CursorCodec, request: PageRequest): Page {
  const { query, pageSize } = request;
  const name = JSON.stringify(query);
  const start = request.cursor === null ? null : cursors.decode(name, request.cursor);
  const end = request.endCursor === null ? null : cursors.decode(name, request.endCursor);
  const last = Buffer.isBuffer(end) ? candidateOf(end) : null;
  const after = Buffer.isBuffer(start) ? candidateOf(start) : undefined;
  const texts: string[] = [];
  let position: Position = "end";
  const hits = start === "end" ? [] : search(tx, query, after);
  for (const hit of hits) {
    if (last && isAfter(hit, last)) break;
    if (accepts(query, hit.text)) texts.push(hit.text);
    if (end === null && texts.length >= pageSize) {
      position = placeOf(hit);
      break;
    }
  }
  const continueCursor = cursors.encode(name, end ?? position);
  const isDone = (end ?? position) === "end";
  return { texts, isDone, continueCursor, splitCursor: null, pageStatus: null };
}

function placeOf({ score, seq }: Candidate): Buffer {
  const position = Buffer.alloc(16);
  position.writeDoubleBE(score);
  position.writeDoubleBE(seq, 8);
  return position;
}

function candidateOf(position: Buffer): Candidate {
  return { score: position.readDoubleBE(), seq: position.readDoubleBE(8) };
}

function between(
  range: KeyRange,
  order: Order,
  start: Position | null,
  end: Position | null,
): KeyRange | null {
  if (start === "end") return null;
  let { lower, upper } = range;
  if (order === "asc") {
    if (start !== null) lower = Buffer.concat([start, AFTER]);
    if (Buffer.isBuffer(end)) upper = Buffer.concat([end, AFTER]);
  } else {
    if (start !== null) upper = start;
    if (Buffer.isBuffer(end)) lower = end;
  }
  return { lower, upper };
}

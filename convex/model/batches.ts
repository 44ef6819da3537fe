/** Deletes rows until one transaction has had enough of them: by number and by bytes. */
import { getDocumentSize } from "convex/values";
import type { TableNamesInDataModel } from "convex/server";
import type { DataModel, Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { BATCH_BYTES, BATCH_DOCUMENTS } from "./limits.ts";

/**
 * Delete the first rows of a query, read one by one, so that no size of theirs stops the rest.
 *
 * @param most - rows at most; fewer where each takes others along.
 * @param before - takes along what hangs on a row.
 * @returns how many went; 0 means that none was left.
 */
export async function deleteRows<Table extends TableNamesInDataModel<DataModel>>(
  ctx: MutationCtx,
  table: Table,
  rows: AsyncIterable<Doc<Table>>,
  {
    most = BATCH_DOCUMENTS,
    before,
  }: { most?: number; before?: (row: Doc<Table>) => Promise<void> } = {},
): Promise<{ deleted: number }> {
  let deleted = 0;
  let bytes = 0;
  for await (const row of rows) {
    await before?.(row);
    await ctx.db.delete(table, row._id as never);
    deleted += 1;
    bytes += getDocumentSize(row);
    if (deleted === most || bytes >= BATCH_BYTES) break;
  }
  return { deleted };
}

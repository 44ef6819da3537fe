import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { action } from "./_generated/server.ts";

const list = makeFunctionReference<"query">("notes:list");
const addThenFail = makeFunctionReference<"mutation">("notes:addThenFail");

export const countNotes = action({
  args: { owner: v.string() },
  returns: v.number(),
  handler: async (ctx, { owner }): Promise<number> =>
    ((await ctx.runQuery(list, { owner })) as unknown[]).length,
});

export const sleep = action({
  args: { ms: v.number() },
  returns: v.null(),
  handler: async (_, { ms }) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return null;
  },
});

/** Gives the data of the ConvexError that a mutation throws. */
export const catchData = action({
  args: { owner: v.string() },
  returns: v.any(),
  handler: async (ctx, { owner }) => {
    try {
      await ctx.runMutation(addThenFail, { owner, at: 0, body: "", coded: true });
      return null;
    } catch (error) {
      return error instanceof ConvexError
        ? (error as ConvexError<string>).data
        : "not a ConvexError";
    }
  },
});

export const failWithData = action({
  args: {},
  returns: v.null(),
  handler: () => {
    throw new ConvexError({ code: "NOT_FOUND" });
  },
});

import { httpRouter, makeFunctionReference } from "convex/server";
import { httpAction } from "./_generated/server.ts";

const list = makeFunctionReference<"query">("notes:list");

const http = httpRouter();
http.route({
  path: "/echo",
  method: "POST",
  handler: httpAction(async (_, request) => {
    const headers = { "X-Seen": request.headers.get("X-Sent") ?? "", "Content-Type": "text/plain" };
    return new Response(`echo ${await request.text()}`, { status: 201, headers });
  }),
});
http.route({
  pathPrefix: "/notes/",
  method: "GET",
  handler: httpAction(async (ctx, request) => {
    const owner = new URL(request.url).pathname.split("/").pop() ?? "";
    return Response.json(await ctx.runQuery(list, { owner }));
  }),
});
export default http;

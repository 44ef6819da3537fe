import { cronJobs, makeFunctionReference } from "convex/server";

const bump = makeFunctionReference<"mutation">("counters:bump");

const crons = cronJobs();
crons.interval("tick", { seconds: 1 }, bump, { name: "cron" });
crons.interval("hourly", { hours: 1 }, bump, { name: "hourly" });
crons.daily("nightly", { hourUTC: 3, minuteUTC: 30 }, bump, { name: "nightly" });
crons.cron("quarterly hours", "*/15 * * * *", bump, { name: "quarter" });
export default crons;

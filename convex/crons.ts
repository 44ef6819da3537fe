/** Housekeeping, at minutes at which nobody else starts. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api.js";

const crons = cronJobs();
const { endExpiredClaims, purge } = internal.housekeeping;

crons.interval("fold totals", { seconds: 5 }, internal.totals.fold, {});
crons.hourly("forget idempotency keys", { minuteUTC: 7 }, purge, { table: "idempotencyKeys" });
crons.hourly("forget full rate limits", { minuteUTC: 17 }, purge, { table: "rateLimits" });
crons.hourly("drop old rollups", { minuteUTC: 27 }, purge, { table: "metricRollups" });
crons.hourly("drop old auth events", { minuteUTC: 37 }, purge, { table: "authEvents" });
crons.hourly("drop old storage events", { minuteUTC: 43 }, purge, { table: "storageEvents" });
crons.hourly("forget metric batches", { minuteUTC: 53 }, purge, { table: "metricBatches" });
crons.daily("forget old drafts", { hourUTC: 3, minuteUTC: 47 }, purge, { table: "reviewDrafts" });
crons.interval("end expired claims", { minutes: 5 }, endExpiredClaims, {});
crons.hourly("drop old incidents", { minuteUTC: 3 }, purge, { table: "alertIncidents" });
crons.hourly("drop their history", { minuteUTC: 13 }, purge, { table: "alertHistory" });
crons.hourly("drop old silences", { minuteUTC: 23 }, purge, { table: "alertSilences" });
crons.hourly("drop old alert messages", { minuteUTC: 33 }, purge, { table: "alertDeliveries" });

export default crons;

/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as alertDeliveries from "../alertDeliveries.js";
import type * as alerts from "../alerts.js";
import type * as apiKeys from "../apiKeys.js";
import type * as audioObjects from "../audioObjects.js";
import type * as audit from "../audit.js";
import type * as authEvents from "../authEvents.js";
import type * as crons from "../crons.js";
import type * as erasure from "../erasure.js";
import type * as holds from "../holds.js";
import type * as housekeeping from "../housekeeping.js";
import type * as imports from "../imports.js";
import type * as interactions from "../interactions.js";
import type * as jobLeases from "../jobLeases.js";
import type * as labels from "../labels.js";
import type * as listening from "../listening.js";
import type * as metrics from "../metrics.js";
import type * as migrations from "../migrations.js";
import type * as model_accountTables from "../model/accountTables.js";
import type * as model_agreement from "../model/agreement.js";
import type * as model_alertFields from "../model/alertFields.js";
import type * as model_alertRecords from "../model/alertRecords.js";
import type * as model_alertTables from "../model/alertTables.js";
import type * as model_alerts from "../model/alerts.js";
import type * as model_apiKeyRecords from "../model/apiKeyRecords.js";
import type * as model_appending from "../model/appending.js";
import type * as model_assigning from "../model/assigning.js";
import type * as model_audio from "../model/audio.js";
import type * as model_audioQueues from "../model/audioQueues.js";
import type * as model_audit from "../model/audit.js";
import type * as model_batches from "../model/batches.js";
import type * as model_blindness from "../model/blindness.js";
import type * as model_checks from "../model/checks.js";
import type * as model_decoding from "../model/decoding.js";
import type * as model_emptyAnswer from "../model/emptyAnswer.js";
import type * as model_erasing from "../model/erasing.js";
import type * as model_errors from "../model/errors.js";
import type * as model_eventTables from "../model/eventTables.js";
import type * as model_events from "../model/events.js";
import type * as model_fields from "../model/fields.js";
import type * as model_folding from "../model/folding.js";
import type * as model_functions from "../model/functions.js";
import type * as model_histogram from "../model/histogram.js";
import type * as model_holds from "../model/holds.js";
import type * as model_idempotency from "../model/idempotency.js";
import type * as model_identities from "../model/identities.js";
import type * as model_identity from "../model/identity.js";
import type * as model_imports from "../model/imports.js";
import type * as model_incidents from "../model/incidents.js";
import type * as model_interactions from "../model/interactions.js";
import type * as model_labels from "../model/labels.js";
import type * as model_limits from "../model/limits.js";
import type * as model_migrations from "../model/migrations.js";
import type * as model_names from "../model/names.js";
import type * as model_outbox from "../model/outbox.js";
import type * as model_paging from "../model/paging.js";
import type * as model_pendingTotals from "../model/pendingTotals.js";
import type * as model_people from "../model/people.js";
import type * as model_permissions from "../model/permissions.js";
import type * as model_productTables from "../model/productTables.js";
import type * as model_queueChecks from "../model/queueChecks.js";
import type * as model_ranking from "../model/ranking.js";
import type * as model_rateLimit from "../model/rateLimit.js";
import type * as model_records from "../model/records.js";
import type * as model_recount from "../model/recount.js";
import type * as model_redaction from "../model/redaction.js";
import type * as model_repair from "../model/repair.js";
import type * as model_reviewFields from "../model/reviewFields.js";
import type * as model_reviewItems from "../model/reviewItems.js";
import type * as model_reviewQueues from "../model/reviewQueues.js";
import type * as model_reviewRecords from "../model/reviewRecords.js";
import type * as model_reviewRecount from "../model/reviewRecount.js";
import type * as model_reviewSlots from "../model/reviewSlots.js";
import type * as model_reviewTables from "../model/reviewTables.js";
import type * as model_reviewTallies from "../model/reviewTallies.js";
import type * as model_reviewing from "../model/reviewing.js";
import type * as model_rubric from "../model/rubric.js";
import type * as model_sampling from "../model/sampling.js";
import type * as model_scores from "../model/scores.js";
import type * as model_searchTexts from "../model/searchTexts.js";
import type * as model_sessionFilters from "../model/sessionFilters.js";
import type * as model_sessions from "../model/sessions.js";
import type * as model_silences from "../model/silences.js";
import type * as model_texts from "../model/texts.js";
import type * as model_toRecord from "../model/toRecord.js";
import type * as model_tombstones from "../model/tombstones.js";
import type * as model_totals from "../model/totals.js";
import type * as model_turnContext from "../model/turnContext.js";
import type * as model_userWords from "../model/userWords.js";
import type * as model_users from "../model/users.js";
import type * as model_words from "../model/words.js";
import type * as model_writers from "../model/writers.js";
import type * as rateLimits from "../rateLimits.js";
import type * as repair from "../repair.js";
import type * as reveals from "../reveals.js";
import type * as reviewClaims from "../reviewClaims.js";
import type * as reviewQueues from "../reviewQueues.js";
import type * as reviews from "../reviews.js";
import type * as rubrics from "../rubrics.js";
import type * as scores from "../scores.js";
import type * as storageEvents from "../storageEvents.js";
import type * as system from "../system.js";
import type * as totals from "../totals.js";
import type * as userSessions from "../userSessions.js";
import type * as users from "../users.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  alertDeliveries: typeof alertDeliveries;
  alerts: typeof alerts;
  apiKeys: typeof apiKeys;
  audioObjects: typeof audioObjects;
  audit: typeof audit;
  authEvents: typeof authEvents;
  crons: typeof crons;
  erasure: typeof erasure;
  holds: typeof holds;
  housekeeping: typeof housekeeping;
  imports: typeof imports;
  interactions: typeof interactions;
  jobLeases: typeof jobLeases;
  labels: typeof labels;
  listening: typeof listening;
  metrics: typeof metrics;
  migrations: typeof migrations;
  "model/accountTables": typeof model_accountTables;
  "model/agreement": typeof model_agreement;
  "model/alertFields": typeof model_alertFields;
  "model/alertRecords": typeof model_alertRecords;
  "model/alertTables": typeof model_alertTables;
  "model/alerts": typeof model_alerts;
  "model/apiKeyRecords": typeof model_apiKeyRecords;
  "model/appending": typeof model_appending;
  "model/assigning": typeof model_assigning;
  "model/audio": typeof model_audio;
  "model/audioQueues": typeof model_audioQueues;
  "model/audit": typeof model_audit;
  "model/batches": typeof model_batches;
  "model/blindness": typeof model_blindness;
  "model/checks": typeof model_checks;
  "model/decoding": typeof model_decoding;
  "model/emptyAnswer": typeof model_emptyAnswer;
  "model/erasing": typeof model_erasing;
  "model/errors": typeof model_errors;
  "model/eventTables": typeof model_eventTables;
  "model/events": typeof model_events;
  "model/fields": typeof model_fields;
  "model/folding": typeof model_folding;
  "model/functions": typeof model_functions;
  "model/histogram": typeof model_histogram;
  "model/holds": typeof model_holds;
  "model/idempotency": typeof model_idempotency;
  "model/identities": typeof model_identities;
  "model/identity": typeof model_identity;
  "model/imports": typeof model_imports;
  "model/incidents": typeof model_incidents;
  "model/interactions": typeof model_interactions;
  "model/labels": typeof model_labels;
  "model/limits": typeof model_limits;
  "model/migrations": typeof model_migrations;
  "model/names": typeof model_names;
  "model/outbox": typeof model_outbox;
  "model/paging": typeof model_paging;
  "model/pendingTotals": typeof model_pendingTotals;
  "model/people": typeof model_people;
  "model/permissions": typeof model_permissions;
  "model/productTables": typeof model_productTables;
  "model/queueChecks": typeof model_queueChecks;
  "model/ranking": typeof model_ranking;
  "model/rateLimit": typeof model_rateLimit;
  "model/records": typeof model_records;
  "model/recount": typeof model_recount;
  "model/redaction": typeof model_redaction;
  "model/repair": typeof model_repair;
  "model/reviewFields": typeof model_reviewFields;
  "model/reviewItems": typeof model_reviewItems;
  "model/reviewQueues": typeof model_reviewQueues;
  "model/reviewRecords": typeof model_reviewRecords;
  "model/reviewRecount": typeof model_reviewRecount;
  "model/reviewSlots": typeof model_reviewSlots;
  "model/reviewTables": typeof model_reviewTables;
  "model/reviewTallies": typeof model_reviewTallies;
  "model/reviewing": typeof model_reviewing;
  "model/rubric": typeof model_rubric;
  "model/sampling": typeof model_sampling;
  "model/scores": typeof model_scores;
  "model/searchTexts": typeof model_searchTexts;
  "model/sessionFilters": typeof model_sessionFilters;
  "model/sessions": typeof model_sessions;
  "model/silences": typeof model_silences;
  "model/texts": typeof model_texts;
  "model/toRecord": typeof model_toRecord;
  "model/tombstones": typeof model_tombstones;
  "model/totals": typeof model_totals;
  "model/turnContext": typeof model_turnContext;
  "model/userWords": typeof model_userWords;
  "model/users": typeof model_users;
  "model/words": typeof model_words;
  "model/writers": typeof model_writers;
  rateLimits: typeof rateLimits;
  repair: typeof repair;
  reveals: typeof reveals;
  reviewClaims: typeof reviewClaims;
  reviewQueues: typeof reviewQueues;
  reviews: typeof reviews;
  rubrics: typeof rubrics;
  scores: typeof scores;
  storageEvents: typeof storageEvents;
  system: typeof system;
  totals: typeof totals;
  userSessions: typeof userSessions;
  users: typeof users;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {};

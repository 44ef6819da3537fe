/**
 * Every size limit of the functions, in one place.
 *
 * Characters are Unicode code points, bytes are UTF-8 or, for documents, Convex's own size (`getConvexSize`). The transaction budgets
 * are half of Convex's published limits or less, so that a page never fails for its size.
 */

/** Interactions that one `interactions:append` accepts. */
export const APPEND_ITEMS = 500;
/** Bytes of the `interactions` argument of one `interactions:append`. */
export const APPEND_BYTES = 4 * 1024 * 1024;
/**
 * Conversations that one `imports:store` accepts; together they may have as many turns, and as large
 * ones, as one `interactions:append`. Each may bring a user with 100 words, and enter 10 queues of 20.
 */
export const IMPORT_CONVERSATIONS = 40;
/** Highest `sequence` of an interaction. */
export const MAX_SEQUENCE = 1_000_000;
/** Longest duration and latest offset within a session: a day, milliseconds. */
export const MAX_DURATION_MS = 86_400_000;
/** Most tokens or dollars of one interaction; larger figures are mistakes of the sender. */
export const MAX_TOKENS = 10_000_000;
export const MAX_COST = 10_000;
export const MAX_SCORE = 5;
/** First and last moment that a time may name: 2000-01-01 and 2200-01-01. */
export const FIRST_TIME_MS = 946_684_800_000;
export const LAST_TIME_MS = 7_258_118_400_000;

export const TEXT_BYTES = 32 * 1024;
/** The arguments of a tool, and what it answered. */
export const TOOL_BYTES = 16 * 1024;
/** Scores of one `scores:add`, and characters of one. */
export const SCORES_PER_CALL = 50;
export const SCORE_NAME_CHARS = 100;
export const SCORE_LABEL_CHARS = 200;
export const EXPLANATION_CHARS = 4000;
/** Largest value of a score, and the smallest with a minus. */
export const MAX_SCORE_VALUE = 1_000_000_000;
export const METADATA_BYTES = 16 * 1024;
export const METADATA_DEPTH = 8;
export const LABELS = 32;
export const LABEL_CHARS = 64;
export const NAME_CHARS = 200;
export const TITLE_CHARS = 300;
export const EMAIL_CHARS = 320;
export const URL_CHARS = 2048;
/** Identifiers that others choose: `clerkId`, `externalId`, `requestId`, provider, model. */
export const IDENTIFIER_CHARS = 200;
/** Identities of one user. */
export const USER_IDENTITIES = 100;
/** Facets of a session, such as `agentVersion`. */
export const FACET_CHARS = 100;
/** Keys of the API that work at once. */
export const API_KEYS = 100;
/** Longest that the former secret of a rotated key goes on working. */
export const KEY_KEPT_MS = 7 * 86_400_000;
/** How exact "last used" of a key is. */
export const KEY_USE_MS = 60_000;
/** Largest recording. */
export const AUDIO_BYTES = 2 * 1024 ** 3;

/** Largest `limit` of a list; `limit` of a transcript page may be larger. */
export const PAGE_ITEMS = 200;
export const TRANSCRIPT_ITEMS = 2000;
export const SEARCH_ITEMS = 50;
/** Candidates that one search looks at: as many as a search index hands out. */
export const SEARCH_CANDIDATES = 1024;
/** Bytes of words that are stored of a turn to be searched. */
export const SEARCHED_BYTES = 8 * 1024;
export const QUERY_CHARS = 200;
/** Words by which a user is found. */
export const USER_WORDS = 100;
/** Different words of a question that count. */
export const QUERY_TERMS = 64;
/** Words that a search index of Convex looks up, and bytes of the longest word that it keeps. */
export const INDEX_TERMS = 16;
export const INDEX_WORD_BYTES = 31;
/** Turns, and bytes of them, that are read on each side of a turn to mask what is spread over them. */
export const CONTEXT_TURNS = 24;
export const TURN_CONTEXT_BYTES = 256 * 1024;
/** Bytes of them in one call. */
export const CONTEXT_BYTES = 1024 * 1024;

/** Documents that a list scans before it hands out a short page; the rest is for joins. */
export const SCAN_DOCUMENTS = 4000;
/** Bytes that a list scans before it hands out a short page; the rest is for joins. */
export const SCAN_BYTES = 2.75 * 1024 * 1024;
/** Documents that one call of a background batch deletes or rewrites. */
export const BATCH_DOCUMENTS = 500;
/** Bytes of them after which it ends: a deletion reads its row again, and the last may have 1 MiB. */
export const BATCH_BYTES = 1024 * 1024;

export const ROLLUPS_PER_BATCH = 200;
export const EVENTS_PER_BATCH = 500;
export const DIMENSIONS = 6;
export const DIMENSION_CHARS = 100;

/** Full turns slower than this are "slow", milliseconds (the objective of a full turn). */
export const SLOW_TURN_MS = 2500;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Turns that are older when they come were not late: somebody fills up the past. */
export const BACKFILL_MS = 6 * HOUR_MS;
/** How old what writes have counted must be before it is folded into the sums. */
export const FOLD_AFTER_MS = 5_000;
/** Users' days whose sums one call of that job writes: up to 28 KiB each. */
export const FOLD_SCOPES = 100;
/** Sessions begun and not folded in yet that one user's counters are read with. */
export const UNFOLDED_STARTS = 20;
/** Largest answer that is kept for a retried mutation, bytes of JSON. */
export const ANSWER_BYTES = 16 * 1024;
/** How long a retried mutation is recognised. */
export const IDEMPOTENCY_MS = 2 * DAY_MS;
/** How long raw auth and storage events are kept for drill-down. */
export const RAW_EVENTS_MS = 7 * DAY_MS;
/** Raw events of each kind that are kept per day, on average; more are only counted. */
export const RAW_EVENTS_PER_DAY = 20_000;
/** How long batch ids of metrics are remembered. */
export const METRIC_BATCH_MS = 7 * DAY_MS;
/** How long rollups are kept, by resolution. */
export const ROLLUP_MS = { minute: 7 * DAY_MS, hour: 92 * DAY_MS, day: 732 * DAY_MS } as const;
/** Life of a recording if the writer names none. */
export const DEFAULT_PRIVACY_WINDOW_MS = 90 * DAY_MS;
/** Life that a writer may give a recording at most. */
export const MAX_PRIVACY_WINDOW_MS = 3650 * DAY_MS;
export const REPORT_BYTES = 16 * 1024;
export const LEASE_MS = { min: 1000, max: DAY_MS } as const;

/** Criteria of a rubric, and options of one of them. */
export const CRITERIA = 30;
export const CRITERION_OPTIONS = 12;
export const DESCRIPTION_CHARS = 2000;
/** Bytes of one review or draft as JSON: all reviews of a session fit into one answer. */
export const REVIEW_BYTES = 64 * 1024;
/** Turns that one review answers for, comments on, or corrects. */
export const REVIEW_TURNS = 500;
export const COMMENT_CHARS = 4000;
/** Versions of one review. */
export const REVIEW_VERSIONS = 50;
/** Reviews wanted of one session in one queue. */
export const REVIEW_TARGET = { min: 1, max: 3 } as const;
/** Queues in which one session may be. */
export const ITEMS_PER_SESSION = 10;
/** Open queues: each session that ends is compared with all of them. */
export const OPEN_QUEUES = 20;
/** Reviewers of one queue; each holds at most one claim of it. */
export const REVIEWERS_PER_QUEUE = 100;
/** Sets of reviewers whose items one `next` looks at: more than can hold one reviewer and another. */
export const LANES = 2 * REVIEWERS_PER_QUEUE + 56;
/** Sessions whose labels one call changes. */
export const LABEL_SESSIONS = 50;
/** Newest sessions among which a list is sorted by a figure. */
export const RANKED_SESSIONS = 1000;
/** Largest `limit` of a page of them. */
export const RANKED_ITEMS = 200;
/** Largest `limit` of a list whose entries name the sessions and people that they are about. */
export const NAMED_ITEMS = 50;
/** Sessions that one call adds to a queue. */
export const QUEUE_SESSIONS = 200;
/** Sessions that one call assigns: each is read twice. */
export const ASSIGN_SESSIONS = 50;
export const QUEUE_PRIORITY = { min: 0, max: 9 } as const;
/** How long a claim lasts unless it is renewed. */
export const REVIEW_LEASE_MS = { min: 1000, usual: 900_000, max: DAY_MS } as const;
/** How long a submitted review can be taken back. */
export const REVIEW_UNDO_MS = 120_000;
/** How long a draft is kept after its last change. */
export const REVIEW_DRAFT_MS = 30 * DAY_MS;
/** Largest `limit` of the list of queues: each comes with its progress. */
export const QUEUES_PER_PAGE = 50;
/** How long incidents and their history are kept, and how long sent messages and old silences. */
export const INCIDENT_MS = 400 * DAY_MS;
export const ALERT_MESSAGE_MS = 30 * DAY_MS;

/** Rules that one evaluation may report. */
export const RULES_PER_ROUND = 50;
/** Incidents that may be open at once: at most one per rule, so this is never reached. */
export const OPEN_INCIDENTS = 100;
/** Notes under one incident, and characters of one (or of a silence's reason). */
export const INCIDENT_NOTES = 500;
export const NOTE_CHARS = 2000;
/** How long an evaluation may have taken, and how wrong the clock of its worker may be. */
export const EVALUATION_MS = 5 * 60_000;
/** Channels of notifications, and changes of incidents in one message. */
export const CHANNELS = 5;
export const ITEMS_PER_MESSAGE = 50;
/** Messages of one channel; what comes faster joins the message that waits. */
export const ANNOUNCEMENT_RATE = { limit: 20, periodMs: HOUR_MS } as const;
/** With the pauses of the sender (at most 15 minutes) this is about an hour and a half. */
export const DELIVERY_ATTEMPTS = 12;
export const PROBLEM_CHARS = 200;

/** Most days of one `users:summary`, `userSessions:daily` and `reviews:trends`. */
export const USER_SUMMARY_DAYS = 366;
export const DAILY_DAYS = 31;
export const TREND_DAYS = 366;
/** Most sessions that `userSessions:newer` counts. */
export const NEWER_ITEMS = 50;
/** Sessions that one `reviewQueues:fill` looks at and takes. */
export const FILL_SESSIONS = 50;
/** Largest `limit` of a queue's sessions: each comes with its places. */
export const QUEUE_ITEMS_PER_PAGE = 100;
/** How long an upload's URL can be used: to begin the PUT. */
export const UPLOAD_URL_MS = 15 * 60_000;
/** Time that an upload which began at the end of its URL's life gets to arrive. */
export const LATE_UPLOAD_MS = HOUR_MS;
/** Recordings that one call ends, and to which one call carries a hold. */
export const EXPIRY_BATCH = 100;
export const HOLD_BATCH = 500;
/** Characters of a signed receipt. */
export const RECEIPT_CHARS = 8192;
/** Recordings whose objects the worker deletes between two steps. */
export const ERASURE_KEYS = 100;
/** Recordings of a whole session that are looked at: a broken upload leaves another one. */
export const WHOLE_RECORDINGS = 20;
/** Largest `limit` of `metrics:range`. */
export const RANGE_ITEMS = 2000;
/** Claims that one call ends; each takes several rows along. */
export const EXPIRED_CLAIMS = 50;
/** Subjects that one call of a recount reads at most. */
export const RECOUNT_SESSIONS = 50;
export const RECOUNT_USERS = 20;
export const RECOUNT_DAY_SESSIONS = 100;
export const RECOUNT_ITEMS = 100;
/** Rows of one step of an erasure. Sessions take several rows each with them. */
export const ERASE_SESSIONS = 50;
/** Items take their reviews, of 64 KiB each and read several times, and their counts along. */
export const ERASE_ITEMS = 2;

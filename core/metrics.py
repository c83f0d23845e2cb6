"""The figures that /metrics shows; no label ever holds anything of a resident."""

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS = Counter("madoguchi_webhooks_total", "Webhook deliveries by HTTP status.", ["status"])
WEBHOOKS_SENT = Counter("madoguchi_webhooks_sent_total", "Tries to tell other systems by outcome.", ["municipality", "outcome"])
TURNS = Counter("madoguchi_turns_total", "Turns by route and decision.", ["municipality", "route", "decision"])
TURN_SECONDS = Histogram(
    "madoguchi_turn_seconds", "From taking a turn to its commit.", buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
)
CALLS = Counter("madoguchi_calls_total", "Calls to LINE by way and outcome.", ["municipality", "via", "state"])
REFUSALS = Counter("madoguchi_refusals_total", "Calls that LINE refused, by reason.", ["municipality", "reason"])
JOBS_WAITING = Gauge("madoguchi_jobs_waiting", "Jobs that are ready or running.", ["kind"])
DEAD_LETTERS = Gauge("madoguchi_dead_letters", "Jobs that need an operator.")
QUOTA_USED = Gauge("madoguchi_quota_used", "Counted messages of this month, as LINE tells.", ["municipality"])
QUOTA_LIMIT = Gauge("madoguchi_quota_limit", "Messages that LINE sends this month; absent when unlimited.", ["municipality"])
SEARCHES = Counter("madoguchi_searches_total", "Searches by the signals that took part.", ["mode"])
SEARCHES_WITHOUT_LARGE_MODEL = Counter(
    "madoguchi_searches_without_large_model_total", "Searches in light mode although the mode is full, by reason.", ["reason"]
)
PASSAGES_UNREAD = Gauge("madoguchi_passages_unread", "Passages that the large model has yet to read.", ["municipality"])
LANGUAGE_MODEL_CALLS = Counter(
    "madoguchi_language_model_calls_total", "Questions to the language model by what became of them.", ["municipality", "outcome"]
)
LANGUAGE_MODEL_TOKENS = Counter("madoguchi_language_model_tokens_total", "Tokens of the language model.", ["municipality", "kind"])
LANGUAGE_MODEL_SECONDS = Histogram(
    "madoguchi_language_model_seconds", "From asking the language model to its answer.", buckets=(0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6)
)
LANGUAGE_MODEL_RESTING = Gauge("madoguchi_language_model_resting", "1 while the language model is left alone after failures.")
LIVE_STREAMS = Gauge("madoguchi_live_streams", "Open pages of the console that are told of changes.")
LIVE_RENDERINGS = Counter("madoguchi_live_renderings_total", "Parts of pages that were rendered for open pages.", ["part"])

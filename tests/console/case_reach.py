"""Who reaches the addresses of one case, as long as they may see the case at all."""

from handoff.models import Role

EVERYBODY = set(Role)
WORKERS = {Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR}
CASE_REACH = {
    "GET /cases/{case_id}": EVERYBODY,
    "GET /cases/{case_id}/reply": EVERYBODY,
    "GET /cases/{case_id}/suggestions": EVERYBODY,
    "GET /cases/{case_id}/print": EVERYBODY,
    "GET /cases/{case_id}/media/{media_id}": EVERYBODY,
    "POST /cases/{case_id}/messages": WORKERS,
    "POST /cases/{case_id}/messages/{message_id}/undo": WORKERS,
    "POST /cases/{case_id}/draft": WORKERS,
    "POST /cases/{case_id}/insert": WORKERS,
    "POST /cases/{case_id}/notes": WORKERS,
    "POST /cases/{case_id}/tasks/{task_id}/done": WORKERS,
    "POST /cases/{case_id}/claim": WORKERS,
    "POST /cases/{case_id}/decline": WORKERS,
    "POST /cases/{case_id}/transfer": WORKERS,
    "POST /cases/{case_id}/release": WORKERS,
    "POST /cases/{case_id}/snooze": WORKERS,
    "POST /cases/{case_id}/wake": WORKERS,
    "POST /cases/{case_id}/close": WORKERS,
    "POST /cases/{case_id}/return": WORKERS,
    "POST /cases/{case_id}/reopen": WORKERS,
    "POST /cases/{case_id}/priority": WORKERS,
}

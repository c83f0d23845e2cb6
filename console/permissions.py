"""What each role may do. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from handoff.models import Role


class Permission(StrEnum):
    """Something that not everybody may do."""

    READ = "read"
    HANDLE_CALLBACKS = "handle_callbacks"
    WORK_CASES = "work_cases"
    READ_APPLICATIONS = "read_applications"
    HANDLE_APPLICATIONS = "handle_applications"
    EXPORT_SENSITIVE = "export_sensitive"
    SUPERVISE = "supervise"
    EDIT_CONTENT = "edit_content"
    EDIT_PROCEDURES = "edit_procedures"
    CHANGE_SLOTS = "change_slots"
    APPROVE_PROCEDURES = "approve_procedures"
    RETRY_JOBS = "retry_jobs"
    CONNECT_SYSTEMS = "connect_systems"


ALLOWED: Mapping[Permission, tuple[Role, ...]] = {
    Permission.READ: tuple(Role),
    Permission.HANDLE_CALLBACKS: (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.WORK_CASES: (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR),
    # What residents apply for is personal data: those who keep the content true do not see it.
    Permission.READ_APPLICATIONS: (Role.VIEWER, Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.HANDLE_APPLICATIONS: (Role.STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.EXPORT_SENSITIVE: (Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.SUPERVISE: (Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.EDIT_CONTENT: (Role.EDITOR, Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.EDIT_PROCEDURES: (Role.EDITOR, Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.CHANGE_SLOTS: (Role.STAFF, Role.EDITOR, Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.APPROVE_PROCEDURES: (Role.APPROVER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    Permission.RETRY_JOBS: (Role.ADMINISTRATOR,),
    Permission.CONNECT_SYSTEMS: (Role.ADMINISTRATOR,),
}


def may(role: str, permission: Permission) -> bool:
    """An unknown role may do nothing."""
    return role in ALLOWED[permission]

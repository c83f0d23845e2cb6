"""Every exception that the project raises on purpose, in one tree."""


class ProjectError(Exception):
    """Something that we foresaw went wrong; the message says what to do about it and never holds a resident's words."""


class SettingsError(ProjectError):
    """A setting is missing or wrong; the message names the variable and the remedy."""


class PackError(ProjectError):
    """A municipality's pack can't be used; the message names file, place and remedy."""


class TemporaryError(ProjectError):
    """The same call may succeed later; the job queue tries it again."""


class BusyError(TemporaryError):
    """Another writer is at work at this moment."""


class ModelUnavailableError(TemporaryError):
    """A model on another server did not answer in time, or not as it should; the message never holds what it was asked."""


class ConflictError(ProjectError):
    """Another turn or editor was faster; read again and decide again."""


class TamperedError(ProjectError):
    """A signed value was changed on its way, or signed with another key."""


class ImportRefusedError(ProjectError):
    """An import file holds errors, and nothing of it was taken; the message lists rows with their cell addresses."""


class AlreadyRunningError(ProjectError):
    """Another process holds what only one process may hold; the message says what to set."""


class MessageLimitError(ProjectError):
    """A message breaks a limit of LINE; the message says which one and where."""

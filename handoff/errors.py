"""Why something about a case can't be done; console and jobs say it in words of their own."""

from core.errors import ProjectError


class CaseError(ProjectError):
    """Something about a case can't be done."""


class StaleCaseError(CaseError):
    """The case changed since the form was made."""

    def __init__(self, case_id: int, seen: int, version: int) -> None:
        super().__init__(f"case {case_id} is at version {version}, the form was made from {seen}")
        self.case_id, self.seen, self.version = case_id, seen, version


class ClaimLostError(CaseError):
    """Somebody else has the case."""

    def __init__(self, case_id: int, holder_id: int | None, holder_name: str) -> None:
        super().__init__(f"case {case_id} is with staff {holder_id}")
        self.case_id, self.holder_id, self.holder_name = case_id, holder_id, holder_name


class CapacityError(CaseError):
    """The person holds as many cases as they may; `channel` where it is the limit of one channel."""

    def __init__(self, staff_id: int, capacity: int, channel: str | None = None) -> None:
        super().__init__(f"staff {staff_id} holds {capacity} cases already")
        self.staff_id, self.capacity, self.channel = staff_id, capacity, channel


class NotInStateError(CaseError):
    """The case is not in a state in which that can be done."""

    def __init__(self, case_id: int, state: str, verb: str) -> None:
        super().__init__(f"case {case_id} is {state}: it can't {verb}")
        self.case_id, self.state, self.verb = case_id, state, verb


class NotHolderError(CaseError):
    """Only the person who has the case may do that."""

    def __init__(self, case_id: int, holder_id: int | None) -> None:
        super().__init__(f"case {case_id} is with staff {holder_id}")
        self.case_id, self.holder_id = case_id, holder_id


class NoteMissingError(CaseError):
    """A transfer needs a note for whoever comes next."""


class ReasonMissingError(CaseError):
    """A case can't be closed without one of the pack's reasons."""


class TargetError(CaseError):
    """The person or department does not exist here, or can't take cases."""


class NotThereError(CaseError):
    """The person is off, so that nothing may be given to them."""


class ApprovalError(CaseError):
    """A second person must approve, not the one who asked."""

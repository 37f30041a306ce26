"""What suspicions refuse, each with the facts of the refusal."""

from uuid import UUID


class SuspicionError(Exception):
    """A rule about payments that are held back says no; nothing was written."""


class SuspicionRulesError(SuspicionError):
    """A value of a rule cannot be so, or a rule was set in part; `name` says which value is at fault."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be so")
        self.name = name


class SuspicionRulesUnknownError(SuspicionError):
    """No version of the rules has this id."""

    def __init__(self, rules_id: UUID) -> None:
        super().__init__("unknown rules")
        self.rules_id = rules_id


class SuspicionUnknownError(SuspicionError):
    """There is no such suspicion."""

    def __init__(self, suspicion_id: UUID) -> None:
        super().__init__("unknown suspicion")
        self.suspicion_id = suspicion_id


class SuspicionDecidedError(SuspicionError):
    """Somebody has decided already."""

    def __init__(self, suspicion_id: UUID) -> None:
        super().__init__("decided already")
        self.suspicion_id = suspicion_id


class NotUpheldError(SuspicionError):
    """The shop appeals against what nobody has upheld."""

    def __init__(self, suspicion_id: UUID) -> None:
        super().__init__("not upheld")
        self.suspicion_id = suspicion_id


class HeldAppealedError(SuspicionError):
    """The shop has appealed before."""

    def __init__(self, suspicion_id: UUID) -> None:
        super().__init__("appealed before")
        self.suspicion_id = suspicion_id


class HeldNotAppealedError(SuspicionError):
    """An appeal is decided that nobody has made."""

    def __init__(self, suspicion_id: UUID) -> None:
        super().__init__("not appealed")
        self.suspicion_id = suspicion_id

"""What merchants refuses, each with the facts of the refusal."""

from uuid import UUID


class MerchantError(Exception):
    """A rule about merchants says no; nothing was written."""


class MerchantUnknownError(MerchantError):
    """No merchant has this code or id."""

    def __init__(self, merchant: str | UUID) -> None:
        super().__init__("unknown merchant")
        self.merchant = merchant


class MerchantExistsError(MerchantError):
    """A merchant with this code is registered already."""

    def __init__(self, code: str) -> None:
        super().__init__(f"merchant {code} exists")
        self.code = code


class MerchantCodeError(MerchantError):
    """A merchant's code is not 1 to 32 letters, digits, hyphens and underscores, beginning with a letter or digit."""

    def __init__(self, code: str) -> None:
        super().__init__("a merchant's code is 1 to 32 of A-Z, a-z, 0-9, - and _")
        self.code = code


class NamingDatesError(MerchantError):
    """A naming would end before it begins."""

    def __init__(self) -> None:
        super().__init__("a naming ends before it begins")


class NotNamedError(MerchantError):
    """The merchant has no naming that this step could change."""

    def __init__(self, code: str) -> None:
        super().__init__(f"merchant {code} has no naming")
        self.code = code


class NamingStepError(MerchantError):
    """The naming is already as the step would make it."""

    def __init__(self, code: str, state: str) -> None:
        super().__init__(f"the naming of merchant {code} is {state}")
        self.code = code
        self.state = state


class RenewalStateError(MerchantError):
    """The renewal of a naming is not as the step needs it: `state` is "asked", "not_asked" or "renewed"."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the renewal of the naming is {state}")
        self.state = state


class CreditCodeError(MerchantError):
    """A unified social credit code has another form, or its check character does not fit."""

    def __init__(self) -> None:
        super().__init__("not a unified social credit code")


class ApplicationUnknownError(MerchantError):
    """No application has this id, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("unknown application")


class ApplicationStateError(MerchantError):
    """An application has not come so far, or too far, for the step."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the application is {state}")
        self.state = state


class LicenceMissingError(MerchantError):
    """An application has no photo of the licence, so it cannot be accepted."""

    def __init__(self) -> None:
        super().__init__("the application has no photo of the licence")


class SamePersonError(MerchantError):
    """Somebody would decide about what they, or their household, entered, or name a merchant that they accepted."""

    def __init__(self) -> None:
        super().__init__("another person has to do this")


class OwnShopError(MerchantError):
    """Somebody would name, or go on naming, a merchant where they work."""

    def __init__(self) -> None:
        super().__init__("nobody names their own shop")

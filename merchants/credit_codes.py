"""The unified social credit code (统一社会信用代码) by which an organisation is known on its licence."""

import unicodedata

from stdnum.cn import uscc

from merchants.errors import CreditCodeError

CREDIT_CODE_LENGTH = 18
_TYPED_LENGTH_MAX = 60


def normal_credit_code(text: str) -> str:
    """Return a credit code in its one written form: 18 signs, capitals, no blanks or hyphens.

    Its form and check character are those of GB 32100-2015: a category of registration, six digits of the place, the
    organisation's nine signs, and one that is reckoned from all of them modulo 31.

    Raises:
        CreditCodeError: it is none, or a sign was mistyped.
    """
    typed = unicodedata.normalize("NFKC", text) if len(text) <= _TYPED_LENGTH_MAX else ""
    try:
        return str(uscc.validate(typed))
    except uscc.ValidationError as error:
        raise CreditCodeError from error

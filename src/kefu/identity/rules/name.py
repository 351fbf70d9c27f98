"""What may stand as a name, a mail address or a staff number."""

import re
import unicodedata


def name_fault(name: str) -> bool:
    """True for what no person is called: empty, over 40 characters, control characters, markup, addresses."""
    plain = unicodedata.normalize("NFKC", name.strip())
    if not 1 <= len(plain) <= 40:
        return True
    if any(unicodedata.category(letter)[0] == "C" for letter in plain):
        return True
    return re.search(r"[<>{}\\/@#$%^*=|]|www\.|http|客服|官方", plain, re.IGNORECASE) is not None


def email_fault(email: str) -> bool:
    return (
        len(email) > 254 or re.fullmatch(r"[^@\s<>\"]{1,64}@[^@\s<>]+\.[^@\s<>.]{2,}", email.strip()) is None
    )


def staff_no_fits(staff_no: str, pattern: str) -> bool:
    return len(staff_no) <= 20 and re.fullmatch(pattern, staff_no) is not None


def merchant_login_fits(login: str) -> bool:
    """Begins with a letter, so that it is never a phone number."""
    return re.fullmatch(r"[a-z][a-z0-9-]{3,31}", login) is not None

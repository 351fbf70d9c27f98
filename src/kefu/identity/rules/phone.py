"""Phone numbers in one form: E.164."""

import unicodedata

import phonenumbers


def normal_phone(given: str, region: str = "CN") -> str | None:
    """`138 1234 5678`, full-width or with a country code → `+8613812345678`; None when it is no phone
    number.
    """
    plain = unicodedata.normalize("NFKC", given).strip()
    if len(plain) > 32:
        return None
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

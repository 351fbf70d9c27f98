"""How personal data is shown to those who do not need the whole of it (spec: GB/T practice, JR/T 0171 C2)."""



def mask_name(name: str) -> str:
    """张三 → 张*, 欧阳锋 → 欧**, Sarah Miller → Sarah M."""
    name = name.strip()
    if not name:
        return "*"
    if name.isascii():
        first, *rest = name.split()
        return f"{first} {rest[-1][0]}." if rest else f"{first[0]}***"
    return name[0] + "*" * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """+8613812345678 → 138****5678; the country code of the wallet's home is left out."""
    digits = "".join(c for c in phone if c.isdigit())
    if phone.startswith("+86"):
        digits = digits[2:]
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"


def mask_card(last4: str) -> str:
    return f"({last4})"


def mask_email(email: str) -> str:
    local, at, domain = email.partition("@")
    return f"{local[:1]}***@{domain}" if at else "***"

"""How passwords and payment PINs are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class HouseArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane (OWASP's figures): about 35 ms on one core.

    Django's default takes 100 MiB and eight lanes a hash, so that sixteen sign-ins at once would need 1.6 GB.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

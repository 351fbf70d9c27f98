"""What a channel may charge us for one thing carried out, by contract: basis points and a fixed part, minor units."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelFee:
    """Half up to the minor unit."""

    basis_points: int = 0
    fixed: int = 0


CONTRACTS: dict[tuple[str, str], ChannelFee] = {
    ("sandbox", "debit"): ChannelFee(),
    ("sandbox", "payout"): ChannelFee(),
    ("sandbox", "return"): ChannelFee(),
}
"""By connector and flow. A flow that no contract names is free."""

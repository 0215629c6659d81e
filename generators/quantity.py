"""Kubernetes quantities compared by value: 1Gi is more than 900Mi."""

from decimal import Decimal

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    **{f"{letter}i": Decimal(1024 ** (power + 1)) for power, letter in enumerate("KMGTPE")},
}


def value_of(quantity: str) -> Decimal:
    """The number a valid quantity stands for.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    for length in (2, 1):
        factor = _FACTORS.get(quantity[-length:])
        if factor is not None:
            return Decimal(quantity[:-length]) * factor
    return Decimal(quantity)


def exceeds(quantity: str, limit: str) -> bool:
    """Whether one valid quantity is more than another."""
    return value_of(quantity) > value_of(limit)

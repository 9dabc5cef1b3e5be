"""How many images of each role a challenge of the lab has; imports no NumPy."""

from dataclasses import dataclass, fields

from clefgan.errors import ClefganError


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCounts:
    """Images of each role.

    candidates : half of them used, the odd one not
    per_group : real images of one group at most; the generators' other images have no such limit
    """

    used: int = 80
    not_used: int = 80
    generated: int = 500
    candidates: int = 200
    test_generated: int = 1000
    per_group: int = 1

    def __post_init__(self) -> None:
        """Refuse a challenge without images of some role."""
        for field in fields(self):
            least = 2 if field.name == "candidates" else 1
            if getattr(self, field.name) < least:
                raise ClefganError(
                    f"lab: {field.name.replace('_', ' ')} must be {least} or more; got "
                    f"{getattr(self, field.name)}"
                )

    def real(self) -> dict[str, int]:
        """Number of images of each role that real images play."""
        n_used = self.candidates // 2
        return {
            "dev used": self.used,
            "dev not used": self.not_used,
            "test used": n_used,
            "test not used": self.candidates - n_used,
        }

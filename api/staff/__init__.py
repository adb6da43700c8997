"""The provider's staff: how they come in, what they may do, and the API that their pages call (`/staff/v1`).

Every route names the permission that it needs (`opt={"permission": "money.adjust"}`, or None for what
everybody of the staff may do) and gets the person as `staff: NamedDependency[Staff]`.
"""

from api.staff.guard import Permission, Staff

__all__ = ["Permission", "Staff"]

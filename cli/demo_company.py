"""The company of the demo's portal: enough people and departments for roles to matter."""

from __future__ import annotations

from typing import Any, Final

from cli.clicks import Administrator

_DEPARTMENTS: Final[tuple[tuple[int, str, int | None], ...]] = (
    (1, "Ferretería del Sur", None),
    (3, "Comercial", 1),
    (5, "Mayoristas", 3),
    (7, "Atención al cliente", 1),
    (9, "Administración", 1),
)
_PEOPLE: Final[tuple[tuple[int, str, str, str, int], ...]] = (
    (1, "Ana", "Torres", "Gerente general", 1),
    (27, "Lucía", "Fernández", "Ejecutiva de ventas", 3),
    (28, "Diego", "Ramírez", "Ejecutivo de ventas", 3),
    (31, "Valeria", "Castro", "Jefa comercial", 3),
    (32, "Andrés", "Molina", "Ventas mayoristas", 5),
    (33, "Camila", "Rojas", "Ventas mayoristas", 5),
    (34, "Jorge", "Salinas", "Jefe de atención al cliente", 7),
    (35, "Paola", "Medina", "Atención al cliente", 7),
    (36, "Tomás", "Herrera", "Atención al cliente", 7),
    (37, "Gabriela", "Núñez", "Contadora", 9),
    (38, "Ricardo", "Paredes", "Auditor interno", 9),
    (39, "Sofía", "Aguilar", "Recepción", 9),
)


def company() -> dict[str, Any]:
    """What the simulated portal is told of its people and departments."""
    return {
        "departments": [{"id": number, "name": name, "parent": up} for number, name, up in _DEPARTMENTS],
        "people": [
            {"id": number, "name": name, "last_name": last, "work_position": job, "departments": [where]}
            for number, name, last, job, where in _PEOPLE
        ],
    }


def found_company(administrator: Administrator) -> None:
    """Give the portal its people once, and read them, as the button «Update data from CRM» does.

    Whoever was dismissed or promoted since stays so. Raises `ClickFailed`.
    """
    if administrator.api("GET", "/api/v1/people/reading")["read_at"] is None:
        administrator.tell_company(company())
        administrator.api("POST", "/api/v1/people/reading")

"""Rate cards as CSV files: every way in which people write them, and what is wrong with a file as a file."""

from __future__ import annotations

import pytest

from api.staff.rate_csv import read_rates, write_rates

pytestmark = pytest.mark.requirement("R4-b")
HEADER = "direction,category,country,price,cost,moment"


def test_a_line_keeps_its_number_in_the_file() -> None:
    rows, faults = read_rates(f"{HEADER}\n\nout,service,MX,0.02,0.01,sent\n\nout,service,*,0.03,0.01,sent\n")
    assert [] == faults
    assert [(3, "MX", "0.02"), (5, "*", "0.03")] == [(r["line"], r["country"], r["price"]) for r in rows]


def test_a_spreadsheets_semicolons_decimal_commas_and_byte_order_mark_are_read() -> None:
    header = "\ufeffCountry;Direction;Category;Price;Cost;Moment;Surcharge"
    text = f"{header}\r\nMX;out;service;0,02;0,01;sent;0,5\r\n"
    ((row,), faults) = read_rates(text)
    assert [] == faults
    assert ("MX", "0.02", "0.01", "0.5") == (row["country"], row["price"], row["cost"], row["surcharge"])


def test_a_decimal_comma_beside_commas_is_left_to_be_refused() -> None:
    ((row,), faults) = read_rates(f'{HEADER}\nout,service,MX,"0,02",0.01,sent\n')
    assert ([], "0,02") == (faults, row["price"])


def test_columns_that_miss_that_are_strange_and_that_come_twice_are_named() -> None:
    rows, faults = read_rates("direction,category,country,price,price,cost,color\nout,service,MX,1,1,1,red\n")
    assert [] == rows
    found = [(fault.line, fault.column, fault.problem) for fault in faults]
    assert [
        (1, "moment", "missing_column"),
        (1, "color", "unknown_column"),
        (1, "price", "repeated"),
    ] == found


def test_more_cells_than_columns_are_a_fault_of_their_line() -> None:
    _, (fault,) = read_rates(f"{HEADER}\nout,service,MX,0,02,0.01,sent\n")
    assert (2, "rows", "too_many_cells", "sent") == (fault.line, fault.column, fault.problem, fault.value)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", " , \n"])
def test_a_file_without_a_header_is_empty(text: str) -> None:
    _, (fault,) = read_rates(text)
    assert (0, "empty") == (fault.line, fault.problem)


def test_what_is_written_is_read_again() -> None:
    rate = {
        "direction": "out",
        "category": "service",
        "country": "MX",
        "price": 20_000,
        "cost": 800,
        "moment": "delivered",
        "free_per_month": 5,
        "surcharge": 0,
        "reverse_on_failure": False,
    }
    text = write_rates([rate])
    ((row,), faults) = read_rates(text)
    assert [] == faults
    assert {
        **rate,
        "line": 2,
        "price": "0.02",
        "cost": "0.0008",
        "surcharge": "0",
        "free_per_month": "5",
    } == {
        **row,
        "reverse_on_failure": row["reverse_on_failure"] == "true",
    }

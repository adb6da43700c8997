"""`python -m cli.sql_lint`: our rules for sql/procs that no other tool knows (DESIGN.md §3, STYLE.md «SQL»).

PostgreSQL's own parser and scanner (pglast) read each file; a finding is `path:line: what is wrong`, and any
finding makes the exit code 1.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from pglast import ast, enums, parse_sql
from pglast.parser import ParseError, scan

from runtime.sql_files import SQL_ROOT

KINDS = ("Tenant", "Batch", "Platform", "Directory", "Internal")
"""What a function's comment begins with: whom it serves."""
_KIND = re.compile(rf"({'|'.join(KINDS)})\b")
_OTHER_CLOCKS = frozenset({"now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"})
_CLOCK_WORDS = frozenset({"current_timestamp", "current_date", "current_time", "localtimestamp", "localtime"})
_OTHER_IDS = frozenset({"gen_random_uuid", "uuidv4", "uuidv7", "nextval"})
_STAR, _DOT, _OPEN, _END = "ASCII_42", "ASCII_46", "ASCII_40", "ASCII_59"
_FUNCTION_PARTS = (ast.CreateFunctionStmt, ast.CommentStmt, ast.GrantStmt)


class Finding(msgspec.Struct, frozen=True, order=True):
    """One breach of one rule; `path` is relative to `sql/`."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"sql/{self.path}:{self.line}: {self.text}"


class Word(msgspec.Struct, frozen=True):
    """A token of the scanner: its kind (`SELECT`, `IDENT`, `ASCII_40`: a bracket), its text and its line."""

    kind: str
    text: str
    line: int


class Proc(msgspec.Struct, frozen=True):
    """One file of sql/procs, read."""

    path: str
    text: str
    function: Any
    comment: str
    grants: Sequence[Any]
    outside: Sequence[Word]
    """The words of the file, the body being one of them."""
    body: Sequence[Word]

    @property
    def parameters(self) -> list[str]:
        """The names of what goes in; the columns of `returns table` are not among them."""
        columns = enums.FunctionParameterMode.FUNC_PARAM_TABLE
        return [p.name or "" for p in self.function.parameters or () if p.mode != columns]

    @property
    def settings(self) -> dict[str, list[str]]:
        """What the function sets while it runs, such as `search_path`."""
        pinned = [option.arg for option in self.function.options if option.defname == "set"]
        return {s.name: [getattr(value.val, "sval", "") for value in s.args or ()] for s in pinned}

    @property
    def language(self) -> str:
        """What the body is written in: sql or plpgsql."""
        return next(str(option.arg.sval) for option in self.function.options if option.defname == "language")

    @property
    def borrows_rights(self) -> bool:
        """Does it work with its owner's rights?"""
        return any(option.defname == "security" and option.arg.boolval for option in self.function.options)

    @property
    def words(self) -> list[Word]:
        """Every word of the file, those of the body included."""
        return [*self.outside, *self.body]


Complaints = Iterator[tuple[int, str]]


def lint(root: Path) -> list[Finding]:
    """Read every file of `root`/procs and say what is wrong, in the order of path and line."""
    return sorted(
        finding for path in sorted((root / "procs").rglob("*.sql")) for finding in _lint_file(path, root)
    )


def _lint_file(path: Path, root: Path) -> Iterator[Finding]:
    name = path.relative_to(root).as_posix()
    try:
        proc = read_proc(name, path.read_text())
    except (ParseError, ShapeWrong) as wrong:
        yield Finding(name, 1, str(wrong))
        return
    for rule in RULES:
        for line, text in rule(proc):
            yield Finding(name, line, text)
    mirror = root / "tests" / path.relative_to(root / "procs")
    if not mirror.exists():
        yield Finding(
            name, 1, f"has no mirrored test sql/tests/{path.relative_to(root / 'procs').as_posix()}"
        )


class ShapeWrong(Exception):
    """The file is not: one function, its comment, its grants."""


def read_proc(name: str, text: str) -> Proc:
    """Read one file. Raises `ShapeWrong`, or pglast's `ParseError` where it is not SQL."""
    statements = [raw.stmt for raw in parse_sql(text)]
    functions = [s for s in statements if isinstance(s, ast.CreateFunctionStmt)]
    comments = [s for s in statements if isinstance(s, ast.CommentStmt)]
    grants = [s for s in statements if isinstance(s, ast.GrantStmt)]
    strays = [type(s).__name__ for s in statements if not isinstance(s, _FUNCTION_PARTS)]
    if len(functions) != 1 or len(comments) != 1 or strays:
        found = ", ".join(type(statement).__name__ for statement in statements)
        raise ShapeWrong(f"holds one function, one comment on it and its grants; here: {found}")
    expected = name.removeprefix("procs/").removesuffix(".sql").replace("/", ".")
    named = [
        _dotted(functions[0].funcname),
        _about(comments[0].object),
        *(_about(target) for grant in grants for target in grant.objects or ()),
    ]
    if set(named) != {expected}:
        raise ShapeWrong(
            f"speaks of {', '.join(sorted(set(named) - {expected}))}; its name promises {expected}"
        )
    outside = list(_words(text, text, 0))
    return Proc(name, text, functions[0], comments[0].comment or "", grants, outside, list(_body(text)))


def _dotted(name: Iterable[Any] | None) -> str:
    return ".".join(part.sval for part in name or ())


def _about(target: Any) -> str:
    """Name the function that a comment or a grant speaks of; another kind of object has no such name."""
    return _dotted(target.objname) if isinstance(target, ast.ObjectWithArgs) else "another object"


def _words(text: str, part: str, offset: int) -> Iterator[Word]:
    for token in scan(part):
        line = text.count("\n", 0, offset + token.start) + 1
        yield Word(token.name, part[token.start : token.end + 1], line)


def _body(text: str) -> Iterator[Word]:
    """Scan what stands between the dollar quotes."""
    for token in scan(text):
        quoted = re.match(r"(\$\w*\$)(.*)\1$", text[token.start : token.end + 1], re.DOTALL)
        if token.name == "SCONST" and quoted:
            yield from _words(text, quoted[2], token.start + len(quoted[1]))


def _header(proc: Proc) -> Complaints:
    if not proc.text.startswith("-- "):
        yield 1, "opens with a comment: what it promises, to whom, what it locks, what it raises"


def _replaceable(proc: Proc) -> Complaints:
    if not proc.function.replace or proc.function.is_procedure:
        yield 1, "is a `create or replace function`, so that a deploy replaces it"
    returned = proc.function.returnType
    if returned is not None and _dotted(returned.names).endswith("trigger"):
        yield 1, "is a trigger function; no rule lives in a trigger"


def _pinned(proc: Proc) -> Complaints:
    if proc.settings.get("search_path") != [""] and not _inlined(proc):
        yield 1, "pins `set search_path = ''`"


def _inlined(proc: Proc) -> bool:
    """An expression of pinned functions only: where it pins nothing, it is written into their statements."""
    return proc.language == "sql" and not proc.borrows_rights and proc.comment.startswith("Internal")


def _kind(proc: Proc) -> Complaints:
    kind = _KIND.match(proc.comment)
    if kind is None:
        yield 1, f"its comment begins with its kind: {', '.join(KINDS)}"
    elif kind[1] == "Tenant" and proc.parameters[:1] != ["p_portal_id"]:
        yield 1, "a Tenant function takes p_portal_id first"
    elif kind[1] == "Internal" and proc.grants:
        yield 1, "an Internal function is granted to nobody"


def _granted(proc: Proc) -> Complaints:
    for grant in proc.grants:
        for role in grant.grantees:
            if not str(role.rolename).startswith("whatsappb24_"):
                yield 1, f"is granted to {role.rolename or 'public'}, which is none of our roles"
    if proc.grants and not proc.borrows_rights:
        yield 1, "is a door, so it is `security definer`: its callers have no right on any table"


def _lower_case(proc: Proc) -> Complaints:
    for word in proc.words:
        is_name = word.kind == "IDENT" or (word.text.isalpha() and word.kind not in ("SCONST", "SQL_COMMENT"))
        if is_name and not word.text.startswith('"') and word.text != word.text.lower():
            yield word.line, f"`{word.text}` is written in lower case"


def _parameter_names(proc: Proc) -> Complaints:
    for name in proc.parameters:
        if not name.startswith("p_"):
            yield 1, f"parameter `{name}` is called p_…"


def _variable_names(proc: Proc) -> Complaints:
    words = [word for word in proc.body if not word.kind.endswith("COMMENT")]
    declaring = False
    for before, word in zip([None, *words], words, strict=False):
        text = word.text.lower()
        if text == "begin":
            declaring = False
        first = before is not None and before.text.lower() in ("declare", ";") and declaring
        looped = before is not None and before.text.lower() in ("for", "foreach") and word.kind == "IDENT"
        if (first or looped) and not text.startswith(("v_", "p_")):
            yield word.line, f"variable `{word.text}` is called v_…"
        declaring = declaring or text == "declare"


def _no_star(proc: Proc) -> Complaints:
    for word, star, then in zip(proc.body, proc.body[1:], proc.body[2:], strict=False):
        if word.kind == "SELECT" and star.kind == _STAR and then.kind != "INTO":
            yield word.line, "names its columns: `select *` only goes into a variable of the row's type"


def _no_handler(proc: Proc) -> Complaints:
    for word, then in zip(proc.body, proc.body[1:], strict=False):
        if word.text.lower() == "exception" and then.kind == "WHEN":
            yield (
                word.line,
                "has no exception handler: a subtransaction a call is dear, and hides what it catches",
            )


def _plain_upsert(proc: Proc) -> Complaints:
    """Citus refuses a function call there; the clause ends at `where`, `returning` or the statement's end."""
    inside = False
    words = [word for word in proc.body if not word.kind.endswith("COMMENT")]
    for index, word in enumerate(words):
        kinds = [w.kind for w in words[max(index - 2, 0) : index + 1]]
        if kinds == ["DO", "UPDATE", "SET"]:
            inside = True
        elif word.kind in (_END, "RETURNING", "WHERE"):
            inside = False
        elif inside and word.kind == "IDENT" and [w.kind for w in words[index + 1 : index + 2]] == [_OPEN]:
            yield word.line, f"`{word.text}()` is called in `on conflict do update set`; call it before"


def _one_clock(proc: Proc) -> Complaints:
    words = proc.body
    for index, word in enumerate(words):
        name = word.text.lower()
        called = [w.kind for w in words[index + 1 : index + 2]] == [_OPEN]
        ours = index >= 2 and words[index - 1].kind == _DOT and words[index - 2].text == "tenancy"
        if (called and name in _OTHER_CLOCKS and not ours) or name in _CLOCK_WORDS:
            yield word.line, "asks tenancy.now() for the time"
        elif called and name in _OTHER_IDS:
            yield word.line, "asks tenancy.new_id() for an id"


RULES: tuple[Callable[[Proc], Complaints], ...] = (
    _header,
    _replaceable,
    _pinned,
    _kind,
    _granted,
    _lower_case,
    _parameter_names,
    _variable_names,
    _no_star,
    _no_handler,
    _plain_upsert,
    _one_clock,
)


def main() -> int:
    """Lint the checkout's procs; returns the exit code."""
    findings = lint(SQL_ROOT)
    for finding in findings:
        print(finding)
    print(f"sql lint: {len(findings)} findings" if findings else "sql lint: every function keeps the rules")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

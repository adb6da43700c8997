"""Receipts, invoices, credit and debit notes: the list, and each as a document to keep or print."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from adapters.documents.issued import file_name, issued_pdf
from api.services import Services
from runtime.bearer import Holder


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """An issued document. Amounts in millionths of `currency`; `total` is `net` and `tax`."""

    document_id: UUID
    kind: Literal["receipt", "invoice", "credit_note", "debit_note"]
    name: str
    """Its number, without gaps in its series: `R-000017`."""
    currency: str
    net: int
    tax: int
    total: int
    payment_id: UUID | None
    related_id: UUID | None
    """The document that it corrects."""
    issued_at: datetime


@get("/documents", operation_id="ListDocuments", tags=["payments"])
async def list_documents(
    services: NamedDependency[Services],
    holder: NamedDependency[Holder],
    before: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
) -> list[Document]:
    """Receipts (per payment), invoices (per month), credit and debit notes (per refund), newest first.

    `before` is the `document_id` of the last one seen. Needs `billing.view`.
    """
    arguments = {**_by(holder), "p_before": before, "p_limit": limit}
    return [Document(**row) for row in await services.database.call("billing.documents", arguments)]


@get(
    "/documents/{document_id:uuid}/pdf",
    operation_id="DownloadDocument",
    tags=["payments"],
    media_type="application/pdf",
)
async def download_document(
    document_id: FromPath[UUID], services: NamedDependency[Services], holder: NamedDependency[Holder]
) -> Response[bytes]:
    """One document as PDF, in the language in which it was issued: its content never changes.

    Needs `billing.view`. 404 `unknown_document` for one of another portal.
    """
    (row,) = await services.database.call("billing.document", {**_by(holder), "p_document_id": document_id})
    return await pdf_answer(row)


async def pdf_answer(row: dict[str, Any]) -> Response[bytes]:
    """A row of `billing.document` as an answer to be kept as a file."""
    return Response(
        await asyncio.to_thread(issued_pdf, row),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(row)}"',
            "Cache-Control": "no-store",
        },
    )


def _by(holder: Holder) -> dict[str, Any]:
    return {"p_portal_id": holder.portal_id, "p_user_id": holder.user_id}

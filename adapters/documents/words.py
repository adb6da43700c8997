"""The words of documents, in Spanish, English and Portuguese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectors.bitrix24.texts import Language

Words = Mapping[str, str]

PAPER: Final[Mapping[Language, Words]] = {
    "es": {"issuer": "Emisor", "customer": "Cliente", "page": "Página {page} de"},
    "en": {"issuer": "Issuer", "customer": "Customer", "page": "Page {page} of"},
    "pt": {"issuer": "Emissor", "customer": "Cliente", "page": "Página {page} de"},
}

STATEMENT: Final[Mapping[Language, Words]] = {
    "es": {
        "title": "Estado de cuenta",
        "portal": "Portal",
        "period": "Período",
        "from_to": "del {first} al {last}",
        "since": "desde el {first}",
        "until": "hasta el {last}",
        "always": "desde el comienzo",
        "zone": "Zona horaria",
        "channel": "Canal",
        "category": "Categoría",
        "made": "Emitido",
        "at": "Fecha",
        "what": "Concepto",
        "amount": "Importe ({currency})",
        "balance": "Saldo ({currency})",
        "opening": "Saldo inicial",
        "came": "Entradas",
        "went": "Salidas",
        "lines": "Movimientos",
        "closing": "Saldo final",
        "sum": "Total",
        "nothing": "No hay movimientos en este período.",
        "only": "Solo se muestran los movimientos de mensajes que pasan el filtro; el saldo es el de toda la"
        " cuenta.",
        "not_an_invoice": "Este documento es informativo y no reemplaza una factura.",
    },
    "en": {
        "title": "Statement",
        "portal": "Portal",
        "period": "Period",
        "from_to": "from {first} to {last}",
        "since": "since {first}",
        "until": "until {last}",
        "always": "from the beginning",
        "zone": "Time zone",
        "channel": "Channel",
        "category": "Category",
        "made": "Issued",
        "at": "Date",
        "what": "Description",
        "amount": "Amount ({currency})",
        "balance": "Balance ({currency})",
        "opening": "Opening balance",
        "came": "In",
        "went": "Out",
        "lines": "Movements",
        "closing": "Closing balance",
        "sum": "Total",
        "nothing": "There are no movements in this period.",
        "only": "Only movements of messages that pass the filter are shown; the balance is that of the whole"
        " account.",
        "not_an_invoice": "This document is for information and does not replace an invoice.",
    },
    "pt": {
        "title": "Extrato",
        "portal": "Portal",
        "period": "Período",
        "from_to": "de {first} a {last}",
        "since": "desde {first}",
        "until": "até {last}",
        "always": "desde o início",
        "zone": "Fuso horário",
        "channel": "Canal",
        "category": "Categoria",
        "made": "Emitido em",
        "at": "Data",
        "what": "Descrição",
        "amount": "Valor ({currency})",
        "balance": "Saldo ({currency})",
        "opening": "Saldo inicial",
        "came": "Entradas",
        "went": "Saídas",
        "lines": "Movimentos",
        "closing": "Saldo final",
        "sum": "Total",
        "nothing": "Não há movimentos neste período.",
        "only": "São mostrados apenas os movimentos de mensagens que passam pelo filtro; o saldo é o da conta"
        " inteira.",
        "not_an_invoice": "Este documento é informativo e não substitui uma fatura.",
    },
}

LINES: Final[Mapping[Language, Words]] = {
    "es": {
        "messages": "Mensaje",
        "message_late": "Mensaje, cobrado después de entregarse",
        "message_reversed": "Mensaje no entregado: devolución",
        "subscription": "Suscripción",
        "topup": "Recarga",
        "recharge": "Recarga automática",
        "adjustment": "Ajuste del proveedor",
        "refund": "Reembolso",
        "debt": "Pago de lo pendiente",
        "bonus": "Bonificación",
        "dispute": "Reclamación del pago",
        "refund_failed": "Reembolso que no llegó: vuelve al saldo",
        "dispute_reinstated": "Reclamación resuelta: vuelve al saldo",
    },
    "en": {
        "messages": "Message",
        "message_late": "Message, charged after it was delivered",
        "message_reversed": "Undelivered message: refund",
        "subscription": "Subscription",
        "topup": "Top-up",
        "recharge": "Automatic top-up",
        "adjustment": "Provider's adjustment",
        "refund": "Refund",
        "debt": "Payment of what was owed",
        "bonus": "Bonus",
        "dispute": "Disputed payment",
        "refund_failed": "Refund that did not arrive: back to the balance",
        "dispute_reinstated": "Dispute resolved: back to the balance",
    },
    "pt": {
        "messages": "Mensagem",
        "message_late": "Mensagem, cobrada depois da entrega",
        "message_reversed": "Mensagem não entregue: devolução",
        "subscription": "Assinatura",
        "topup": "Recarga",
        "recharge": "Recarga automática",
        "adjustment": "Ajuste do fornecedor",
        "refund": "Reembolso",
        "debt": "Pagamento do pendente",
        "bonus": "Bônus",
        "dispute": "Contestação do pagamento",
        "refund_failed": "Reembolso que não chegou: volta ao saldo",
        "dispute_reinstated": "Contestação resolvida: volta ao saldo",
    },
}
"""What moved the balance, by `reason` of a line of `billing.statement`; one without words stands as it is."""

CATEGORIES: Final[Mapping[Language, Words]] = {
    "es": {
        "service": "Servicio",
        "utility": "Utilidad",
        "authentication": "Autenticación",
        "marketing": "Marketing",
        "marketing_lite": "Marketing optimizado",
    },
    "en": {
        "service": "Service",
        "utility": "Utility",
        "authentication": "Authentication",
        "marketing": "Marketing",
        "marketing_lite": "Optimized marketing",
    },
    "pt": {
        "service": "Serviço",
        "utility": "Utilidade",
        "authentication": "Autenticação",
        "marketing": "Marketing",
        "marketing_lite": "Marketing otimizado",
    },
}
